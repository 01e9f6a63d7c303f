"""The command line as a user meets it: real processes, real kernels, models over real HTTP."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from analyst.events import CallDecided, ToolReturned, Usage
from analyst.log import read
from analyst.models import Reply
from analyst.models.scripted_server import Fault, ScriptedServer
from tests.scripts import answers, call, does, runs, says

PENGUINS = Path(__file__).parent.parent / "notebooks" / "data" / "penguins.csv"
QUESTION = "Which species is heaviest, and does sex explain more than island?"
CLEAN = {k: v for k, v in os.environ.items() if not k.startswith("ANALYST_") and not k.endswith("_API_KEY")}  # noqa: TID251 - to pass on


def analyst(*words: object, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "analyst.cli", *map(str, words)]
    return subprocess.run(
        command, cwd=cwd, env=CLEAN | env, capture_output=True, text=True, timeout=120, check=False
    )


def start(*words: object, cwd: Path, **env: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "analyst.cli", *map(str, words)]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, cwd=cwd, env=CLEAN | env, stdout=pipe, stderr=pipe, text=True, start_new_session=True
    )


def at(server: ScriptedServer) -> dict[str, str]:
    return {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "sk-canary-0123456789abcdefghij"}


def everything(folder: Path) -> str:
    return b"\n".join(p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()).decode(
        errors="replace"
    )


STEPS = [
    {"id": "load", "goal": "load the birds"},
    {"id": "mass", "goal": "mean mass by species", "evidence": "three means"},
]
LOAD = f"import pandas as pd\nbirds = pd.read_csv({str(PENGUINS)!r})\nbirds.shape"
MEANS = "birds.groupby('species')['{}'].mean().round(1)"
PLOT = "import matplotlib.pyplot as plt\nbirds['body_mass_g'].hist()\nplt.title('Mass')\nplt.xlabel('g')\nplt.show()"
PLANNED = [
    does(call("1", "propose_plan", steps=STEPS)),
    runs("2", LOAD),
    does(call("3", "finish_step", result="344 rows"), call("4", "python", code=MEANS.format("mass"))),
    runs("5", MEANS.format("body_mass_g")),
    runs("6", PLOT),
    does(call("7", "finish_step", result="Gentoo has the highest mean")),
    answers("8", "Gentoo, with a mean of 5076.0 g: @species[Gentoo]"),
]
WORK = [replace(reply, usage=Usage()) for reply in PLANNED]
"""Without a count of its own: the server counts."""


def test_the_main_job_without_a_key_or_a_network(tmp_path: Path) -> None:
    done = analyst("run", QUESTION, PENGUINS, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert set(result) == {
        "status",
        "answer",
        "named",
        "limits",
        "plan",
        "contract",
        "run",
        "notebook",
        "html",
        "files",
        "model",
        "isolation",
        "reviewed",
        "proved",
        "usage",
        "cost",
        "seconds",
    }
    assert (result["status"], result["model"], result["cost"]) == ("answered", "rules", 0.0)
    assert "Gentoo" in result["answer"]
    assert "5,076" in result["answer"].replace("5076", "5,076")
    assert "No model was named" in done.stderr
    notebook = nbformat.read(result["notebook"], as_version=4)
    nbformat.validate(notebook)
    assert not [o for c in notebook.cells for o in c.get("outputs", ()) if o.output_type == "error"]
    assert Path(result["run"]).parent == tmp_path / "analyst-runs"


def test_any_other_model_goes_through_litellm(tmp_path: Path) -> None:
    with ScriptedServer(WORK) as server:
        env = {"HOSTED_VLLM_API_BASE": server.url}
        done = analyst(
            "run", QUESTION, PENGUINS, "--model", "hosted_vllm/scripted", "--json", cwd=tmp_path, **env
        )
        assert len(server.requests) == len(WORK)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert (result["named"], result["cost"]) == ({"species": "Gentoo"}, None)
    assert "Traceback" not in done.stderr


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(WORK) as running:
        yield running


def test_a_model_over_http_plans_fails_repairs_and_answers(server: ScriptedServer, tmp_path: Path) -> None:
    done = analyst(
        "run",
        QUESTION,
        PENGUINS,
        "--model",
        "openai/scripted",
        "--out",
        "run",
        "--json",
        cwd=tmp_path,
        **at(server),
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["named"] == {"species": "Gentoo"}
    assert result["usage"]["cached"] > 0
    returned = [line.event for line in read(tmp_path / "run") if isinstance(line.event, ToolReturned)]
    assert [r.ok for r in returned] == [True, False, True, True]
    assert "KeyError" in returned[1].text
    assert "Gentoo | 5076" in returned[2].text
    notebook = nbformat.read(result["notebook"], as_version=4)
    nbformat.validate(notebook)
    outputs = [o for c in notebook.cells for o in c.get("outputs", ())]
    assert not [o for o in outputs if o.output_type == "error"]
    assert any("image/png" in o.get("data", {}) for o in outputs)
    text = "\n".join(c.source for c in notebook.cells)
    assert all(
        words in text for words in (QUESTION, "mean mass by species", "5076.0[✓]", "✓ 5076.0: 5076.0 in")
    )
    assert "canary" not in everything(tmp_path) + done.stdout + done.stderr


def test_show_and_replay_need_no_model(server: ScriptedServer, tmp_path: Path) -> None:
    analyst(
        "run", QUESTION, PENGUINS, "--model", "openai/scripted", "--out", "run", cwd=tmp_path, **at(server)
    )
    shown = analyst("show", "run", cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert QUESTION in shown.stdout
    assert "5076.0 g" in shown.stdout
    replayed = analyst("replay", "run", "--out", "again", cwd=tmp_path)
    assert replayed.returncode == 0, replayed.stderr
    assert "5076.0 g" in replayed.stdout
    assert "4 of 4 cells came to the same." in replayed.stderr
    assert len(server.requests) == len(WORK)


def test_show_plan_stops_after_planning(server: ScriptedServer, tmp_path: Path) -> None:
    done = analyst(
        "run", QUESTION, PENGUINS, "--model", "openai/scripted", "--show-plan", cwd=tmp_path, **at(server)
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "1. load the birds\n2. mean mass by species — three means\n"
    assert len(server.requests) == 1


def test_a_plan_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text("- load\n- tell\n")
    with ScriptedServer([runs("1", LOAD), says("loaded"), says("told"), says("344 rows.")]) as server:
        done = analyst(
            "run",
            "How many?",
            PENGUINS,
            "--model",
            "openai/scripted",
            "--plan",
            "plan.yaml",
            cwd=tmp_path,
            **at(server),
        )
    assert (done.returncode, done.stdout.strip()) == (0, "344 rows.")


def test_a_limit_gives_a_partial_answer_and_resume_goes_on(tmp_path: Path) -> None:
    script = [
        runs("1", LOAD),
        says("So far: 344 rows."),
        runs("2", MEANS.format("body_mass_g")),
        says("Gentoo."),
    ]
    with ScriptedServer(script) as server:
        first = analyst(
            "run",
            "?",
            PENGUINS,
            "--model",
            "openai/scripted",
            "--max-steps",
            1,
            "--out",
            "run",
            cwd=tmp_path,
            **at(server),
        )
        assert first.returncode == 3, first.stderr
        assert "So far: 344 rows." in first.stdout
        second = analyst("resume", "run", "--max-steps", 9, cwd=tmp_path, **at(server))
    assert (second.returncode, second.stdout.strip()) == (0, "Gentoo.")


SLEEP = "print('begun', flush=True)\nimport time\ntime.sleep(60)"


def until_running(folder: Path, process: subprocess.Popen[str], *, cells: int) -> None:
    """Wait until so many cells have been allowed to run; the log's line is there before the cell runs."""
    while process.poll() is None:
        facts = [line.event for line in read(folder)] if (folder / "log.jsonl").exists() else []
        if sum(isinstance(fact, CallDecided) for fact in facts) == cells:
            return
        time.sleep(0.05)
    raise AssertionError(process.communicate())


def test_ctrl_c_ends_the_run_with_what_is_known(tmp_path: Path) -> None:
    with ScriptedServer([runs("1", "print('found')"), runs("2", SLEEP)]) as server:
        process = start("run", "?", "--model", "openai/scripted", "--out", "run", cwd=tmp_path, **at(server))
        until_running(tmp_path / "run", process, cells=2)
        process.send_signal(signal.SIGINT)
        out, talk = process.communicate(timeout=20)
    assert process.returncode == 130, talk
    assert "This is not a full answer" in out
    assert (tmp_path / "run" / "notebook.ipynb").exists()
    assert "Traceback" not in talk


def test_sigkill_loses_nothing_and_resume_ends_the_run(tmp_path: Path) -> None:
    cell = "x = 20\nimport time\ntime.sleep({})\nx"
    with ScriptedServer([runs("1", "base = 1"), runs("2", cell.format(5)), says("20")]) as server:
        process = start("run", "?", "--model", "openai/scripted", "--out", "run", cwd=tmp_path, **at(server))
        until_running(tmp_path / "run", process, cells=2)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        done = analyst("resume", "run", cwd=tmp_path, **at(server))
        assert (done.returncode, done.stdout.strip()) == (0, "20"), done.stderr
        assert "run again" in done.stderr
        assert len(server.requests) == 3


# ── bad input ───────────────────────────────────────────────────────────────────────────────────────────────────────


def assert_one_sentence(done: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    said = done.stdout + done.stderr
    assert done.returncode == code, said
    assert all(w in said for w in words), said
    assert "Traceback" not in said
    assert not done.stdout


FILES = {
    "absent.csv": (None, "no file or folder"),
    "empty.csv": (b"", "empty"),
    "binary.csv": (bytes(range(256)) * 40, "binary"),
    "broken.parquet": (b"PAR1 not really", "broken.parquet"),
    "broken.json": (b'{"a": [1, 2', "JSON"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_used(name: str, tmp_path: Path) -> None:
    content, word = FILES[name]
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert_one_sentence(analyst("run", "How many rows?", name, cwd=tmp_path), 2, name, word)


def test_a_file_in_another_encoding_is_read(tmp_path: Path) -> None:
    (tmp_path / "umlaut.csv").write_bytes("stadt;wert\nKöln;1\nZürich;2\n".encode("latin-1"))
    done = analyst("run", "How many rows are there?", "umlaut.csv", cwd=tmp_path)
    assert (done.returncode, "2" in done.stdout) == (0, True), done.stderr


BAD_WORDS = [
    (["run"], "Missing argument 'QUESTION'"),
    (["run", "  ", str(PENGUINS)], "question is empty"),
    (["run", "?", str(PENGUINS), "--plan", "nothing.yaml"], "cannot be read"),
    (["run", "?", str(PENGUINS), "--budget", "-1"], "--budget"),
    (["run", "?", str(PENGUINS), "--max-steps", "none"], "--max-steps"),
    (["run", "?", str(PENGUINS), "--colour"], "No such option"),
    (["run", "?", str(PENGUINS), "--model", "gpt4"], "provider/name"),
    (["run", "?", str(PENGUINS), "--model", "anthropic/claude-sonnet-4-5"], "ANTHROPIC_API_KEY"),
    (["run", "?", str(PENGUINS), "--kernel", "no-such-kernel"], "no-such-kernel"),
    (["show", "nowhere"], "nowhere"),
    (["resume", "."], "log.jsonl"),
    (["replay", "."], "log.jsonl"),
]


@pytest.mark.parametrize(("words", "told"), BAD_WORDS)
def test_words_that_cannot_be_used(words: list[str], told: str, tmp_path: Path) -> None:
    done = analyst(*words, cwd=tmp_path)
    assert_one_sentence(done, 1 if words[0] in ("resume", "replay") else 2, told)


def test_a_setting_in_the_environment_that_is_wrong(tmp_path: Path) -> None:
    assert_one_sentence(analyst("run", "?", PENGUINS, cwd=tmp_path, ANALYST_MAX_STEPS="many"), 2, "max_steps")


REFUSALS = [
    (Fault("http", status=401), 2, "OPENAI_API_KEY"),
    (Fault("http", status=404), 2, "scripted"),
]


@pytest.mark.parametrize(("fault", "code", "word"), REFUSALS)
def test_a_provider_that_says_no(fault: Fault, code: int, word: str, tmp_path: Path) -> None:
    with ScriptedServer([fault]) as server:
        done = analyst("run", "?", PENGUINS, "--model", "openai/scripted", cwd=tmp_path, **at(server))
    assert_one_sentence(done, code, word)
    assert "canary" not in done.stdout + done.stderr + everything(tmp_path)


def test_a_port_where_nobody_listens(tmp_path: Path) -> None:
    with ScriptedServer([]) as server:
        nowhere = at(server)
    done = analyst(
        "run", "?", PENGUINS, "--model", "openai/scripted", "--timeout", 60, cwd=tmp_path, **nowhere
    )
    assert_one_sentence(done, 1, nowhere["OPENAI_BASE_URL"])


def test_a_folder_that_holds_a_run_is_not_written_over(tmp_path: Path) -> None:
    analyst("run", "How many rows are there?", PENGUINS, "--out", "run", cwd=tmp_path)
    before = everything(tmp_path / "run")
    assert_one_sentence(analyst("run", "?", PENGUINS, "--out", "run", cwd=tmp_path), 2, "analyst resume")
    assert everything(tmp_path / "run") == before


def test_a_full_disk(tmp_path: Path) -> None:
    limited = "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
    limited += "resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000)); from analyst.cli import main; main()"
    with ScriptedServer([Reply("x" * 500)]) as server:
        command = [
            sys.executable,
            "-c",
            limited,
            "run",
            "?",
            str(PENGUINS),
            "--model",
            "openai/scripted",
            "--out",
            "run",
        ]
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env=CLEAN | at(server),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert_one_sentence(done, 1, "cannot be written", "make room")


def test_debug_shows_where(tmp_path: Path) -> None:
    done = analyst("--debug", "resume", ".", cwd=tmp_path)
    assert "Traceback" in done.stderr
    assert done.returncode == 1


def test_help_teaches(tmp_path: Path) -> None:
    done = analyst("run", "--help", cwd=tmp_path)
    text = " ".join(done.stdout.split())
    assert all(words in text for words in ("--model", "--budget", "US dollars", "`analyst resume` goes on"))
