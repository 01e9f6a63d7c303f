"""What is the user's stays as it was: results, errors, figures, streams, handlers, threads, whatever the agent's code does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kernels.lent_cells import Cells

EVERYTHING = """
import sys, signal, warnings
print('out'); print('err', file=sys.stderr); display(1)
get_ipython().set_next_input('no')
sys.excepthook = print
len?
x = 5
x
"""


@pytest.fixture(scope="module")
def cells() -> Iterator[Cells]:
    with Cells() as cells:
        cells.run(LOOK)
        yield cells


LOOK = """
import builtins, getpass, signal, sys
def patched():
    shell = get_ipython()
    yield "streams", (sys.stdout, sys.stderr, sys.stdin, sys.displayhook, sys.excepthook, sys.breakpointhook)
    yield "writes", [sorted(set(vars(s)) & {"write"}) for s in (sys.stdout, sys.stderr)]
    yield "builtins", (builtins.input, getpass.getpass)
    yield "shell", {k: id(v) for k, v in vars(shell).items() if k != "_trait_values" and not k.startswith("last_exec")}
    for name in ("display_pub", "payload_manager", "compile", "display_formatter", "displayhook", "InteractiveTB"):
        yield name, sorted(set(vars(getattr(shell, name))) - {"_payload"})
    yield "formats", sorted(shell.display_formatter.formatters)
    yield "pager", shell.hooks.show_in_pager
    yield "signal", signal.getsignal(signal.SIGINT)
    yield "last", [getattr(sys, f"last_{name}", None) for name in ("type", "value", "traceback", "exc")]
    yield "error", getattr(shell.InteractiveTB, "tb", None)
    yield "descriptors", [os.fstat(n).st_ino for n in (0, 1, 2)]
    yield "names", [id(shell.user_ns.get(name)) for name in ("_", "__", "In", "Out", "exit", "get_ipython")]
    yield "count", (shell.execution_count, len(In), sorted(Out))

def differences(before, after):
    return [name for (name, old), (_, new) in zip(before, after, strict=True) if old != new]
"""

CODES = {
    "everything": EVERYTHING,
    "an error": "1 / 0",
    "the shell's names": "for _ in range(3): pass\nOut = 1\ndel In, exit\n__ = get_ipython = None",
    "syntax": "x ===",
    "exit": "exit()",
    "sys.exit": "import sys\nsys.exit()",
    "await": "import asyncio\nawait asyncio.sleep(0.01)",
    "a broken publisher": "get_ipython().display_pub.publish = None",
    "streams replaced": "import io, sys\nsys.stdout = io.StringIO()\nsys.stderr.close()",
    "a handler": "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)",
    "an exception of the base": "class E(BaseException): pass\nraise E",
    "formatters": "get_ipython().display_formatter.formatters.pop('application/vnd.analyst.table+json')",
}


@pytest.mark.parametrize("name", CODES)
def test_everything_is_put_back(cells: Cells, name: str) -> None:
    ran = cells.run(
        f"before = list(patched())\nmade = await lent.execute({CODES[name]!r})\ntell(differences(before, list(patched())))"
    )
    assert ran.told() == [[]]
    assert ran.payload == []
    assert cells.run("print('still heard')").text() == "still heard\n"


PATCHES = """
import contextlib
from analyst_kernels.lent import display, executor, guards, stops, streams, swap

class Failing(Exception): pass

@contextlib.contextmanager
def fails_after(count):
    'The patch number `count` fails; gives how many there were.'
    made = [0]
    real = contextlib.ExitStack.enter_context
    def enter(self, context):
        made[0] += 1
        if made[0] == count:
            raise Failing
        return real(self, context)
    contextlib.ExitStack.enter_context = enter
    try:
        yield made
    finally:
        contextlib.ExitStack.enter_context = real

before = list(patched())
left, failed, count = [], 0, 0
while True:
    count += 1
    with fails_after(count) as made:
        try:
            await lent.execute("1")
            break
        except Failing:
            failed += 1
    left += [(count, name) for name in differences(before, list(patched()))]
tell([failed, left])
"""


def test_each_patch_may_fail_and_the_others_are_undone(cells: Cells) -> None:
    ((failed, left),) = cells.run(PATCHES).told()
    assert failed > 15
    assert left == []
    assert cells.snippet("2 + 3")["ending"] == "ok"


def test_results_and_count_are_the_users(cells: Cells) -> None:
    first = cells.run("6 * 7")
    cells.snippet("1 + 1")
    last = cells.run("print(_, sorted(Out)[-1], len(In))")
    assert last.text() == f"42 {first.count} {last.count + 1}\n"
    assert last.count == first.count + 2


def test_the_last_error_is_the_users(cells: Cells) -> None:
    cells.run("mine = 1\nnothing", allow_error=True)
    cells.snippet("1 / 0")
    assert "NameError" in cells.run("import sys\nprint(sys.last_type)").text()
    ran = cells.run("%tb", allow_error=True)
    assert "NameError" in str(ran.messages)


def test_open_figures_are_neither_drawn_nor_closed(cells: Cells) -> None:
    ran = cells.run(
        "import matplotlib.pyplot as plt\nfigure = plt.figure(); plt.plot([1, 2])\n"
        "e = await lent.execute('import matplotlib.pyplot as plt\\nplt.figure(); plt.plot([3]);')\n"
        "tell([len(e.outputs), plt.get_fignums(), plt.gcf() is figure])"
    )
    assert ran.told() == [[1, [1], True]]
    assert [kind for kind in ran.kinds() if kind == "display_data"] == [
        "display_data"
    ] * 2  # told, and the user's


def test_threads_and_tasks_of_the_users_are_not_taken(cells: Cells) -> None:
    cells.run(
        "import threading, time, asyncio\nover = threading.Event()\n"
        "def tick():\n    while not over.wait(0.02): print('thread')\n"
        "async def tock():\n    while not over.is_set():\n        print('task'); await asyncio.sleep(0.02)\n"
        "thread = threading.Thread(target=tick); thread.start(); task = asyncio.ensure_future(tock())"
    )
    ran = cells.run(
        "report(await lent.execute('import asyncio\\nfor _ in range(5):\\n"
        "    print(1)\\n    await asyncio.sleep(0.05)'))\nover.set(); thread.join(); await task"
    )
    assert "".join(o["text"] for o in ran.told()[0]["outputs"]) == "1\n" * 5


def test_a_child_left_running_is_the_users_afterwards(cells: Cells) -> None:
    ran = cells.run(
        "report(await lent.execute('import subprocess\\n"
        'child = subprocess.Popen("echo early; sleep 1; echo late", shell=True)\\n'
        "import time; time.sleep(0.3)'))\nchild.wait(); time.sleep(0.3); print('end')"
    )
    assert [o["text"] for o in ran.told()[0]["outputs"]] == ["early\n"]
    assert "late\n" in ran.text()


def test_digests_are_not_in_the_users_own_outputs(cells: Cells) -> None:
    cells.run("import pandas as pd\ndf = pd.DataFrame({'a': [1]})")
    told = cells.snippet("df")
    assert any(mime.startswith("application/vnd.analyst") for mime in told["outputs"][0]["data"])
    assert not any("vnd.analyst" in mime for mime in cells.run("df").messages[0][1]["data"])
    ran = cells.run(
        "lent.publish({'text/plain': 'shown', 'application/vnd.analyst.table+json': {}}, display_id='d', update=False)\n"
        "lent.publish({'text/plain': 'again'}, {'analyst': {'a': 1}}, display_id='d', update=True)"
    )
    assert [(kind, content["data"], content["metadata"]) for kind, content in ran.messages] == [
        ("display_data", {"text/plain": "shown"}, {}),
        ("update_display_data", {"text/plain": "again"}, {"analyst": {"a": 1}}),
    ]


def test_what_the_listener_shows_is_shown_while_code_runs(cells: Cells) -> None:
    ran = cells.run(
        "def heard(output):\n    print('printed'); lent.publish({'text/plain': output.text})\n"
        "made = await lent.execute('print(1)', heard)\nmade = lent.drive(lambda: lent.execute('print(2)', heard))"
    )
    assert ran.text().replace("printed\n", "") == "1\n2\n"


def test_closing_takes_everything_out(cells: Cells) -> None:
    ran = cells.run(
        "await lent.close()\nimport sys\n"
        "tell([[m for m in sys.modules if m.startswith('_analyst_probe')], "
        "[m for m in get_ipython().display_formatter.formatters if 'analyst' in m], lent.alive])\nawait lent.start()"
    )
    assert ran.told() == [[[], [], False]]
