"""A machine without any sandbox: a filter of system calls refuses namespaces, as containers do, and Landlock, as old
kernels do. What runs under it is ours, unchanged."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOTHING = """
import errno, struct, sys
from analyst_kernels.sandbox import seccomp
from analyst_kernels.sandbox.inside import landlock
landlock.load_filter(seccomp.bubblewrap_filter())
LOAD, IF_EQUAL, RETURN = 0x20, 0x15, 0x06
steps = [(LOAD, 0, 0, 0), (IF_EQUAL, 0, 1, 444), (RETURN, 0, 0, 0x00050000 | errno.ENOSYS), (RETURN, 0, 0, 0x7FFF0000)]
landlock.load_filter(b"".join(struct.pack("HBBI", *step) for step in steps))
"""
_CLEAN = {k: v for k, v in os.environ.items() if not k.startswith("ANALYST_") and not k.endswith("_API_KEY")}  # noqa: TID251 - to pass on


def without_sandbox(code: str, *words: object, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run Python code there, `words` as its arguments."""
    return subprocess.run(
        [sys.executable, "-c", NOTHING + code, *map(str, words)],
        cwd=cwd,
        env=_CLEAN | {"PYTHONPATH": str(ROOT)} | env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
