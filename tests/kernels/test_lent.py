"""What code may do when it runs in the user's own kernel, both ways in: the table of cases, then what must not change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from tests.kernels.lent_cells import Cells, Way

PNG = "image/png"


@pytest.fixture(scope="module")
def cells() -> Iterator[Cells]:
    with Cells() as cells:
        yield cells


class Case(NamedTuple):
    name: str
    code: str
    shown: list[str]
    """Each output: its kind, and what is found in it (all of it after a `=`)."""
    ending: str = "ok"


CASES = [
    Case("print", "print('a')", ["stdout=a\n"]),
    Case(
        "order of streams",
        "import sys\nprint('a')\nprint('b', file=sys.stderr)\nprint('c')",
        ["stdout=a\n", "stderr=b\n", "stdout=c\n"],
    ),
    Case("last value", "x = 20\nx + 1", ["execute_result=21"]),
    Case("two values", "1\n2", ["execute_result=2"]),
    Case("semicolon", "x = 1\n5;", []),
    Case("semicolon in a string", "'a;'", ["execute_result='a;'"]),
    Case("semicolon and a comment", "5; # really", []),
    Case("value of None", "None", []),
    Case("display", "display(1, 'b')\n3", ["display_data=1", "display_data='b'", "execute_result=3"]),
    Case(
        "update of a display",
        "h = display('old', display_id=True)\nprint('x')\nh.update('new')",
        ["display_data='new'", "stdout=x\n"],
    ),
    Case(
        "clear_output",
        "from IPython.display import clear_output\nprint('gone')\nclear_output()\nprint('there')",
        ["stdout=there\n"],
    ),
    Case("HTML of a frame", "import pandas as pd\npd.DataFrame({'a': [1, 2]})", ["execute_result a\n0  1"]),
    Case(
        "a figure without show",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nprint('x')",
        ["stdout=x\n", "display_data Figure"],
    ),
    Case(
        "a figure with show, and then text",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()\nprint('x')",
        ["display_data Figure", "stdout=x\n"],
    ),
    Case("an error", "print('a')\n1 / 0", ["stdout=a\n", "error ZeroDivisionError"], "error"),
    Case("an error of syntax", "x ===", ["error SyntaxError"], "error"),
    Case("an error of indentation", "if 1:\nx", ["error IndentationError"], "error"),
    Case("an error of a magic", "%no_such_magic", ["error UsageError"], "error"),
    Case("an error below a function", "def f():\n    return {}['k']\nf()", ["error KeyError"], "error"),
    Case("a chain of errors", "try:\n    1 / 0\nexcept Exception as e:\n    raise ValueError('b') from e",
         ["error ValueError"], "error"),
    Case("a repr that fails", "class A:\n    def __repr__(self): raise ValueError('bad')\nA()", ["error ValueError"]),
    Case("a shell line", "!echo hi", ["stdout hi"]),
    Case("a shell line into a variable", "x = !echo hi\nx[0]", ["execute_result='hi'"]),
    Case("a cell of bash", "%%bash\necho hi", ["stdout=hi\n"]),
    Case("os.system", "import os\nprint('a')\nos.system('echo b');\nprint('c');", ["stdout a\n"]),
    Case("a child's stderr", "import subprocess\nsubprocess.run('echo b >&2', shell=True);", ["stderr=b\n"]),
    Case(
        "a forked child",
        "import multiprocessing\np = multiprocessing.get_context('fork').Process(target=print, args=('b',))\n"
        "p.start(); p.join()",
        ["stdout=b\n"],
    ),
    Case("a thread", "import threading\nt = threading.Thread(target=print, args=('t',))\nt.start(); t.join()",
         ["stdout=t\n"]),
    Case("an old handler of logging", "import logging\nlogging.getLogger('old').warning('w')", ["stderr=w\n"]),
    Case("input", "input('name?')", ["error put the value into the code"], "error"),
    Case("getpass", "import getpass\ngetpass.getpass()", ["error put the value into the code"], "error"),
    Case("breakpoint", "breakpoint()", ["error put the value into the code"], "error"),
    Case("exit", "exit()", ["error SystemExit"], "error"),
    Case("quit", "quit()", ["error SystemExit"], "error"),
    Case("sys.exit", "import sys\nsys.exit(3)", ["error SystemExit"], "error"),
    Case("a pager", "len?", ["display_data number of items"]),
    Case("set_next_input", "get_ipython().set_next_input('x = 1')", ["stdout=x = 1\n"]),
    Case("a line magic", "%timeit -n1 -r1 pass", ["stdout loop"]),
    Case("a magic that captures", "%%capture held\nprint('a')", []),
    Case("a magic that times", "%%time\nx = 1", ["stdout Wall time"]),
    Case("nothing", "", []),
    Case("spaces", "  \n", []),
]  # fmt: skip


@pytest.fixture(scope="module")
def prepared(cells: Cells) -> Cells:
    cells.run(
        "import logging, sys\nlogging.getLogger('old').addHandler(logging.StreamHandler(sys.stderr))\n"
        "logging.getLogger('old').propagate = False"
    )
    return cells


@pytest.mark.parametrize("way", ["direct", "pumped"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_runs_as_a_cell(prepared: Cells, case: Case, way: Way) -> None:
    told = prepared.snippet(case.code, way)
    assert told["ending"] == case.ending
    assert len(told["outputs"]) == len(case.shown), told
    for output, expected in zip(told["outputs"], case.shown, strict=True):
        kind, text = words(output)
        wanted, exact, rest = expected.partition("=" if "=" in expected.split(" ")[0] else " ")
        assert kind == wanted
        assert text == rest if exact == "=" else rest in text


def words(output: dict[str, Any]) -> tuple[str, str]:
    kind = output["output_type"]
    if kind == "stream":
        return output["name"], output["text"]
    if kind == "error":
        return kind, f"{output['ename']}: {output['evalue']}"
    return kind, output["data"]["text/plain"]


def test_awaits_at_the_top_level(cells: Cells) -> None:
    code = "import asyncio\nawait asyncio.sleep(0.01)\nprint('a')\nasync def f(): return 5\nawait f()"
    told = cells.snippet(code)
    assert [words(output) for output in told["outputs"]] == [("stdout", "a\n"), ("execute_result", "5")]


def test_says_what_to_do_where_nothing_can_be_awaited(cells: Cells) -> None:
    code = "import asyncio\nawait asyncio.sleep(0)"
    told = cells.snippet(code, "pumped")
    assert told["ending"] == "error"
    assert "asyncio.run" in told["outputs"][0]["evalue"]


def test_figures_come_as_png_with_their_digest(cells: Cells) -> None:
    told = cells.snippet("import matplotlib.pyplot as plt\nplt.plot([1, 2]);\nplt.title('T');")
    (figure,) = told["outputs"]
    assert {PNG, "application/vnd.analyst.figure+json"} <= set(figure["data"])


def test_tracebacks_are_short_and_name_the_agents_code(cells: Cells) -> None:
    cells.snippet("def fails(key):\n    return {}[key]")
    told = cells.snippet("import pandas as pd\npd.Series([1]).apply(lambda _: fails('k'))")
    lines = told["outputs"][0]["traceback"]
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[-1] == "KeyError: 'k'"
    frames = [line.split(",")[0].strip() for line in lines if line.startswith("  File")]
    assert all(frame.startswith('File "Cell In[agent ') for frame in frames)
    assert len(frames) == 3
    assert not any("\x1b" in line for line in lines)


def test_a_later_error_of_the_users_names_the_agents_code_too(cells: Cells) -> None:
    cells.snippet("def later():\n    return 1 / 0")
    ran = cells.run("later()", allow_error=True)
    assert "agent" in "\n".join(ran.messages[-1][1]["traceback"])
