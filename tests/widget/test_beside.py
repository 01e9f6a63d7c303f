"""The panel beside the user's own work: her cells run meanwhile, and nothing of the one comes into the other."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from analyst.models import Reply
from analyst.models.scripted_server import Fault, ScriptedServer
from tests.scripts import answers, runs, says

from .front import Front

pytestmark = pytest.mark.timeout(300)

Open = Callable[..., Front]
WORDS = "Revenue grew in the north and fell in the east, as the third table shows. " * 20
SLOW = Fault("slow", reply=says(WORDS))
"""Twenty pieces in a second."""


def code(text: str) -> Reply:
    return runs("c1", text)


def cell(page: Front) -> dict[str, Any]:
    return page.of("cell")[0]


def test_words_stream_while_the_users_cell_runs(front: Open) -> None:
    with ScriptedServer([SLOW]) as server:
        page = front(server)
        page.ask("Tell me")
        page.wait(lambda: page.said("append"))
        busy = page.start("import time\nfor n in range(4): time.sleep(0.5); print('mine', n)")
        page.finish(busy)
        page.wait(lambda: page.of("answer"))
    times = [at for at, _, op in page.ops if op["op"] == "append"]
    gaps = [after - before for before, after in zip(times, times[1:], strict=False)]
    assert max(gaps) < 0.3 * 5
    assert page.shown(busy) == "mine 0\nmine 1\nmine 2\nmine 3\n"
    assert page.of("answer")[0]["text"].strip() == WORDS.strip()


@pytest.mark.parametrize("reply", [SLOW, says(WORDS * 20)], ids=["20 a second", "at once"])
def test_a_streamed_word_costs_less_than_a_hundred_bytes(front: Open, reply: Reply | Fault) -> None:
    with ScriptedServer([reply]) as server:
        page = front(server)
        page.ask("Tell me")
        page.wait(lambda: page.of("answer"))
        page.idle()
    sizes = [size for _, size, op in page.ops if op["op"] == "append"]
    words = len(" ".join(op["text"] for _, _, op in page.ops if op["op"] == "append").split())
    per_word = sum(sizes) / words
    assert per_word < 100, f"{len(sizes)} messages, {per_word:.0f} bytes for each of {words} words"


def test_code_waits_for_the_users_cell_and_leaks_nothing(front: Open) -> None:
    script = "import sys\nprint('agent out')\nprint('agent err', file=sys.stderr)\n_ = 5\nagents = mine + 1\nagents"
    with ScriptedServer([code(script), answers("a", "Done")]) as server:
        page = front(server)
        page.run("mine = 41")
        page.run("7")
        busy = page.start("import time\ntime.sleep(3)\nprint('her own')\n_")
        page.ask("Add one")
        page.wait(lambda: page.state["phase"] == "queued")
        page.finish(busy)
        page.wait(lambda: page.of("answer"))
        page.idle()
    assert page.shown(busy) == "her own\n7"
    assert "agent out" in str(cell(page)["outputs"])
    assert "her own" not in page.text()
    assert "agent" not in "".join(page.shown(one) for one in page.outputs)
    assert page.value("(agents, In[-2][:6])") == "(42, 'import')"


def test_a_failing_cell_of_the_users_does_not_take_the_agents_code_along(front: Open) -> None:
    with ScriptedServer([code("print('it ran')"), answers("a", "Done")]) as server:
        page = front(server)
        page.ask("Run it")
        busy = page.start("import time\ntime.sleep(3)\n1 / 0")
        aborted = page.start("print('never')")
        page.wait(lambda: page.of("answer"))
        page.idle()
        assert "ZeroDivisionError" in page.finish(busy)
        assert page.finish(aborted) == ""
    assert cell(page)["state"] == "ok"
    assert "it ran" in str(cell(page)["outputs"])


def test_stop_takes_back_code_that_waits_and_never_the_users(front: Open) -> None:
    hold = Fault(
        "slow", reply=Reply(text="I run it now, as you said, with care.", calls=code("leak = 1").calls)
    )
    with ScriptedServer([hold]) as server:
        page = front(server)
        page.ask("Run it")
        page.wait(lambda: page.said("append"))
        busy = page.start("import time\ntime.sleep(8)\nprint('whole')")
        page.wait(lambda: page.of("cell") and page.state["phase"] == "queued")
        pressed = time.monotonic()
        page.say(do="stop")
        page.idle()
        assert time.monotonic() - pressed < 5
        assert page.shown(busy) == ""
        assert page.finish(busy) == "whole\n"
    assert cell(page)["state"] == "interrupted"
    assert page.of("stopped")
    assert page.value("'leak' in dir()") == "False"


@pytest.mark.parametrize(
    "code_", ["while True: pass", "import time; time.sleep(60)", "import asyncio; await asyncio.sleep(60)"]
)
@pytest.mark.parametrize("button", ["the panel's", "the kernel's"])
def test_stop_reaches_code_that_runs(front: Open, code_: str, button: str) -> None:
    with ScriptedServer([code(f"print('begun', flush=True)\n{code_}")]) as server:
        page = front(server)
        page.ask("Run it")
        page.wait(lambda: page.of("cell") and "begun" in str(cell(page)["outputs"]))
        if button == "the panel's":
            page.say(do="stop")
        else:
            page.manager.interrupt_kernel()
        page.wait(lambda: page.of("stopped"), 10)
        page.idle()
    assert cell(page)["state"] == "interrupted"
    assert page.value("1 + 1") == "2"


def test_stop_while_the_model_thinks(front: Open) -> None:
    with ScriptedServer([Fault("stall")]) as server:
        page = front(server)
        page.ask("Think")
        page.wait(lambda: server.requests)
        page.say(do="stop")
        page.wait(lambda: page.of("stopped"), 10)
        page.idle()
        assert page.value("2 + 2") == "4"


def test_what_the_users_threads_print_stays_hers(front: Open) -> None:
    beat = "import threading, time\ndef beat():\n    for n in range(30): print('beat', flush=True); time.sleep(0.1)\nthreading.Thread(target=beat).start()"
    with ScriptedServer(
        [code("import time\nfor n in range(10): print('agent'); time.sleep(0.1)"), answers("a", "Done")]
    ) as server:
        page = front(server)
        hers = page.start(beat)
        page.ask("Run it")
        page.wait(lambda: page.of("answer"))
        page.idle()
        page.wait(lambda: "".join(map(page.shown, page.outputs)).count("beat") >= 30)
    assert "beat" not in page.text()
    assert "agent" not in "".join(map(page.shown, page.outputs))
    assert page.shown(hers).count("beat") > 20


def test_without_autoawait(front: Open) -> None:
    with ScriptedServer([code("print(6 * 7)"), answers("a", "Done")]) as server:
        page = front(server)
        page.run("%autoawait off")
        page.ask("Run it")
        page.wait(lambda: page.of("answer"))
        page.idle()
    assert "42" in str(cell(page)["outputs"])
