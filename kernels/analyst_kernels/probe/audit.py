"""What code really did to the world outside, seen by Python's audit events: files, programs, connections.

A second signal beside the reading of the code. It sees what happens through Python only, and code that means to can blind
it. On only between `watch` and `noticed`; outside of that it costs one comparison for each event.
"""

from __future__ import annotations

import os
import sys
import sysconfig
import tempfile
import threading
from typing import Any

MOST = 20
"""Different things that are told of one cell; more are counted."""
_LONGEST = 200

_EFFECTS = {
    "subprocess.Popen": "shell", "os.system": "shell", "os.exec": "shell", "os.posix_spawn": "shell",
    "os.spawn": "shell", "os.startfile": "shell", "pty.spawn": "shell", "os.kill": "shell", "os.killpg": "shell",
    "socket.connect": "network", "socket.getaddrinfo": "network", "socket.gethostbyname": "network",
    "socket.bind": "network", "socket.sendto": "network", "webbrowser.open": "network",
    "os.remove": "delete", "os.rmdir": "delete", "shutil.rmtree": "delete", "os.truncate": "delete",
    "os.rename": "delete", "shutil.move": "delete",
    "os.symlink": "outside", "os.link": "outside", "os.chmod": "outside", "os.chown": "outside",
    "open": "outside", "os.mkdir": "outside",
}  # fmt: skip
_OWN_PLACES = ("MPLCONFIGDIR", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "XDG_CACHE_HOME")
"""Variables that name where libraries keep things for themselves."""
_INSTALLED = tuple(sysconfig.get_path(name) + os.sep for name in ("stdlib", "purelib", "platlib"))
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC


class _Watch:
    """The one hook of this process: it cannot be taken away again, only be told to look away."""

    def __init__(self) -> None:
        self.on = False
        self.folders: tuple[str, ...] = ()
        self.found: dict[tuple[str, str], int] = {}
        self.more = 0
        self.busy = threading.local()

    def hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.on or event not in _EFFECTS or getattr(self.busy, "now", False):
            return
        self.busy.now = True  # looking raises events of its own
        try:
            self.see(event, arguments)
        except Exception:  # noqa: BLE001 - an error in a hook would become one of the code that is watched
            self.more += 1
        finally:
            self.busy.now = False

    def see(self, event: str, arguments: tuple[Any, ...]) -> None:
        effect, what = _EFFECTS[event], " ".join(_told(event, arguments).split())
        if event == "subprocess.Popen" and _by_an_import():
            return
        if effect in ("outside", "delete"):
            if event == "open" and not _writes(arguments):
                return
            place = os.path.realpath(os.fsdecode(arguments[0])) if not isinstance(arguments[0], int) else ""
            if not place or self.ours(place):
                return
            what = place
        key = (effect, what[:_LONGEST])
        if key in self.found or len(self.found) < MOST:
            self.found[key] = self.found.get(key, 0) + 1
        else:
            self.more += 1

    def ours(self, place: str) -> bool:
        """Places that code may write to without a word: its folder, and what Python and libraries keep for themselves."""
        if (
            place.startswith(("/dev/null", "/dev/pts/", "/dev/tty"))
            or "__pycache__" in place
            or place.endswith(".pyc")
        ):
            return True
        return any(place == folder or place.startswith(folder + os.sep) for folder in self.folders)


_watch: _Watch | None = None


def watch(folder: str) -> None:
    """Begin to look: once a cell of the agent is about to run. `folder` is the work folder."""
    global _watch
    if _watch is None:
        _watch = _Watch()
        sys.addaudithook(_watch.hook)
    own = [os.environ[name] for name in _OWN_PLACES if name in os.environ]  # noqa: TID251 - the kernel's
    places = [folder, tempfile.gettempdir(), "~/.cache", "~/.ipython", "~/.config/matplotlib", *own]
    _watch.folders = tuple(os.path.realpath(os.path.expanduser(place)) for place in places)  # noqa: PTH111
    _watch.found, _watch.more = {}, 0
    _watch.on = True


def noticed() -> dict[str, Any]:
    """Stop looking; what was seen: effect (as the reader of code names it), what, how often; and how much more."""
    if _watch is None:
        return {"events": [], "more": 0}
    _watch.on = False
    events = [{"effect": e, "what": w, "times": n} for (e, w), n in _watch.found.items()]
    return {"events": events, "more": _watch.more}


def _by_an_import() -> bool:
    """Whether an installed package does it while it is imported, as matplotlib looks for fonts: whether to import
    it was judged when the cell was read."""
    frame = sys._getframe()
    while frame := frame.f_back:  # type: ignore[assignment]
        code = frame.f_code
        if code.co_filename == _by_an_import.__code__.co_filename or code.co_filename.startswith("<frozen"):
            continue
        if not code.co_filename.startswith(_INSTALLED):
            return False
        if code.co_name == "<module>":
            return True
    return False


def _writes(arguments: tuple[Any, ...]) -> bool:
    mode, flags = arguments[1], arguments[2]
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return bool(isinstance(flags, int) and flags & _WRITING)


def _told(event: str, arguments: tuple[Any, ...]) -> str:
    """The event in a few words, made of plain text and numbers only: nothing of the user's is asked for its `repr`."""
    if event.startswith("socket."):
        address = arguments[1] if event in ("socket.connect", "socket.bind", "socket.sendto") else arguments
        parts = address if isinstance(address, tuple) else (address,)
        return ":".join(str(p) for p in parts[:2] if type(p) in (str, int))
    if event == "subprocess.Popen":
        words = arguments[1]
        first = words[:6] if isinstance(words, (list, tuple)) else [words]
        return " ".join(os.fsdecode(w) for w in first if isinstance(w, (str, bytes)))
    plain = [
        os.fsdecode(a) if isinstance(a, (str, bytes)) else str(a)
        for a in arguments
        if type(a) in (str, bytes, int)
    ]
    return " ".join(plain[:2]) or event
