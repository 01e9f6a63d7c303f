"""The harness itself: what other tests build on."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .lab import Lab

pytestmark = pytest.mark.timeout(400)


def test_cells_run_and_a_page_can_be_loaded_again(lab: Lab) -> None:
    lab.open("x = 20\nprint('said', x)", "x + 1")
    expect(lab.run_cell(0)).to_contain_text("said 20")
    lab.run_all()
    assert (lab.prompt(0), lab.prompt(1)) == ("2", "3")
    expect(lab.outputs(1)).to_have_text("21")
    lab.save()
    lab.reload()
    expect(lab.output(1)).to_contain_text("21")
    assert lab.saved().cells[1].outputs[0].data["text/plain"] == "21"
    assert lab.requests == []


def test_stop_and_restart(lab: Lab) -> None:
    lab.open("import time\nprint('begun', flush=True)\ntime.sleep(60)", "time.time()")
    lab.start_cell(0)
    expect(lab.output(0)).to_contain_text("begun")
    lab.interrupt()
    lab.finish()
    expect(lab.output(0)).to_contain_text("KeyboardInterrupt")
    lab.restart()
    expect(lab.run_cell(1)).to_contain_text("NameError")


def test_themes(lab: Lab) -> None:
    lab.open("1")
    lab.theme("dark")
    lab.theme("light")


def test_notebook_7(notebook7: Lab) -> None:
    notebook7.open("6 * 7")
    expect(notebook7.run_cell(0)).to_contain_text("42")
    notebook7.theme("dark")
    notebook7.theme("light")
