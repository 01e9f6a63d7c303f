"""macOS: a profile for its own sandbox, Seatbelt. **Untested**: written from documentation, on no Mac so far.

It has no process namespace and no sizes; what holds is files, network and signals. The self-check inside still looks
before the first cell, so a profile that does not hold ends the kernel.
"""

from __future__ import annotations

from .view import View

__all__ = ["PROGRAM", "profile"]

PROGRAM = "/usr/bin/sandbox-exec"
_SYSTEM = (
    "/usr",
    "/bin",
    "/sbin",
    "/System",
    "/Library/Frameworks",
    "/private/var/db/timezone",
    "/private/etc/localtime",
)


def profile(view: View) -> str:
    """The profile of one kernel: everything is denied that is not named."""
    read = "\n".join(
        f"  (subpath {_quoted(path)})" for path in (*_SYSTEM, *view.code, *view.data, view.launcher)
    )
    covered = "\n".join(f"(deny file-read* (subpath {_quoted(path)}))" for path in view.covered)
    work, sockets = _quoted(view.work), _quoted(view.sockets)
    return f"""(version 1)
(deny default)
(allow process-fork)
(allow process-exec (subpath "/usr") (subpath "/bin") {" ".join(f"(subpath {_quoted(p)})" for p in view.code)})
(allow signal (target same-sandbox))
(allow sysctl-read)
(allow mach-lookup (global-name "com.apple.system.opendirectoryd.libinfo"))
(allow file-read-metadata)
(allow file-read*
  (literal "/")
  (literal "/dev/urandom") (literal "/dev/random") (literal "/dev/null") (literal "/dev/zero")
  (literal {_quoted(view.connection_file)})
{read})
{covered}
(allow file-read* file-write* (subpath {work}) (subpath {sockets}))
(allow file-write-data (literal "/dev/null"))
(allow network-bind (local unix-socket (subpath {sockets})))
(allow network-inbound (local unix-socket (subpath {sockets})))
(allow network-outbound (remote unix-socket (subpath {sockets})))
"""


def _quoted(path: str) -> str:
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'
