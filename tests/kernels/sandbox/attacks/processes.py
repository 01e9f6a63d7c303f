"""Other processes, and the machine itself. See `probes`."""

# a probe uses the calls that an attack would use, and not always what is planted
# ruff: noqa: ARG001

from __future__ import annotations

import ctypes
import fcntl
import mmap
import os
import platform
import pty
import resource

from tests.kernels.sandbox.attacks.probes import Planted, attack, in_child, libc, opens, read, refused


@attack("P01", "a signal to another process", plain=True)
def _(planted: Planted) -> object:
    os.kill(planted["decoy"], 0)
    return "sleep" in read(f"/proc/{planted['decoy']}/cmdline")


@attack("P01b", "a signal to the process that started it")
def _(planted: Planted) -> object:
    return os.getppid() not in (0, 1) and in_child(lambda: os.kill(planted["starter"], 0) is None)


@attack("P02", "the memory of another process", plain=True)
def _(planted: Planted) -> object:
    return "sleep" in read(f"/proc/{planted['decoy']}/maps")


@attack("P02e", "another process traced", plain=True)
def _(planted: Planted) -> object:
    seize = 0x4206
    return libc.ptrace(seize, planted["decoy"], 0, 0) == 0


@attack("P02f", "a descriptor of another process", plain=True)
def _(planted: Planted) -> object:
    process = os.pidfd_open(planted["decoy"])
    taken = libc.syscall(438, process, 0, 0)  # pidfd_getfd, on both machines
    return taken >= 0 and os.close(taken) is None


@attack("P02b", "the limits of another process", plain=True)
def _(planted: Planted) -> object:
    resource.prlimit(planted["decoy"], resource.RLIMIT_NOFILE, (50, 50))
    return True


@attack("P02c", "the priority of another process", plain=True)
def _(planted: Planted) -> object:
    os.setpriority(os.PRIO_PROCESS, planted["decoy"], 15)
    return os.getpriority(os.PRIO_PROCESS, planted["decoy"]) == 15


@attack("P02d", "the scheduling of another process", plain=True)
def _(planted: Planted) -> object:
    os.sched_setscheduler(planted["decoy"], os.SCHED_BATCH, os.sched_param(0))
    return os.sched_getscheduler(planted["decoy"]) == os.SCHED_BATCH


@attack("P03", "root again")
def _(planted: Planted) -> object:
    def become() -> bool:
        try:
            os.setresuid(0, 0, 0)
        except OSError:
            return False
        return "CapEff:\t0000000000000000" not in read("/proc/self/status")

    return in_child(become)


@attack("P04", "capabilities in a user namespace of its own")
def _(planted: Planted) -> object:
    return in_child(lambda: libc.unshare(0x10000000) == 0)


@attack("P05", "a mount, and another root")
def _(planted: Planted) -> object:
    work = planted["work"].encode()
    return in_child(lambda: libc.mount(b"none", work, b"tmpfs", 0, None) == 0 or libc.chroot(work) == 0)


@attack("P06", "parts of the kernel with a long history of holes")
def _(planted: Planted) -> object:
    calls = {
        "x86_64": {
            "bpf": 321,
            "userfaultfd": 323,
            "perf": 298,
            "io_uring": 425,
            "by_handle": 304,
            "keys": 248,
        },
        "aarch64": {
            "bpf": 280,
            "userfaultfd": 282,
            "perf": 241,
            "io_uring": 425,
            "by_handle": 265,
            "keys": 217,
        },
    }[platform.machine()]
    return not all(refused(number, 0, 0, 0, 0, 0) for number in calls.values())


@attack("P07", "settings of the machine's kernel (T1)", only=("bubblewrap",))
def _(planted: Planted) -> object:
    files = (
        "/proc/sys/kernel/core_pattern",
        "/proc/sys/kernel/hostname",
        "/proc/sysrq-trigger",
        "/proc/sys/vm/swappiness",
    )
    return any(os.access(path, os.W_OK) for path in files)


@attack("P08", "characters typed into a terminal")
def _(planted: Planted) -> object:
    _main, second = pty.openpty()
    fcntl.ioctl(second, 0x5412, b"x")
    return True


@attack("P09", "the filter passed by the entry of another architecture", plain=platform.machine() == "x86_64")
def _(planted: Planted) -> object:
    if platform.machine() != "x86_64":
        return False
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")  # getpid by int 0x80
    run = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))
    return in_child(lambda: run() == os.getpid())


@attack("P10", "its own limits raised")
def _(planted: Planted) -> object:
    which = resource.RLIMIT_DATA
    resource.setrlimit(which, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    return True


@attack("P13", "memory that no limit counts")
def _(planted: Planted) -> object:
    os.close(os.memfd_create("x"))
    return True


@attack("P14", "its own program, by the way that leads past a read-only view")
def _(planted: Planted) -> object:
    return any(opens(path, os.O_WRONLY) for path in ("/proc/self/exe", "/proc/thread-self/exe"))


@attack("P15", "memory and messages that are shared by all of a machine")
def _(planted: Planted) -> object:
    calls = {"x86_64": (29, 68, 64), "aarch64": (194, 186, 190)}[platform.machine()]  # shmget, msgget, semget
    return not all(refused(number, 0, 4096, 0o1600) for number in calls)


@attack("P16", "the control groups that hold it")
def _(planted: Planted) -> object:
    tops = ("/sys/fs/cgroup/cgroup.procs", "/sys/fs/cgroup/memory/cgroup.procs", "/proc/self/cgroup.procs")
    for path in tops:
        try:
            if opens(path, os.O_WRONLY):
                return True
        except OSError:
            continue
    return False
