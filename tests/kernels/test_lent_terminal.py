"""The same in IPython's terminal, where there is no front end: text only, and the streams are the process's own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.kernels.test_lent import CASES, words

DRIVER = """
import asyncio, dataclasses, json, os, sys, time
began = time.perf_counter()
from IPython.terminal.interactiveshell import TerminalInteractiveShell
shell = TerminalInteractiveShell.instance(simple_prompt=True)
shell.user_ns["begun"] = time.perf_counter()
shell.run_cell("from analyst_kernels.lent import LentKernel\\nlent = LentKernel(get_ipython())\\nawait lent.start()")
shell.user_ns["took"] = time.perf_counter() - shell.user_ns["begun"]
import logging
logging.getLogger("old").addHandler(logging.StreamHandler(sys.stderr))
for code in json.loads(sys.stdin.read()):
    shell.user_ns["code"] = code
    shell.run_cell("way_1 = await lent.execute(code)\\nway_2 = lent.drive(lambda: lent.execute(code))", store_history=True)
    for name in ("way_1", "way_2"):
        e = shell.user_ns.pop(name)
        print("@@" + json.dumps([e.ending, [dataclasses.asdict(o) for o in e.outputs]], default=str), flush=True)
shell.run_cell("lent.publish({'text/plain': 'shown', 'text/html': '<b>'}, display_id='a', update=False)")
print("@@" + json.dumps([shell.user_ns["took"], []]), flush=True)
"""


def test_the_cases_in_a_terminal(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", DRIVER],
        input=json.dumps([case.code for case in CASES]),
        capture_output=True,
        text=True,
        timeout=120,
        env={"PATH": "/usr/bin:/bin", "IPYTHONDIR": str(tmp_path), "MPLBACKEND": "agg"},
    )
    told: list[Any] = [json.loads(line[2:]) for line in run.stdout.splitlines() if line.startswith("@@")]
    assert len(told) == 2 * len(CASES) + 1, run.stderr[-2000:]
    outside = [line for line in run.stdout.splitlines() if not line.startswith("@@")]
    assert outside == ["shown"]  # nothing of the snippets', only what was published
    for number, case in enumerate(CASES):
        for ending, outputs in told[2 * number : 2 * number + 2]:
            assert ending == case.ending, case.name
            kinds = [words(output)[0] for output in outputs]
            # outside of a notebook plt.show() shows nothing: figures come at the end
            assert sorted(kinds) == sorted([each.split("=")[0].split(" ")[0] for each in case.shown]), (
                case.name
            )
    seconds, _ = told[-1]
    assert seconds < 5  # a tenth is promised, beyond IPython's own start, where nothing else runs
