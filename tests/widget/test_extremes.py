"""Much, long, strange, or gone: the panel stays small, and what was asked comes to its end."""

from __future__ import annotations

from collections.abc import Callable

from analyst.models.scripted_server import Fault, ScriptedServer
from tests.scripts import answers, runs, says

from .front import Front

Open = Callable[..., Front]
MUCH = """import sys
for n in range(20): print('word ' * 5_000)
print('x' * 1_000_000, file=sys.stderr)
from IPython.display import HTML, display
display(HTML('<table><tr><td>' + 'x' * 3_000_000 + '</td></tr></table>'))"""
STRANGE = "שלום " * 3 + "🐧" * 3 + " \u202eevil\u202c " + "Donaudampfschiff" * 400


def test_five_megabytes_of_output_are_a_few_kilobytes_here(front: Open) -> None:
    with ScriptedServer([runs("c1", MUCH), answers("a", "Much.")]) as server:
        page = front(server)
        assert page.answer("Show all")["text"] == "Much."
    assert page.of("cell")[0]["state"] == "ok"
    assert sum(size for _, size, _ in page.ops) < 2_000_000
    assert len(page.text()) < 600_000


def test_strange_letters_come_through_and_none_turns_the_page_around(front: Open) -> None:
    with ScriptedServer([runs("c1", f"print({STRANGE!r})"), says(STRANGE)]) as server:
        page = front(server)
        answer = page.answer(f"What is {STRANGE[:60]}?")
    for shown in (answer["text"], str(page.of("cell")[0]["outputs"]), page.of("question")[0]["text"]):
        assert "שלום" in shown
        assert "🐧🐧🐧" in shown
        assert "\u202e" not in shown


def test_a_panel_closed_in_mid_stream_leaves_the_run_to_its_end(front: Open) -> None:
    with ScriptedServer([Fault("slow", reply=says("One word after the other. " * 8))]) as server:
        page = front(server)
        page.ask("Tell me")
        page.wait(lambda: page.said("append"))
        page.run("panel.close()")
        page.run("import time; time.sleep(3)\nagain = analyst.chat()")
        page.wait(lambda: page.value("str(again).count('after')") == "8")
        page.run("again")
        page.say(do="hello")
        page.wait(lambda: page.of("answer") and page.state["phase"] == "idle")


def test_two_panels_on_one_conversation(front: Open) -> None:
    slow = Fault("slow", reply=says("Two " * 100))
    with ScriptedServer([answers("a", "One."), slow]) as server:
        page = front(server)
        page.answer("First?")
        page.run(f"other = analyst.chat({page.state['run']!r})")
        assert "One." in page.value("str(other)")
        page.run("panel.ask('Second?')")
        assert server.wait(lambda s: len(s.requests) == 2, 60)
        page.say(do="send", text="Third?", id="third")
        page.wait(lambda: "One question at a time" in str(page.said("toast")))
        page.wait(lambda: page.value("'Two Two' in str(panel)") == "True")
        page.wait(lambda: page.value("'Two Two' in str(other)") == "True")
