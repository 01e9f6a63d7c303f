"""What a sandboxed kernel may see of the machine. Nothing is hidden from it: what is not listed here is not there."""

# paths are texts here, from the declaration to the system call: nothing may resolve them on the way
# ruff: noqa: PTH100, PTH110, PTH112, PTH114, PTH115, PTH116, PTH118, PTH120, PTH208

from __future__ import annotations

import fnmatch
import functools
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .. import KernelNotStarted

__all__ = [
    "ETC",
    "SYSTEM",
    "View",
    "around",
    "environment",
    "interpreter",
    "look",
    "narrow",
    "python_and_arguments",
    "unreadable_by_others",
]

SYSTEM = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
"""Folders beside `/usr` that programs need; on most machines links into it."""
ETC = (
    "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "localtime", "timezone", "fonts", "mime.types",
    "ssl/certs", "ca-certificates", "nsswitch.conf", "hosts", "protocols", "services", "locale.alias", "magic",
)  # fmt: skip
"""What of `/etc` is seen: nothing about users, passwords or the network."""
SECRETS = (
    ".env", ".env.*", ".netrc", ".pgpass", ".git-credentials", ".pypirc", ".npmrc", "credentials", "credentials.json",
    "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "*.pem", ".ssh", ".aws", ".gnupg", ".git",
)  # fmt: skip
"""Names that are covered in declared data: it is asked for a table, not for the keys that lie beside it."""

_NOT_DATA = ("/", "/proc", "/sys", "/dev", "/run", "/etc", "/boot", "/root", "/home", "/tmp", "/var")
_MOST_ENTRIES = 200_000
_PASSED_ON = re.compile(r"LANG|LANGUAGE|LC_[A-Z]+|TZ|[A-Z]+_NUM_THREADS")
_LOOK = (
    "import json, sys, sysconfig as s; "
    "print(json.dumps([sys.prefix, sys.base_prefix, sys.exec_prefix, s.get_path('stdlib'), s.get_config_var('LIBDIR')]))"
)


@dataclass(frozen=True)
class View:
    """The paths of one kernel, absolute; inside they are what they are outside, so that code and errors carry over."""

    code: tuple[str, ...]
    """Folders of the interpreter and of further code, to read."""
    data: tuple[str, ...]
    """What the user declared, to read."""
    covered: tuple[str, ...]
    """What is not seen although it lies in the data."""
    work: str
    """The one folder that may be written."""
    folder: str
    """The kernel's own, private: `c.json` (to read) and `in/`, where its sockets are; the rest is the host's."""
    launcher: str = field(default=str(Path(__file__).with_name("inside")))
    """The code that runs inside before the kernel does."""

    @property
    def connection_file(self) -> str:
        """Who may talk to the kernel, and the key."""
        return f"{self.folder}/c.json"

    @property
    def sockets(self) -> str:
        """The folder of its sockets."""
        return f"{self.folder}/in"

    @property
    def canary(self) -> str:
        """A file beside them that the kernel must not be able to read."""
        return f"{self.folder}/canary"


def look(
    python: str, data: Iterable[str], hide: Iterable[str], code: Iterable[str], work: str, folder: str
) -> View:
    """Look up what a kernel may see.

    Raises:
        KernelNotStarted: a declared path is missing, or wide enough to undo the sandbox.
    """
    declared = narrow(data)
    work = _declared(work, "work folder")
    for kept in ("/", "/usr", "/etc", "/tmp", "/var", str(Path.home()), *interpreter(python)):
        if _contains(work, kept):
            raise KernelNotStarted(
                f"{work} cannot be the work folder of a sandboxed kernel: {kept} is in it. Choose an empty folder."
            )
    covered = [os.path.abspath(path) for path in hide]
    covered += [path for top in declared for path in _secrets(top)]
    further = tuple(_declared(path, "code") for path in code)
    return View((*interpreter(python), *further), declared, tuple(covered), work, folder)


def narrow(data: Iterable[str]) -> tuple[str, ...]:
    """Paths of declared data, absolute.

    Raises:
        KernelNotStarted: one is missing, or wide enough to undo the sandbox.
    """
    declared = tuple(_declared(path, "data") for path in data)
    for path in declared:
        if path in _NOT_DATA or _contains(path, str(Path.home())):
            raise KernelNotStarted(
                f"{path} is too much to show to a sandboxed kernel. Name the files or folders it needs."
            )
    return declared


def _declared(path: str, what: str) -> str:
    if not os.path.exists(path):
        raise KernelNotStarted(f"The {what} {path} of the sandboxed kernel does not exist.")
    return os.path.abspath(path)


def _contains(folder: str, path: str) -> bool:
    outer, inner = os.path.realpath(folder), os.path.realpath(path)
    return inner == outer or inner.startswith(outer.rstrip("/") + "/")


def unreadable_by_others(paths: Iterable[str]) -> list[str]:
    """Those of the paths that a stranger on this machine may not read."""
    missing = []
    for path in paths:
        mode = os.stat(path).st_mode
        needed = stat.S_IROTH | (stat.S_IXOTH if stat.S_ISDIR(mode) else 0)
        if mode & needed != needed:
            missing.append(path)
    return missing


def _secrets(top: str) -> Iterator[str]:
    if not os.path.isdir(top):
        return
    entries = 0
    for folder, folders, files in os.walk(top):
        entries += len(folders) + len(files)
        if entries > _MOST_ENTRIES:
            raise KernelNotStarted(
                f"{top} holds more than {_MOST_ENTRIES:,} files, too many to look for secrets among them. "
                "Name the files or folders that are needed."
            )
        for name in (*folders, *files):
            if any(fnmatch.fnmatchcase(name.lower(), pattern) for pattern in SECRETS):
                yield os.path.join(folder, name)
        folders[:] = [name for name in folders if name.lower() not in SECRETS]


@functools.cache
def interpreter(python: str) -> tuple[str, ...]:
    """The folders that a Python needs to be read, other than `/usr`: its prefixes and wherever its links lead."""
    if python == sys.executable:
        paths = sysconfig.get_path("stdlib"), sysconfig.get_config_var("LIBDIR")
        found = [sys.prefix, sys.base_prefix, sys.exec_prefix, *paths]
    else:
        looked = subprocess.run(
            [python, "-I", "-c", _LOOK], capture_output=True, check=True, text=True, stdin=subprocess.DEVNULL
        )
        found = json.loads(looked.stdout)
    link = python
    for _ in range(10):
        found.append(os.path.dirname(link))
        if not os.path.islink(link):
            break
        link = os.path.normpath(os.path.join(os.path.dirname(link), os.readlink(link)))
    folders = {
        way(path)
        for path in found
        if path and os.path.isdir(path)
        for way in (os.path.normpath, os.path.realpath)
    }
    folders = {path for path in folders if path not in ("/", *SYSTEM) and not _contains("/usr", path)}
    return tuple(
        sorted(path for path in folders if not any(path.startswith(other + "/") for other in folders))
    )


def environment(
    outer: Mapping[str, str], python: str, home: str, tmp: str, own: Mapping[str, str]
) -> dict[str, str]:
    """The whole environment of a sandboxed kernel: a few harmless names of ours, its own places, what is given by name."""
    passed = {name: value for name, value in outer.items() if _PASSED_ON.fullmatch(name)}
    return passed | {
        "HOME": home,
        "USER": "agent",
        "LOGNAME": "agent",
        "PATH": f"{os.path.dirname(python)}:/usr/bin:/bin",
        "TMPDIR": tmp,
        "IPYTHONDIR": f"{home}/.ipython",
        "JUPYTER_CONFIG_DIR": f"{home}/.jupyter",
        "JUPYTER_DATA_DIR": f"{home}/.jupyter",
        "JUPYTER_RUNTIME_DIR": f"{home}/.jupyter/runtime",
        "MPLCONFIGDIR": f"{home}/.matplotlib",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        **own,
    }


def python_and_arguments(command: list[str]) -> tuple[str, list[str]]:
    """`python -m ipykernel_launcher -f file …` → the interpreter's whole path, and the kernel's own arguments."""
    for n, word in enumerate(command[1:], 1):
        if word == "-m" and command[n + 1 : n + 2] in (["ipykernel_launcher"], ["ipykernel"]):
            python = shutil.which(command[0])
            if python is None:
                raise KernelNotStarted(f"There is no {command[0]}, which the kernelspec names.")
            return os.path.abspath(python), command[n + 2 :]
    raise KernelNotStarted(
        "Only Python kernels can be sandboxed: the kernelspec must run `-m ipykernel_launcher`."
    )


def around(seen: View) -> tuple[list[str], list[str]]:
    """Data for Landlock, which only allows: folders to list, and what in them may be read, all but what is covered."""
    listed: list[str] = []
    allowed: list[str] = []
    waiting = list(seen.data)
    while waiting:
        path = waiting.pop()
        if path in seen.covered:
            continue
        if any(covered.startswith(path + "/") for covered in seen.covered):
            listed.append(path)
            waiting += [os.path.join(path, name) for name in os.listdir(path)]
        else:
            allowed.append(path)
    return listed, allowed
