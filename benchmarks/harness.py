"""What the harness costs, as ratios to a loop written by hand (`by_hand.py`) on the same scripted server in the same run.

    uv run python -m benchmarks.harness [--rounds 5] [--steps 40]

Three figures: from the start of the process to the first cell that the model asked for; time per step over many steps,
every fact on disk; tokens sent that are not an identical prefix of the request before. Seconds vary from machine to
machine and with what else runs there; the ratios are what counts.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analyst.events import Call
from analyst.models import Reply
from analyst.models.scripted_server import ScriptedServer

QUESTION = "How do the values grow?"
STAMP = "import time\nopen({stamps!r}, 'a').write(f'{{time.time()}}\\n')\n"
CELLS = (
    "import pandas as pd\nframe_{n} = pd.DataFrame({{'a': range(200), 'b': 1.5, 'c': ['x', 'y'] * 100}})\nframe_{n}",
    "print('step {n}')\nprint(frame_{before}.describe().to_string())",
    "frame_{load}.groupby('c')['a'].agg(['mean', 'std', 'count'])",
    "frame_{load}.groupby('d')['a'].mean()",  # there is no such column
    "means_{n} = frame_{load}.groupby('c')['a'].mean()\nmeans_{n}",
)
"""What an analysis is made of: load and look, describe, group, fail, repair."""


def cell(n: int, stamps: Path) -> str:
    text = STAMP + CELLS[n % len(CELLS)]
    return text.format(n=n, before=n - 1, load=n - n % len(CELLS), stamps=str(stamps))


@dataclass(frozen=True)
class Timing:
    """One run of one loop; times in seconds."""

    first_code: float
    per_step: float
    whole: float
    new_tokens: tuple[int, ...]
    """Per request: tokens that were not sent, at the same place, in the request before."""


def script(steps: int, stamps: Path) -> list[Reply]:
    codes = [json.dumps({"code": cell(n, stamps)}) for n in range(steps)]
    cells = [Reply("", (Call(f"c{n}", "python", code),), finish="tool_calls") for n, code in enumerate(codes)]
    return [*cells, Reply("The values grow by one each step.")]


def ours(url: str, folder: Path) -> tuple[list[str], dict[str, str]]:
    command = [
        sys.executable,
        "-m",
        "analyst.cli",
        "run",
        QUESTION,
        "--model",
        "openai/scripted",
        "--max-steps",
        "100",
        "-q",
    ]
    return [*command, "--out", str(folder / "run")], {"OPENAI_BASE_URL": url, "OPENAI_API_KEY": "none"}


def by_hand(url: str, _folder: Path) -> tuple[list[str], dict[str, str]]:
    # the fetch of a price list and of a .env file at import are litellm's own; the loop is spared them
    env = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_MODE": "PRODUCTION"}
    return [sys.executable, str(Path(__file__).with_name("by_hand.py")), url, QUESTION], env


def measure(loop: Any, steps: int) -> Timing:
    with tempfile.TemporaryDirectory() as name:
        stamps = Path(name) / "stamps"
        with ScriptedServer(script(steps, stamps)) as server:
            command, env = loop(server.url, Path(name))
            clean = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}  # noqa: TID251 - to pass on
            began = time.time()
            subprocess.run(command, env=clean | env, check=True, capture_output=True)
            whole = time.time() - began
            times = [float(line) for line in stamps.read_text().splitlines()]
        assert len(times) == steps, "every cell ran once"
        # the first interval holds what pandas imports late, which is not the loop's doing
        return Timing(
            times[0] - began,
            (times[-1] - times[1]) / max(1, steps - 2),
            whole,
            tuple(new_tokens(server.requests)),
        )


def new_tokens(requests: Sequence[dict[str, Any]]) -> list[int]:
    """Four characters a token; tools come before messages, as providers put them."""
    found, before = [], ""
    for request in requests:
        text = json.dumps([request.get("tools", []), request["messages"]])[:-2]
        common = len(os.path.commonprefix([before, text]))
        found.append((len(text) - common) // 4)
        before = text
    return found


def report(name: str, mine: Sequence[float], floor: Sequence[float], unit: str, goal: float) -> None:
    ratio = statistics.median(a / b for a, b in zip(mine, floor, strict=True))
    medians = f"{statistics.median(mine):8.3f} {unit}  by hand {statistics.median(floor):8.3f} {unit}"
    print(f"{name:34} ours {medians}  ratio {ratio:.2f}  (goal: at most {goal:g})")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5, help="pairs of runs, after one to warm up")
    parser.add_argument("--steps", type=int, default=40)
    options = parser.parse_args()
    measure(ours, 2), measure(by_hand, 2)
    pairs = [(measure(ours, options.steps), measure(by_hand, options.steps)) for _ in range(options.rounds)]
    mine, floor = [a for a, _ in pairs], [b for _, b in pairs]
    report(
        "process start to first code", [t.first_code for t in mine], [t.first_code for t in floor], "s", 0.5
    )
    report(
        f"time per step, {options.steps} steps",
        [t.per_step for t in mine],
        [t.per_step for t in floor],
        "s",
        1.3,
    )
    report("whole run", [t.whole for t in mine], [t.whole for t in floor], "s", 1.0)
    tokens = [[float(sum(t.new_tokens)) / 1000 for t in side] for side in (mine, floor)]
    report("tokens outside the prefix", *tokens, "k", 1.0)


if __name__ == "__main__":
    main()
