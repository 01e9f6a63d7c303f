"""What it could read. See `probes`."""

# a probe uses the calls that an attack would use, and not always what is planted
# ruff: noqa: ARG001, PTH116, PTH118, PTH123, PTH202, PTH208, TID251

from __future__ import annotations

import ctypes
import os
import platform
import re
import stat
import sys

from tests.kernels.sandbox.attacks.probes import Planted, attack, libc, read


@attack("R01", "a key in the user's home", plain=True)
def _(planted: Planted) -> object:
    return read(planted["home"] + "/.ssh/id_rsa")


@attack("R02", "the machine's users and passwords")
def _(planted: Planted) -> object:
    return any(word in read(path) for path in ("/etc/passwd", "/etc/shadow") if os.access(path, os.R_OK) for word in ("daemon:", "root:"))  # fmt: skip


@attack("R03", "keys in its own environment", plain=True)
def _(planted: Planted) -> object:
    return [dict(os.environ), read("/proc/self/environ")]


@attack("R04", "the environment of another process", plain=True)
def _(planted: Planted) -> object:
    return read(f"/proc/{planted['decoy']}/environ")


@attack("R04b", "the environment of the first process of the sandbox, and of its parent")
def _(planted: Planted) -> object:
    texts = []
    for process in ("1", str(os.getppid())):
        try:
            texts.append(read(f"/proc/{process}/environ"))
        except OSError:
            continue
    return texts


@attack("R05", "every small file that can be seen, looked through for a canary")
def _(planted: Planted) -> object:
    skipped = ("/proc", "/sys", "/usr", "/lib", "/lib64", sys.prefix, sys.base_prefix)
    texts = []
    for top in (
        "/",
        *(f"/{name}" for name in ("home", "root", "tmp", "var", "run", "etc", "opt")),
        planted["base"],
    ):
        for folder, folders, files in os.walk(top):
            folders[:] = [name for name in folders if os.path.join(folder, name) not in skipped]
            for name in files:
                path = os.path.join(folder, name)
                try:
                    if stat.S_ISREG(os.lstat(path).st_mode) and os.path.getsize(path) < 20_000:
                        texts.append(read(path))
                except OSError:
                    continue
    return "".join(text for text in texts if planted["marker"] in text)


@attack("R06", "a hidden .env beside the data", plain=True)
def _(planted: Planted) -> object:
    return read(planted["data"] + "/.env")


@attack("R07", "another kernel's connection file", plain=True)
def _(planted: Planted) -> object:
    return read(planted["base"] + "/kernel-other.json")


@attack("R08", "file descriptors that were left open")
def _(planted: Planted) -> object:
    texts = []
    for descriptor in range(3, 256):
        try:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                texts.append(os.pread(descriptor, 10_000, 0))
        except OSError:
            continue
    return texts


@attack("R09", "the user's keyring", plain=True)
def _(planted: Planted) -> object:
    keyctl = {"x86_64": 250, "aarch64": 219}[platform.machine()]
    search, read_key, session = 10, 11, -3
    key = libc.syscall(keyctl, search, session, b"user", planted["key"].encode(), 0)
    text = ctypes.create_string_buffer(200)
    libc.syscall(keyctl, read_key, key, text, 200)
    return text.value


@attack("R10", "disks, memory and log of the machine", only=("bubblewrap",))
def _(planted: Planted) -> object:
    return any(
        os.access(f"/dev/{name}", os.R_OK) for name in ("mem", "kmsg", "port", "sda", "vda", "nvme0n1")
    )


@attack("R12", "the kernel's messages")
def _(planted: Planted) -> object:
    return bool(libc.klogctl(10, None, 0) >= 0)


@attack("R13", "the list of processes", plain=True)
def _(planted: Planted) -> object:
    return str(planted["decoy"]) in os.listdir("/proc") and "sleep" in read(
        f"/proc/{planted['decoy']}/cmdline"
    )


@attack("R14", "out of the work folder by ..", plain=True)
def _(planted: Planted) -> object:
    return read(planted["work"] + "/../secret.txt")


@attack("R15", "by the roots that /proc shows", plain=True)
def _(planted: Planted) -> object:
    return read("/proc/self/root" + planted["base"] + "/secret.txt")


@attack("R16", "shell history, cloud and git credentials", plain=True)
def _(planted: Planted) -> object:
    return read(planted["home"] + "/.bash_history") + read(planted["home"] + "/.aws/credentials")


@attack(
    "R17", "size and times of a file outside", plain=True, lesser="Landlock does not hide what stat tells"
)
def _(planted: Planted) -> object:
    return os.stat(planted["base"] + "/secret.txt").st_size > 0


@attack("R18", "by the roots, folders and descriptors of every process that /proc shows", plain=True)
def _(planted: Planted) -> object:
    found = []
    for process in {
        *filter(str.isdigit, os.listdir("/proc")),
        str(planted["decoy"]),
        str(planted["starter"]),
    }:
        if process == str(os.getpid()):
            continue
        ways = [
            f"/proc/{process}/{way}{planted['base']}/secret.txt"
            for way in ("root", "cwd/../../../../../../..")
        ]
        for path in (*ways, *(f"/proc/{process}/fd/{number}" for number in range(3, 12))):
            try:
                if stat.S_ISREG(os.stat(path).st_mode):
                    found.append(read(path))
            except OSError:
                continue
    return found


@attack("R19", "what was in memory before its first line: secrets of who started or forked it", plain=True)
def _(planted: Planted) -> object:
    wanted, found = re.compile(planted["marker"].encode() + rb"[0-9a-f]{14}"), set()
    with open("/proc/self/mem", "rb", buffering=0) as memory:
        for line in read("/proc/self/maps").splitlines():
            begin, end = (int(place, 16) for place in line.split()[0].split("-"))
            if (
                line.split()[1][0] != "r" or "[v" in line or "/" in line
            ):  # what is mapped of files is no secret
                continue
            for place in range(begin, end, 1 << 24):
                try:
                    memory.seek(place)
                    found |= set(wanted.findall(memory.read(min(1 << 24, end - place))))
                except OSError:
                    continue
    return [text.decode() for text in found]
