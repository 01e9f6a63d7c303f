"""A batch that is killed again and again: the long form of `tests/batch/test_kills.py`.

    uv run python -m benchmarks.batch_kills [--jobs 200] [--kills 50] [--seed 0] [--dask]

The runner, a kernel, the kernels' template or (with `--dask`) a worker gets SIGKILL at random moments; a dead runner is
started again with `--resume`, a dead worker is replaced. At the end every job must have been done once, and no kernel and no temporary folder may be left.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from analyst.models.scripted_server import ScriptedServer
from tests.batch.kills import Kills, answering


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--dask", action="store_true", help="run the jobs on two workers of a Dask scheduler")
    options = parser.parse_args()
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        ScriptedServer(answering) as server,
        Kills(Path(folder), server.url, options.jobs, options.seed, options.dask) as kills,
    ):
        kills.kill(options.kills)
        kills.finish()
        faults = kills.faults()
        asked = len(server.requests)
    told = ", ".join(f"{count} × {kind}" for kind, count in kills.killed.items())
    print(f"killed: {told}; {kills.runs} runs, {kills.count} jobs, {time.monotonic() - began:.0f} s")
    print(f"{asked} model calls, {2 * kills.count} would do without kills")
    print("\n".join(faults) or "every job was done once; nothing is left behind")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
