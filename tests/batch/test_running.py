"""Jobs to their end with real kernels: results, what is skipped, what goes on, what is tried again, when it stops."""

from __future__ import annotations

import asyncio
import json
import sys
import uuid
from pathlib import Path

import nbformat
import pytest

from analyst.batch.doing import Desk
from analyst.batch.flow import Flow, Purse
from analyst.batch.places import open_place
from analyst.batch.running import Batch
from analyst.batch.summary import write_summary
from analyst.errors import ModelUnavailable
from analyst.events import Asked, ModelReplied, ToolReturned, Usage
from analyst.log import read
from analyst.models.scripted import ScriptedModel
from tests.batch.conftest import SETTINGS, Told, Trial, make
from tests.scripts import answers, call, does, runs, says

PLOT = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nopen('made.csv', 'w').write('a')"
DEAR = Usage(input=10, output=1, usd=0.4)


def good(id: str = "good") -> ScriptedModel:
    return ScriptedModel([runs("1", "print(6 * 7)"), says("It is 42.")], id=id)


def counted(folder: Path) -> list[int]:
    facts = [line.event for line in read(folder)]
    return [sum(isinstance(e, kind) for e in facts) for kind in (Asked, ModelReplied, ToolReturned)]


@pytest.mark.parametrize("kind", ["local", "memory"])
async def test_results_of_a_batch(tmp_path: Path, kind: str) -> None:
    url = str(tmp_path / "out") if kind == "local" else f"memory://{uuid.uuid4().hex}"
    trial = Trial(url)
    jobs = [
        make("a", "a", parameters={"x": "=1+1"}),
        make("b", "b", expected=("@mean", "made.csv", "absent.csv")),
        make("c", "c"),
    ]
    models = {
        "a": good("a"),
        "b": ScriptedModel([runs("1", PLOT), answers("2", "<b>4</b>", mean="4")], id="b"),
        "c": ScriptedModel([ModelUnavailable("the provider is away")], id="c"),
    }
    outcomes = await trial.run(models, jobs)
    assert {id: o.verdict for id, o in outcomes.items()} == {
        "a": "answered",
        "b": "incomplete",
        "c": "failed",
    }
    assert outcomes["b"].missing == ("absent.csv",)
    assert outcomes["b"].named == {"mean": "4"}
    assert "the provider is away" in outcomes["c"].answer
    place = open_place(url)
    assert json.loads(place.answer("a") or b"")["answer"] == "It is 42."
    write_summary(place, jobs, outcomes)
    folder = place.take("b", "key-of-b")
    names = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert {
        "answer.json",
        "notebook.ipynb",
        "report.html",
        "figure.png",
        "log.jsonl",
        "work/made.csv",
    } <= names
    nbformat.validate(nbformat.read(folder / "notebook.ipynb", as_version=4))
    assert (folder / "figure.png").read_bytes().startswith(b"\x89PNG")
    place.close()
    if kind == "local":
        page = (tmp_path / "out" / "index.html").read_text()
        assert 'src="jobs/b/figure.png"' in page
        assert "&lt;b&gt;4" in page
        assert "3 analyses" in page
        table = (tmp_path / "out" / "summary.csv").read_text().splitlines()
        assert table[0].startswith("id,status,parameter.x,answer,")
        assert table[1].startswith("a,answered,'=1+1,It is 42.")
        assert len(table) == 4


async def test_what_is_done_is_skipped_and_what_failed_in_passing_goes_on(tmp_path: Path) -> None:
    trial, jobs = Trial(str(tmp_path)), [make("a", "a"), make("b", "b")]
    cut = ScriptedModel([runs("1", "print(6 * 7)"), ModelUnavailable("away")], id="b")
    first = await trial.run({"a": good("a"), "b": cut}, jobs)
    assert (first["a"].verdict, first["b"].stopped) == ("answered", "model")
    second = await trial.run({"b": ScriptedModel([says("It is 42.")], id="b")}, jobs)
    assert trial.told.begun == ["b"]
    assert [o.verdict for o in second.values()] == ["answered", "answered"]
    assert counted(tmp_path / "jobs" / "b")[0] == 1  # it was not asked anew
    assert await trial.run({}, jobs) == second
    assert trial.told.begun == []


async def test_a_limit_is_no_passing_failure_but_can_be_gone_beyond(tmp_path: Path) -> None:
    trial = Trial(str(tmp_path))
    script = ScriptedModel([runs("1", "print(1)"), says("So far: 1."), says("It is 42.")], id="a")
    first = await trial.run({"a": script}, [make("a", "a", limits={"max_steps": 1})])
    assert (first["a"].verdict, first["a"].stopped) == ("partial", "steps")
    jobs = [make("a", "a", limits={"max_steps": 9}), make("new", "new")]
    again = await trial.run({"a": script}, jobs, only_failed=True)
    assert trial.told.begun == ["a"]
    assert again["a"].answer == "It is 42."
    assert again["a"].verdict == "answered"


async def test_a_kernel_that_dies_while_it_starts_is_a_passing_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = tmp_path / "jupyter" / "kernels" / "mortal" / "kernel.json"
    spec.parent.mkdir(parents=True)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    place = open_place(str(tmp_path / "out"))
    settings = SETTINGS.model_copy(update={"kernel": "mortal"})
    desk = Desk(place, settings, Flow(lambda _: good("a"), calls=4, purse=Purse(None)))
    verdicts = []
    for code in (["-c", "import os; os.kill(os.getpid(), 9)"], ["-m", "ipykernel_launcher", "-f"]):
        argv = [sys.executable, *code, "{connection_file}"]
        spec.write_text(json.dumps({"argv": argv, "display_name": "Mortal", "language": "python"}))
        outcome = await desk.do(make("a", "a"))
        verdicts.append((outcome.verdict, outcome.stopped, outcome.passing))
    place.close()
    assert verdicts == [("failed", "kernel", True), ("answered", None, False)]
    assert counted(tmp_path / "out" / "jobs" / "a") == [1, 2, 1]


async def test_a_bug_in_one_job_is_recorded_and_the_others_go_on(tmp_path: Path) -> None:
    jobs = [make("a", "a"), make("b", "b"), make("c", "c", data=("/nowhere/at/all",))]
    models = {"a": ScriptedModel([RuntimeError("a bug")], id="a"), "b": good("b"), "c": good("c")}
    outcomes = await Trial(str(tmp_path)).run(models, jobs)
    assert outcomes["a"].error == "RuntimeError: a bug"
    assert outcomes["b"].verdict == "answered"
    assert "/nowhere/at/all" in outcomes["c"].error


async def test_fail_fast_begins_no_more(tmp_path: Path) -> None:
    trial, jobs = Trial(str(tmp_path)), [make(id, id) for id in "abc"]
    models = {"a": ScriptedModel([ModelUnavailable("away")], id="a"), "b": good("b"), "c": good("c")}
    outcomes = await trial.run(models, jobs, at_once=1, fail_fast=True)
    assert list(outcomes) == ["a"]


async def test_one_budget_over_all_jobs_stops_them_and_a_higher_one_goes_on(tmp_path: Path) -> None:
    trial, jobs = Trial(str(tmp_path)), [make(id, id) for id in "abcd"]

    def models() -> dict[str, ScriptedModel]:
        cell = does(call("1", "python", code="print(1)"), usage=DEAR)
        return {id: ScriptedModel([cell, says(id, DEAR)], id=id) for id in "abcd"}

    first = await trial.run(models(), jobs, at_once=1, budget=1.3)
    assert {id: o.verdict for id, o in first.items()} == {"a": "answered", "b": "left"}
    assert sum(o.usd or 0 for o in first.values()) == pytest.approx(1.2)
    left = models()
    left["b"] = ScriptedModel([says("b", DEAR)], id="b")
    second = await trial.run(left, jobs, budget=10)
    assert [o.verdict for o in second.values()] == ["answered"] * 4
    assert sum(o.usd or 0 for o in second.values()) == pytest.approx(3.2)  # nothing was paid twice
    assert not (tmp_path / ".work").exists()


async def test_a_batch_that_is_stopped_leaves_its_jobs_for_later(tmp_path: Path) -> None:
    place, told = open_place(str(tmp_path)), Told()
    sleep = runs("1", "import time; print('begun', flush=True); time.sleep(60)")
    models = {id: ScriptedModel([sleep, says("42")], id=id) for id in "abc"}
    desk = Desk(place, SETTINGS, Flow(lambda id: models[id], calls=4, purse=Purse(None)))
    batch = Batch(desk, told, 2)
    running = asyncio.create_task(batch.run([make(id, id) for id in "abc"]))
    while not all((tmp_path / ".work" / f"key-of-{id}" / "log.jsonl").exists() for id in "ab"):  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.5)
    batch.stop()
    async with asyncio.timeout(30):
        await running
    assert {id: o.verdict for id, o in batch.outcomes.items()} == {"a": "left", "b": "left"}
    assert list(place.answers()) == []
    place.close()
    outcomes = await Trial(str(tmp_path)).run({id: good(id) for id in "abc"}, [make(id, id) for id in "abc"])
    assert [o.verdict for o in outcomes.values()] == ["answered"] * 3
    assert not (tmp_path / ".work").exists()


async def test_a_second_delivery_changes_nothing(tmp_path: Path) -> None:
    """As when a scheduler takes a slow worker for a dead one: two processes have the same job at once."""
    model = good("a")
    desks = [
        Desk(open_place(str(tmp_path)), SETTINGS, Flow(lambda _: model, calls=4, purse=Purse(None)))
        for _ in range(2)
    ]
    first, second = await asyncio.gather(*(desk.do(make("a", "a")) for desk in desks))
    assert first == second
    assert counted(tmp_path / "jobs" / "a") == [1, 2, 1]


async def test_a_place_that_cannot_be_written_ends_the_batch(tmp_path: Path) -> None:
    (tmp_path / "jobs").write_text("something else in its place")
    with pytest.raises(NotADirectoryError):
        await Trial(str(tmp_path)).run({"a": good("a"), "b": good("b")}, [make("a", "a"), make("b", "b")])
