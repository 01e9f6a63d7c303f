"""What `%load_ext analyst` adds to the start of IPython, and what the first `%%agent` with `rules` takes.

    uv run python -m benchmarks.load_ext [--rounds 7]

Each round is two processes of IPython: one that starts and runs `1`, one that loads the extension before it. Medians;
seconds vary from machine to machine, the ratio is what counts. Under 0.3 s more are promised.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

START = """
from IPython.terminal.interactiveshell import TerminalInteractiveShell
shell = TerminalInteractiveShell.instance(simple_prompt=True)
"""
BARE = START + "shell.run_cell('1')\n"
LOADED = START + "shell.run_cell('%load_ext analyst\\n1')\n"
ASKED = """
import time
shell.run_cell("import pandas as pd\\ndf = pd.DataFrame({'a': [1, 2, 3]})")
for _ in range(2):
    began = time.perf_counter()
    shell.run_cell("%%agent --replay never\\nWhat is the mean of a in df?")
    print("@@", time.perf_counter() - began)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        runs = [(started(BARE, folder)[0], started(LOADED, folder)[0]) for _ in range(rounds)]
        asked = [started(LOADED + ASKED, folder)[1] for _ in range(rounds)]
    bare, loaded = (statistics.median(each) for each in zip(*runs, strict=True))
    print(
        f"IPython alone {bare:.2f} s; with %load_ext analyst {loaded:.2f} s: {loaded - bare:+.2f} s, {loaded / bare:.2f}×"
    )
    first, second = (statistics.median(each) for each in zip(*asked, strict=True))
    print(f"%%agent with rules: the first {first:.2f} s, the next {second:.2f} s")


def started(code: str, folder: str) -> tuple[float, list[float]]:
    """Seconds that a process took, and those that it told of itself."""
    env = {**os.environ, "IPYTHONDIR": folder, "ANALYST_MODEL": "rules", "MPLBACKEND": "agg"}  # noqa: TID251 - the child's
    began = time.perf_counter()
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=folder, env=env
    )
    took = time.perf_counter() - began
    return took, [float(line.split()[1]) for line in run.stdout.splitlines() if line.startswith("@@")]


if __name__ == "__main__":
    main()
