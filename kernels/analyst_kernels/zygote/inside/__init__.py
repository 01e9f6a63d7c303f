"""What runs in a template and in the kernels that are forked from it. Needs Python's library and ipykernel, no more.

`templates.py` runs `main` under the package name `_analyst_zygote`, with no folder of ours on the import path.
"""

from __future__ import annotations

import json
import socket
import sys

__all__ = ["main"]


def main(control: int, owner: int, preload: list[str]) -> None:
    """Be a template until the owner hangs up or dies; in a child: be a kernel.

    Args:
        control: descriptor of the socket to the owner: a greeting goes out, requests come in.
        owner: its process id.
        preload: modules to import.
    """
    from .warm import installed, threads, warm  # noqa: PLC0415 - the order of all this is the point

    sys.path[:] = [
        place for place in sys.path if place
    ]  # the working directory, which kernels add for themselves
    before = installed()
    added, failed = warm(preload)
    from .child import Job  # noqa: PLC0415
    from .server import Server  # noqa: PLC0415

    connection = socket.socket(fileno=control)
    greeting = {"threads": threads(), "installed": before, "failed": failed}
    connection.send(json.dumps(greeting).encode())
    job: Job | None = Server(connection, owner, added).serve()
    if job is not None:
        job.run()
