"""The panel on a real kernel, with the model that is built in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .front import Front

pytestmark = pytest.mark.timeout(300)

QUESTION = "Which species has the highest mean body mass?"
Open = Callable[..., Front]


def test_a_question_is_answered_from_the_users_variables_without_any_model(
    front: Open, penguins: str
) -> None:
    page = front()
    page.run(penguins)
    page.wait(lambda: [v["name"] for v in page.state["variables"]] == ["penguins"])
    answer = page.answer(QUESTION)
    assert "Gentoo" in answer["text"]
    assert "<strong>Gentoo</strong>" in answer["html"]
    assert [b["text"] for b in page.of("question")] == [QUESTION]
    assert page.said("taken")
    cell = page.of("cell")[0]
    assert (cell["state"], cell["number"], cell["undoable"]) == ("ok", 1, True)
    assert cell["outputs"]
    assert page.state["model"] == "rules"
    assert page.state["usd"] == 0
    assert page.value("'ranking' in dir()") == "True"
    assert page.value("get_ipython().execution_count") == "5"  # no cell of the agent was counted
    assert "Gentoo" in page.run("panel")
    assert "Gentoo" in page.value("str(panel)")


def test_the_conversation_is_that_of_the_magic(front: Open, penguins: str) -> None:
    page = front()
    page.run(f"%load_ext analyst\n{penguins}")
    page.run(f"%%agent\n{QUESTION}")
    page.wait(lambda: page.of("answer"))
    page.idle()
    assert "Gentoo" in page.of("answer")[0]["text"]
    page.answer("And the lowest?")
    assert [b["text"] for b in page.of("question")] == [QUESTION, "And the lowest?"]
    assert "2." in page.run("%agent history")
    assert page.value("len(list((__import__('pathlib').Path('.analyst/runs')).glob('*/*')))") == "1"


def test_after_a_restart_a_new_panel_picks_the_conversation_up(front: Open, penguins: str) -> None:
    page = front()
    page.run(penguins)
    page.answer(QUESTION)
    page.restart()
    text = page.chat()
    assert "Gentoo" in text
    assert "Gentoo" in page.of("answer")[0]["text"]
    assert not any(cell["undoable"] for cell in page.of("cell"))
    page.run(penguins)
    assert "344" in page.answer("How many rows are there?")["text"]
    assert len(page.of("question")) == 2
    assert len({block["id"] for block in page.blocks.values()}) == len(page.blocks)
    page.restart()
    page.chat()
    assert "344" in page.of("answer")[0]["text"]
    (before,) = page.of("notice")
    assert "An earlier conversation" in before["text"]
    assert QUESTION in before["text"]


def test_a_run_found_on_disk_is_opened(front: Open, penguins: str) -> None:
    page = front()
    page.run(penguins)
    page.answer(QUESTION)
    run = page.state["run"]
    page.restart()
    page.chat(repr(run))
    assert "Gentoo" in page.of("answer")[0]["text"]
    assert "LogError" in page.run("analyst.chat('nowhere')")


def test_a_page_that_is_loaded_again_gets_everything(front: Open, penguins: str) -> None:
    page = front()
    page.run(penguins)
    page.answer(QUESTION)
    doc = page.doc()
    assert doc["blocks"] == list(page.blocks.values())
    assert doc["state"]["phase"] == "idle"
    assert doc["n"] >= page.said("block")[-1]["n"]


def test_undo_insert_export_and_the_like(front: Open, penguins: str) -> None:
    page = front()
    page.run(penguins)
    page.answer(QUESTION)
    page.say(do="insert", cell=1)
    page.wait(lambda: page.said("insert"))
    assert "groupby" in page.said("insert")[0]["code"]
    page.say(do="export", to="md")
    page.wait(lambda: page.said("download"))
    assert "Gentoo" in page.said("download")[0]["text"]
    page.idle()
    page.say(do="undo", cell=1)
    page.wait(lambda: page.of("cell")[0].get("undone"))
    page.idle()
    assert page.value("'ranking' in dir()") == "False"
    assert page.of("answer")[0]["undone"] == [1]
    page.say(do="undo", cell=1)
    page.wait(lambda: "cannot be taken back" in page.said("toast")[-1]["text"])


def test_completions_are_names_and_paths_beneath_the_notebook(front: Open, penguins: str) -> None:
    page = front()
    page.run(f"{penguins}\nopen('pens.csv', 'w').close()\n__import__('os').mkdir('data')")
    for number, (word, found) in enumerate(
        {
            "@pen": ["@penguins"],
            "./pen": ["./pens.csv"],
            "da": ["data/"],
            "../": [],
            "/etc/pa": [],
            "~/": [],
        }.items()
    ):
        page.say(do="complete", text=word, id=word)
        page.wait(lambda n=number: len(page.said("completions")) > n)
        assert [item["text"] for item in page.said("completions")[-1]["items"]] == found


def test_slash_commands(front: Open, penguins: str) -> None:
    page = front()
    page.run(penguins)
    for line, told in {
        "/help": "/export", "/vars": "penguins", "/model": "rules", "/plan edit": "", "/nonsense": "no command",
        "/cost": "Nothing was asked", "/export nothing": "no format", "/plan": "what the plan is for",
    }.items():  # fmt: skip
        page.ask(line)
        page.wait(lambda told=told: told in page.text() + str(page.said("toast")))
        page.idle()
    assert page.state["plan"] == "edit"
    assert page.value("get_ipython().find_line_magic('agent').__self__.plan") == "'edit'"
    page.ask("/plan auto")
    page.answer(QUESTION)
    page.ask("/cost")
    page.wait(lambda: "Together" in page.text())
    page.ask("/code")
    page.wait(lambda: page.of("notice")[-1]["text"].startswith("```python\n"))
    page.ask("/undo")
    page.wait(lambda: page.of("cell")[0].get("undone"))
    page.idle()
    page.ask("/clear")
    page.wait(lambda: not page.blocks)
    page.answer(QUESTION)
    assert page.value("len(list((__import__('pathlib').Path('.analyst/runs')).glob('*/*')))") == "2"


def test_what_cannot_be_asked_is_said_and_the_next_question_is_answered(front: Open, penguins: str) -> None:
    page = front()
    page.run(penguins)
    page.ask("What is @nothing?")
    page.wait(lambda: "There is no variable nothing" in str(page.said("toast")))
    page.idle()
    page.say(do="format the disk")
    page.wait(lambda: "nothing was done" in str(page.said("toast")))
    page.say(do="set", model="nobody/knows")
    page.wait(lambda: "nobody" in str(page.said("toast")))
    assert "Gentoo" in page.answer(QUESTION)["text"]
    assert [b["text"] for b in page.of("question")] == ["What is @nothing?", QUESTION]


def test_one_question_at_a_time(front: Open, penguins: str) -> None:
    page = front()
    page.run(penguins)
    busy = page.start("import time; time.sleep(3)")
    page.ask(QUESTION)
    page.wait(lambda: page.state["phase"] == "queued")
    page.ask("Another?")
    page.wait(lambda: "One question at a time" in str(page.said("toast")))
    assert len(page.said("taken")) == 1
    assert len(page.said("refused")) == 1
    page.say(do="stop")
    page.idle()
    assert page.finish(busy) == ""
    assert "Gentoo" in page.answer(QUESTION)["text"]
