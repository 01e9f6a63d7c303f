"""`%%agent` and `%agent` as an analyst has them before her, in JupyterLab and in Notebook 7."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from analyst.models import Reply
from analyst.models.scripted_server import Fault, ScriptedServer
from tests.scripts import answers, runs

from .asking import load
from .lab import Lab

pytestmark = pytest.mark.timeout(400)

DATA = """import pandas as pd
df = pd.DataFrame({"region": ["N", "S", "N", "E"], "paid": [10.0, 20.0, 30.0, 44.0]})"""
SUM = runs("c1", "total = df['paid'].sum()\nprint('total', total)")
TOTAL = "%%agent\nWhat is the total of df?"


def test_a_question_follow_ups_and_what_the_user_owns_afterwards(either: Lab) -> None:
    either.open(
        load(), DATA, "%%agent\nWhat is the mean of paid for each region?", "%%agent --to largest\nmaximum of paid by region",
        "largest", "%agent undo", "%agent code", "%agent insert", "%agent history",
    )  # fmt: skip
    either.run_cell(0)
    either.run_cell(1)
    asked = either.run_cell(2)
    expect(asked.locator(".analyst-step > details > summary")).to_have_count(1)
    expect(asked.locator(".analyst-answer")).to_contain_text("44")
    expect(either.run_cell(3)).to_contain_text("largest is bound to")
    expect(either.run_cell(4).locator("table")).to_contain_text("44")
    expect(either.run_cell(5)).to_contain_text("Undone")
    expect(either.run_cell(6)).to_contain_text("groupby")
    cells = either.count()
    either.run_cell(7)
    assert either.count() == cells + 1
    assert "# made by analyst" in either.source(8)
    expect(either.run_cell(9)).to_contain_text("2. maximum of paid by region")


def test_text_streams_in_and_the_run_outlives_a_reload_of_the_page(either: Lab) -> None:
    long = "One by one the words of this thought come in and are seen while the model goes on " * 8
    script = [
        Fault("slow", reply=Reply(long, SUM.calls, finish="tool_calls")),
        answers("c2", "The total is 104."),
    ]
    with ScriptedServer(script) as server:
        either.open(load(server), DATA, TOTAL, "%agent show")
        either.run_cell(0)
        either.run_cell(1)
        either.save()
        either.start_cell(2)
        expect(either.output(2)).to_contain_text("The model is writing")
        expect(either.output(2)).to_contain_text("One by one the words")
        either.reload()  # the page is back when the kernel answers again
        shown = either.run_cell(3)
        expect(shown).to_contain_text("The total is 104")
        expect(shown.locator(".analyst-step")).to_have_count(1)
        assert len(server.requests) == 2


def test_run_all_again_costs_nothing(either: Lab) -> None:
    with ScriptedServer(
        [SUM, answers("c2", "The total is 104."), SUM, answers("c4", "The total is 1040.")]
    ) as server:
        either.open(load(server), DATA, TOTAL, "print(total)")
        either.run_all()
        expect(either.output(2)).to_contain_text("The total is 104")
        assert len(server.requests) == 2
        either.restart()
        either.run_all()
        expect(either.output(2)).to_contain_text("Recorded: the code is run again, without the model")
        expect(either.output(2)).to_contain_text("The total is 104")
        expect(either.output(2)).to_contain_text("free")
        expect(either.output(3)).to_contain_text("104.0")
        assert len(server.requests) == 2
        either.write(1, DATA + "\ndf['paid'] *= 10")
        either.run_all()
        expect(either.output(2)).to_contain_text("df changed")
        expect(either.output(2)).to_contain_text("1040")
        assert len(server.requests) == 4


@pytest.mark.parametrize("above", ["%%time\n", "%%capture seen\n", "off"])
def test_below_another_magic_and_without_autoawait(above: str, lab: Lab) -> None:
    with ScriptedServer([SUM, answers("c2", "The total is 104.")]) as server:
        first = "%autoawait off\n" if above == "off" else ""
        lab.open(load(server), DATA, first, TOTAL if above == "off" else above + TOTAL, "seen.show()")
        for cell in range(3):
            lab.run_cell(cell)
        output = lab.run_cell(3)
        if above.startswith("%%capture"):
            expect(output).to_be_empty()
            output = lab.run_cell(4)
        expect(output.locator(".analyst-answer")).to_contain_text("The total is 104")
        if above.startswith("%%time"):
            expect(output).to_contain_text("Wall time")


def test_a_cell_that_failed_is_fixed(lab: Lab) -> None:
    fixed = runs("c1", "mean = df['paid'].mean()\nprint(mean)")
    with ScriptedServer([fixed, answers("c2", "The column is called paid.")]) as server:
        lab.open(load(server), DATA, "mean = df['payed'].mean()", "%agent fix", "%agent insert")
        for cell in range(3):
            lab.run_cell(cell)
        expect(lab.run_cell(3)).to_contain_text("The column is called paid.")
        told = str(server.requests[0]["messages"][-1])
        assert "payed" in told
        assert "KeyError" in told
        lab.run_cell(4)
        assert "mean = df['paid'].mean()" in lab.source(5)


def test_bad_input_is_one_clear_line(lab: Lab) -> None:
    bad = {
        "%%agent --nope\nhi": "UsageError: unrecognized arguments: --nope",
        "%%agent\n ": "UsageError: The cell is empty.",
        "%%agent\nwhat is in @dff?": "UsageError: There is no variable dff. Did you mean @df?",
        "%agent hlep": "UsageError: There is no command hlep. Did you mean %agent help?",
    }
    lab.open(load(), DATA, *bad)
    lab.run_cell(0)
    lab.run_cell(1)
    for cell, said in enumerate(bad.values(), 2):
        output = lab.run_cell(cell)
        expect(output).to_contain_text(said)
        assert len(output.inner_text().strip().splitlines()) == 1
