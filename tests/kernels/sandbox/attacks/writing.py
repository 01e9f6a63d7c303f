"""What it could change. See `probes`."""

# a probe uses the calls that an attack would use, and not always what is planted
# ruff: noqa: ARG001, PTH101, PTH104, PTH108, PTH116, PTH118, PTH120, PTH123, PTH211

from __future__ import annotations

import os
import signal
import stat
import sysconfig
from pathlib import Path

from ipykernel.connect import get_connection_file

from tests.kernels.sandbox.attacks.probes import Planted, attack, opens, read


@attack("W01", "a file in the user's home", plain=True)
def _(planted: Planted) -> object:
    return opens(planted["home"] + "/.bash_history", os.O_WRONLY)


@attack("W02", "a new file beside the work folder", plain=True)
def _(planted: Planted) -> object:
    return (
        opens(planted["base"] + "/beside/new", os.O_WRONLY | os.O_CREAT) and planted["base"] + "/beside" != ""
    )


@attack("W03", "data changed", plain=True)
def _(planted: Planted) -> object:
    return opens(planted["data"] + "/a.csv", os.O_WRONLY)


@attack("W03b", "data deleted", plain=True)
def _(planted: Planted) -> object:
    os.unlink(planted["data"] + "/delete.csv")
    return True


@attack("W03c", "data renamed", plain=True)
def _(planted: Planted) -> object:
    os.rename(planted["data"] + "/rename.csv", planted["data"] + "/renamed.csv")
    return True


@attack("W03d", "the mode of data, by its name", plain=True)
def _(planted: Planted) -> object:
    os.chmod(planted["data"] + "/mode.csv", 0o604)
    return stat.S_IMODE(os.stat(planted["data"] + "/mode.csv").st_mode) == 0o604


@attack("W03e", "the mode of data, by a descriptor that may only read", plain=True)
def _(planted: Planted) -> object:
    descriptor = os.open(planted["data"] + "/mode.csv", os.O_RDONLY)
    os.fchmod(descriptor, 0o664)
    return stat.S_IMODE(os.fstat(descriptor).st_mode) == 0o664


@attack("W03f", "the times of data", plain=True)
def _(planted: Planted) -> object:
    os.utime(planted["data"] + "/mode.csv", (1, 1))
    return os.stat(planted["data"] + "/mode.csv").st_mtime == 1


@attack("W04", "installed packages, which run at every start")
def _(planted: Planted) -> object:
    top = sysconfig.get_path("purelib")
    return any(opens(os.path.join(top, name), os.O_TMPFILE | os.O_WRONLY) for name in ("", "numpy"))


@attack("W05", "folders of the system")
def _(planted: Planted) -> object:
    for folder in ("/", "/etc", "/dev", "/usr", "/run", "/var", "/usr/bin"):
        try:
            if opens(folder, os.O_TMPFILE | os.O_WRONLY):
                return True
        except OSError:
            continue
    return False


@attack("W06", "data through a second name in the work folder", plain=True)
def _(planted: Planted) -> object:
    os.link(planted["data"] + "/a.csv", planted["work"] + "/linked.csv")
    return opens(planted["work"] + "/linked.csv", os.O_WRONLY)


@attack("W07", "outside through a symbolic link in the work folder", plain=True)
def _(planted: Planted) -> object:
    os.symlink(planted["base"] + "/secret.txt", planted["work"] + "/link.txt")
    return read(planted["work"] + "/link.txt")


@attack("W08", "the work folder itself replaced", plain=True)
def _(planted: Planted) -> object:
    os.rename(planted["work"], planted["work"] + "-moved")
    os.rename(planted["work"] + "-moved", planted["work"])
    return True


@attack("W09", "its own connection file, for whoever attaches later", plain=True)
def _(planted: Planted) -> object:
    path = get_connection_file()
    if os.access(os.path.dirname(path), os.W_OK):
        os.rename(path, path + "-moved")
        os.rename(path + "-moved", path)
        return True
    return opens(path, os.O_WRONLY)


@attack("W10", "a setuid file left in the work folder, by chmod", plain=True)
def _(planted: Planted) -> object:
    path = planted["work"] + "/setuid"
    Path(path).touch()
    os.chmod(path, 0o4700)
    return bool(os.stat(path).st_mode & stat.S_ISUID)


@attack("W10b", "the same by the mode of open", plain=True)
def _(planted: Planted) -> object:
    path = planted["work"] + "/setuid-opened"
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o4700))
    return bool(os.stat(path).st_mode & stat.S_ISUID)


@attack("W11", "a device in the work folder")
def _(planted: Planted) -> object:
    os.mknod(planted["work"] + "/device", stat.S_IFCHR | 0o600, os.makedev(1, 3))
    return True


@attack("W12", "a file of one terabyte")
def _(planted: Planted) -> object:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with open(planted["work"] + "/huge", "wb") as file:
        os.ftruncate(file.fileno(), 1 << 40)
    return True
