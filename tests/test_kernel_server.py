"""`--kernel-server`: code runs in kernels of a real Jupyter server, whose token is in the environment and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from analyst.errors import BadInput
from analyst.events import Asked, Isolated, Proved, Stopped
from analyst.log import read
from analyst.models.scripted_server import ScriptedServer
from analyst.settings import Settings
from tests.jupyter import ALONE, JupyterServer
from tests.scripts import runs, says
from tests.test_cli import PENGUINS, analyst, at, everything

COUNT = "How many penguins of each species are there?"
HOME = "import os\nopen('made.txt', 'w').write('made')\nprint(os.environ['HOME'])"
"""Who prints that shows where it runs; what it writes, whether the run's folder is its own."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterServer]:
    server = JupyterServer(tmp_path_factory.mktemp("server"), *ALONE)
    yield server
    server.close()


def test_a_run_and_its_proof_in_kernels_of_a_server(tmp_path: Path, server: JupyterServer) -> None:
    words = ["run", COUNT, PENGUINS, "--model", "rules", "--kernel-server", server.url, "--verify", "values"]
    done = analyst(*words, "--out", "run", cwd=tmp_path, ANALYST_KERNEL_TOKEN=server.token)
    assert done.returncode == 0, done.stderr
    assert "152" in done.stdout
    facts = [line.event for line in read(tmp_path / "run")]
    (held,) = (fact for fact in facts if isinstance(fact, Isolated))
    assert held.tier == "none"
    assert "Jupyter server" in held.holds
    (proved,) = (fact for fact in facts if isinstance(fact, Proved))
    assert proved.ok, proved
    again = analyst(
        "verify", "run", "--kernel-server", server.url, "--sandbox", "off", cwd=tmp_path, JUPYTER_TOKEN=server.token
    )  # fmt: skip
    assert again.returncode == 0, again.stdout + again.stderr
    assert server.kernels() == []
    assert server.token not in everything(tmp_path) + done.stdout + done.stderr + again.stdout + again.stderr


def test_a_models_code_needs_a_word_about_what_holds_it(tmp_path: Path, server: JupyterServer) -> None:
    where = {"ANALYST_KERNEL_SERVER": server.url, "ANALYST_KERNEL_TOKEN": server.token}
    with ScriptedServer([runs("1", HOME), says("It is made.")]) as provider:
        words = ["run", "Where are you?", "--model", "openai/scripted", "--out", "run"]
        refused = analyst(*words, cwd=tmp_path, **where, **at(provider))
        assert refused.returncode == 5
        assert "--sandbox external" in refused.stderr
        assert provider.requests == []
        done = analyst(*words, "--sandbox", "external", cwd=tmp_path, **where, **at(provider))
    assert done.returncode == 0, done.stderr
    text = everything(tmp_path / "run")
    assert str(server.root.parent / "home") in text
    assert '"tier":"external"' in text
    assert (tmp_path / "run" / "work" / "made.txt").read_text() == "made"  # the server sees the run's folder
    assert server.kernels() == []


def test_data_that_the_server_does_not_see_ends_the_run_with_what_to_do(
    tmp_path: Path, server: JupyterServer
) -> None:
    (tmp_path / "here.csv").write_text("a\n1\n")
    mine = "/proc/self/cwd/here.csv"  # each process has a folder of its own there
    words = ["run", "How many rows?", mine, "--model", "rules", "--kernel-server", server.url, "--out", "run"]
    done = analyst(*words, cwd=tmp_path, ANALYST_KERNEL_TOKEN=server.token)
    assert done.returncode == 2, done.stderr
    assert f"does not see {mine}" in done.stderr
    assert "share the folder" in done.stderr
    assert [line.event.reason for line in read(tmp_path / "run") if isinstance(line.event, Stopped)] == [
        "input"
    ]


def test_a_batch_in_kernels_of_a_server(tmp_path: Path, server: JupyterServer) -> None:
    rows = [
        {"id": f"job-{n}", "question": COUNT, "data": str(PENGUINS), "parameters": {"n": n}} for n in "ab"
    ]
    (tmp_path / "jobs.jsonl").write_text("\n".join(map(json.dumps, rows)))
    words = ["batch", "jobs.jsonl", "--out", "r", "--model", "rules", "--kernel-server", server.url]
    wrong = analyst(*words, cwd=tmp_path, ANALYST_KERNEL_TOKEN="0123456789abcdef")
    assert (wrong.returncode, wrong.stdout) == (1, "2 failed: r\n")
    assert "refuses the token" in json.loads((tmp_path / "r/jobs/job-a/answer.json").read_text())["answer"]
    done = analyst(*words, "--resume", cwd=tmp_path, ANALYST_KERNEL_TOKEN=server.token)
    assert (done.returncode, done.stdout) == (0, "2 answered: r\n"), done.stderr
    for id in ("job-a", "job-b"):
        facts = [line.event for line in read(tmp_path / "r" / "jobs" / id)]
        assert sum(isinstance(fact, Asked) for fact in facts) == 1
        assert any(isinstance(fact, Isolated) and fact.tier == "none" for fact in facts)
    assert server.kernels() == []
    assert server.token not in everything(tmp_path) + done.stderr


def test_a_token_is_taken_from_the_environment_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInput, match="looks like a key"):
        Settings.of(kernel_token="sesame-0123456789")
    with pytest.raises(BadInput) as caught:
        Settings.of(kernel_server="http://here:8888/?token=sesame")
    assert "must not hold a token" in str(caught.value)
    assert "sesame" not in str(caught.value)
    monkeypatch.setenv("ANALYST_KERNEL_TOKEN", "sesame-0123456789")
    assert "sesame" not in repr(Settings.of(kernel_server="http://here:8888"))
    done = analyst("batch", "?", "--out", "r", "--kernel-server", "http://here/?token=sesame", cwd=tmp_path)
    assert done.returncode == 2
    assert "sesame" not in done.stderr
