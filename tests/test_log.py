"""The log: what is written is what is read, whatever happens in between."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from analyst_kernels import DisplayData, Stream

from analyst.errors import LogError
from analyst.events import Asked, Event, Live, ModelReplied, Notice, Stopped, ToolReturned, Usage
from analyst.log import Log, read

FACTS: tuple[Event, ...] = (
    Asked("Wie viele? – ünï ☃", ("/data/a.csv",)),
    ModelReplied("", (), Usage(1, 2, usd=0.5), "stop", "m", "abc"),
    ToolReturned("c1", ok=True, text="x" * 40_000, outputs=(Stream("stdout", "y" * 40_000), DisplayData({"image/png": "z" * 50_000}))),
    Stopped("steps", "enough"),
)  # fmt: skip


def events(folder: Path) -> tuple[Event, ...]:
    return tuple(line.event for line in read(folder))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with closing(Log(tmp_path)) as log:
        for fact in FACTS:
            log.append(fact)
    return tmp_path


def test_reads_what_was_written(folder: Path) -> None:
    assert events(folder) == FACTS
    assert [line.seq for line in read(folder)] == [0, 1, 2, 3]


def test_long_texts_lie_in_blobs_once(folder: Path) -> None:
    assert len(list((folder / "blobs").iterdir())) == 3
    assert max(map(len, (folder / "log.jsonl").read_text().splitlines())) < 2_000
    with closing(Log(folder)) as log:
        log.append(FACTS[2])
    assert len(list((folder / "blobs").iterdir())) == 3


@pytest.mark.parametrize("cut", [1, 10, 60])
def test_a_torn_last_line_is_dropped_and_written_over(folder: Path, cut: int) -> None:
    path = folder / "log.jsonl"
    path.write_bytes(path.read_bytes()[:-cut])
    assert events(folder) == FACTS[:3]
    with closing(Log(folder)) as log:
        log.append(FACTS[3])
    assert events(folder) == FACTS


def test_a_broken_line_is_named(folder: Path) -> None:
    path = folder / "log.jsonl"
    lines = path.read_text().splitlines()
    path.write_text(
        "\n".join([lines[0], '{"seq": 1, "at": 0, "event": {"kind": "no such"}}', *lines[2:]]) + "\n"
    )
    with pytest.raises(LogError, match=r"Line 2 of .*log.jsonl is not a fact"):
        events(folder)


def test_a_blob_that_was_changed_or_lost_is_named(folder: Path) -> None:
    blob = next((folder / "blobs").iterdir())
    blob.write_bytes(b"something else")
    with pytest.raises(LogError, match="is not what was stored"):
        events(folder)
    blob.unlink()
    with pytest.raises(LogError, match="cannot be read"):
        events(folder)


def test_no_log_no_traceback(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="Give the folder of a run"):
        list(read(tmp_path / "nothing"))


def test_two_writers_do_not_mix(folder: Path) -> None:
    with closing(Log(folder)), pytest.raises(LogError, match="in use"):
        Log(folder)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LogError, match="cannot be written"):
        Log(tmp_path / "file" / "run")


def test_secrets_reach_neither_disk_nor_listener(tmp_path: Path) -> None:
    secret = "correct-horse-battery"
    shapes = ["sk-ant-api03-" + "a" * 40, "AKIA" + "ABCDEFGH12345678", "ghp_" + "b" * 36]
    heard: list[Event | Live] = []
    with closing(Log(tmp_path, secrets=[secret])) as log:
        log.listen(heard.append)
        log.append(Asked(f"use {secret} and {' '.join(shapes)}"))
        log.append(ToolReturned("c", ok=True, text=f"{secret}\n" * 2_000))
    everything = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()).decode() + repr(heard)
    assert not any(s in everything for s in [secret, *shapes])
    assert heard[0] == Asked("use [secret] and [secret] [secret] [secret]")
    assert events(tmp_path) == tuple(heard)


def test_half_a_surrogate_pair_is_no_reason_to_die(tmp_path: Path) -> None:
    with closing(Log(tmp_path)) as log:
        log.append(Asked("\ud83d alone"))
    assert events(tmp_path) == (Asked("? alone"),)


def test_a_listener_that_fails_is_reported_and_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    heard: list[Event | Live] = []

    def broken(_event: Event | Live) -> None:
        raise RuntimeError("view is broken")

    log = Log()
    log.listen(broken)
    log.listen(heard.append)
    log.append(FACTS[0])
    log.show(Notice("wait"))
    assert heard == [FACTS[0], Notice("wait")]
    assert log.events == [FACTS[0]]
    assert "view is broken" in caplog.text


FULL = """
import sys; from pathlib import Path; from analyst.log import Log; from analyst.errors import LogError
from analyst.events import Asked
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
log = Log(Path(sys.argv[1])); heard = []; log.listen(heard.append)
try:
    for n in range(100): log.append(Asked(f"question {n}"))
except LogError as error:
    print(len(heard), str(error))
try: log.append(Asked("after"))
except LogError: print("again")
"""


def test_a_full_disk_loses_nothing_that_was_told(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", FULL, tmp_path], capture_output=True, text=True, check=True)
    told, sentence = done.stdout.splitlines()[0].split(" ", 1)
    assert "cannot be written" in sentence
    assert "make room" in sentence
    assert done.stdout.splitlines()[1] == "again"
    assert len(events(tmp_path)) == int(told) > 3
    with closing(Log(tmp_path)) as log:
        log.append(Asked("room again"))
    assert events(tmp_path)[-1] == Asked("room again")


KILLED = """
import os, signal, sys; from pathlib import Path; from analyst.log import Log; from analyst.events import Asked
log = Log(Path(sys.argv[1]))
for n in range(7): log.append(Asked(str(n)))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_facts_survive_sigkill_and_the_lock_does_not(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, tmp_path], check=False)
    assert done.returncode == -9
    with closing(Log(tmp_path)) as log:
        assert [e.question for e in log.events if isinstance(e, Asked)] == list("0123456")
