"""The system calls that a sandboxed kernel may not make, as a program for the kernel's classic BPF machine.

A deny list, on top of namespaces or Landlock: it closes what those leave open (the user's keyring, vsock, io_uring,
setuid files by mode, 32-bit entries). It is assembled here, so that nothing has to be installed. What it looks at lies in
registers; calls whose arguments are behind pointers (`clone3`, `openat2`) answer ENOSYS, and libc falls back.
"""

from __future__ import annotations

import platform
import struct

__all__ = ["MACHINES", "bubblewrap_filter", "landlock_filter"]

MACHINES = ("x86_64", "aarch64")
"""The machines whose system call numbers are known here."""
_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

Numbers = tuple[int | None, int | None]
"""One system call's number on each of `MACHINES`; None where it does not exist."""

_REFUSED: dict[str, Numbers] = {
    # other processes
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_getfd": (438, 438), "process_madvise": (440, 440), "move_pages": (279, 239), "migrate_pages": (256, 238),
    # the keyring belongs to the user, not to a namespace
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    # mounts and namespaces
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "open_tree": (428, 428),
    "move_mount": (429, 429), "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "mount_setattr": (442, 442), "open_tree_attr": (467, 467), "statmount": (457, 457), "listmount": (458, 458),
    "unshare": (272, 97), "setns": (308, 268), "swapon": (167, 224), "swapoff": (168, 225),
    # the machine
    "syslog": (103, 116), "acct": (163, 89), "quotactl": (179, 60), "quotactl_fd": (443, 443), "reboot": (169, 142),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106), "kexec_load": (246, 104),
    "kexec_file_load": (320, 294), "clock_settime": (227, 112), "settimeofday": (164, 170), "adjtimex": (159, 171),
    "clock_adjtime": (305, 266), "sethostname": (170, 161), "setdomainname": (171, 162), "vhangup": (153, 58),
    # large parts of the kernel that an analysis has no use for
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "personality": (135, 92), "uselib": (134, None),
    "iopl": (172, None), "ioperm": (173, None), "modify_ldt": (154, None), "lookup_dcookie": (212, 18),
    # files by another way than their path
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265), "fanotify_init": (300, 262),
    "mknod": (133, None), "mknodat": (259, 33),
    # memory that no limit counts and no process shows
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194), "msgget": (68, 186),
    "semget": (64, 190),
}  # fmt: skip

_METADATA: dict[str, Numbers] = {
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "chown": (92, None), "lchown": (94, None), "fchown": (93, 55), "fchownat": (260, 54),
    "utime": (132, None), "utimes": (235, None), "futimesat": (261, None), "utimensat": (280, 88),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "setxattrat": (463, 463),
    "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16), "removexattrat": (466, 466),
    "file_setattr": (469, 469),
}  # fmt: skip
"""What changes a file without writing to it. Landlock does not see these."""

_SCHEDULED: dict[str, Numbers] = {
    "sched_setaffinity": (203, 122), "sched_setscheduler": (144, 119),
    "sched_setparam": (142, 118), "sched_setattr": (314, 274),
}  # fmt: skip
"""Schedule the thread named by the first argument, 0: the caller. Landlock does not see these either. They are answered
as done: libzmq calls one for each thread of its own, and ends the process when it is refused."""
_PRLIMIT: Numbers = (302, 261)
_SETPRIORITY: Numbers = (141, 140)
_IOPRIO_SET: Numbers = (251, 30)

_SOCKET: Numbers = (41, 198)
_SOCKETPAIR: Numbers = (53, 199)
_CLONE: Numbers = (56, 220)
_IOCTL: Numbers = (16, 29)
_NOT_THERE: tuple[Numbers, ...] = ((435, 435), (437, 437))  # clone3, openat2
_WITH_MODE: tuple[tuple[Numbers, int], ...] = (
    ((2, None), 2), ((257, 56), 3), ((85, None), 1),  # open, openat, creat: a mode too
    ((90, None), 1), ((91, 52), 1), ((268, 53), 2), ((452, 452), 2),  # chmod, fchmod, fchmodat, fchmodat2
)  # fmt: skip

_NEW_NAMESPACES = 0x7E020080
_SETUID_OR_SETGID = 0o6000
_TERMINAL_INPUT = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX
_FILE_FLAGS = (0x40086602, 0x401C5820)  # FS_IOC_SETFLAGS, FS_IOC_FSSETXATTR
_UNIX, _INET, _INET6, _NETLINK = 1, 2, 10, 16
_STREAM, _TYPE = 1, 0xF

_EPERM, _ENOSYS, _EAFNOSUPPORT = 1, 38, 97
_LOAD, _AND, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL = 0x7FFF0000, 0x80000000

Step = tuple[int, int, int, int]
"""code, jump if true, jump if false, operand"""


def bubblewrap_filter(machine: str = "") -> bytes:
    """For a kernel in namespaces of its own: it may have sockets, which reach nothing but its own loopback."""
    program = [*_entry(machine), *_common(_column(machine))]
    families = [_UNIX, _INET, _INET6]
    for numbers in (_SOCKET, _SOCKETPAIR):
        program += _on(numbers, machine, _families(families, netlink=True))
    return _packed([*program, *_modes(machine), _answer(_ALLOW)])


def landlock_filter(machine: str = "") -> bytes:
    """For a kernel in the machine's own network and among its processes: no new socket at all but a pair of streams.

    Changes of a file's mode, owner, times and attributes are answered as done, and not done: too much code sets
    them in passing for a refusal, and Landlock would let them through on every file of the user.
    """
    column = _column(machine)
    program = [*_entry(machine), *_common(column)]
    for numbers in _METADATA.values():
        program += _on(numbers, machine, [_answer(_error(0))])
    for numbers in _SCHEDULED.values():
        program += _on(numbers, machine, _unless(0, (0,), 0))
    program += _on(_PRLIMIT, machine, _unless(0, (0,), _EPERM))
    for numbers in (_SETPRIORITY, _IOPRIO_SET):
        program += _on(numbers, machine, _unless(1, (0,), _EPERM))
    program += _on(_IOCTL, machine, _if_one_of(1, (*_TERMINAL_INPUT, *_FILE_FLAGS)))
    program += _on(_SOCKET, machine, [_answer(_error(_EAFNOSUPPORT))])
    # a datagram socket of a pair can be sent from to any address, a stream cannot
    pair = [
        _argument(1),
        (_AND, 0, 0, _TYPE),
        (_EQUAL, 1, 0, _STREAM),
        _answer(_error(_EAFNOSUPPORT)),
        _answer(_ALLOW),
    ]
    program += _on(_SOCKETPAIR, machine, pair)
    return _packed([*program, *_modes(machine), _answer(_ALLOW)])


# ── the parts ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _column(machine: str) -> int:
    return MACHINES.index(machine or platform.machine())


def _entry(machine: str) -> list[Step]:
    """A call by another architecture's entry ends the process: its numbers mean something else."""
    machine = machine or platform.machine()
    steps = [(_LOAD, 0, 0, 4), (_EQUAL, 1, 0, _ARCHITECTURE[machine]), _answer(_KILL), (_LOAD, 0, 0, 0)]
    if machine == "x86_64":  # the x32 calls
        steps += [(_AT_LEAST, 0, 1, 0x40000000), _answer(_error(_ENOSYS))]
    return steps


def _common(column: int) -> list[Step]:
    machine = MACHINES[column]
    steps: list[Step] = []
    for numbers in _REFUSED.values():
        steps += _on(numbers, machine, [_answer(_error(_EPERM))])
    for numbers in _NOT_THERE:
        steps += _on(numbers, machine, [_answer(_error(_ENOSYS))])
    steps += _on(_CLONE, machine, _if_bits(0, _NEW_NAMESPACES))
    return steps


def _modes(machine: str) -> list[Step]:
    steps = _on(_IOCTL, machine, _if_one_of(1, _TERMINAL_INPUT))
    for numbers, argument in _WITH_MODE:
        steps += _on(numbers, machine, _if_bits(argument, _SETUID_OR_SETGID))
    return steps


def _on(numbers: Numbers, machine: str, body: list[Step]) -> list[Step]:
    """The body for one system call; it must end with an answer, as it may have loaded an argument."""
    number = numbers[_column(machine)]
    return [] if number is None else [(_EQUAL, 0, len(body), number), *body]


def _if_bits(argument: int, bits: int) -> list[Step]:
    return [_argument(argument), (_ANY_BIT, 0, 1, bits), _answer(_error(_EPERM)), _answer(_ALLOW)]


def _if_one_of(argument: int, values: tuple[int, ...]) -> list[Step]:
    return [_argument(argument), *_jumps(values), _answer(_ALLOW), _answer(_error(_EPERM))]


def _unless(argument: int, values: tuple[int, ...], error: int) -> list[Step]:
    return [_argument(argument), *_jumps(values), _answer(_error(error)), _answer(_ALLOW)]


def _jumps(values: tuple[int, ...]) -> list[Step]:
    """To the second of the two answers that follow, if the loaded value is one of these."""
    return [(_EQUAL, len(values) - i, 0, value) for i, value in enumerate(values)]


def _families(families: list[int], *, netlink: bool) -> list[Step]:
    """Only these families; of netlink only the route protocol, without which libzmq ends the process."""
    tests = len(families) + (3 if netlink else 0)
    steps: list[Step] = [_argument(0)]
    steps += [(_EQUAL, tests - i, 0, family) for i, family in enumerate(families)]
    if netlink:
        steps += [(_EQUAL, 0, 2, _NETLINK), _argument(2), (_EQUAL, 1, 0, 0)]
    return [*steps, _answer(_error(_EAFNOSUPPORT)), _answer(_ALLOW)]


def _argument(n: int) -> Step:
    return (_LOAD, 0, 0, 16 + 8 * n)  # its lower half, on both machines


def _answer(value: int) -> Step:
    return (_RETURN, 0, 0, value)


def _error(number: int) -> int:
    return 0x00050000 | number


def _packed(program: list[Step]) -> bytes:
    return b"".join(struct.pack("<HBBI", code, yes, no, k) for code, yes, no, k in program)
