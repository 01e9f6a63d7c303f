"""Places for results: a folder, and one that fsspec knows. What holds for one holds for the other."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from analyst.batch.places import Place, open_place
from analyst.batch.places.local import LocalPlace
from analyst.batch.places.mirror import MirrorPlace
from analyst.errors import AnalystError, BadInput


@pytest.fixture(params=["local", "memory"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(tmp_path / "out") if request.param == "local" else f"memory://{uuid.uuid4().hex}/out"


@pytest.fixture
def place(url: str) -> Iterator[Place]:
    place = open_place(url)
    yield place
    place.close()


def fill(folder: Path, key: str, text: str = "one") -> None:
    (folder / "blobs").mkdir(exist_ok=True)
    (folder / "blobs" / "b").write_text(text)
    (folder / "log.jsonl").write_text(text)
    (folder / "log.lock").touch()
    (folder / "work").mkdir(exist_ok=True)
    (folder / "work" / "made.csv").write_text("a\n")
    (folder / "answer.json").write_text(json.dumps({"key": key}))


def test_a_result_is_there_once_it_is_given(place: Place) -> None:
    folder = place.take("job", "k1")
    assert list(folder.iterdir()) == []
    fill(folder, "k1")
    assert list(place.answers()) == []
    place.give("job", "k1", folder)
    assert not folder.exists()
    assert list(place.answers()) == [("job", b'{"key": "k1"}')]
    assert place.answer("job") == b'{"key": "k1"}'
    assert place.answer("other") is None


def test_a_job_that_was_cut_off_goes_on_from_its_log(place: Place, url: str) -> None:
    folder = place.take("job", "k1")
    fill(folder, "k1", "begun")
    place.keep("k1", folder)
    (folder / "log.jsonl").write_text("begun, and more")
    place.keep("k1", folder)
    place.drop(folder)
    again = open_place(url)
    folder = again.take("job", "k1")
    assert (folder / "log.jsonl").read_text() == "begun, and more"
    assert (folder / "blobs" / "b").read_text() == "begun"
    assert list(again.take("job", "k2").iterdir()) == []
    again.close()


def test_a_result_that_is_to_be_bettered_is_taken_back(place: Place) -> None:
    folder = place.take("job", "k1")
    fill(folder, "k1")
    place.give("job", "k1", folder)
    folder = place.take("job", "k1")
    assert (folder / "log.jsonl").read_text() == "one"
    fill(folder, "k1", "two")
    place.give("job", "k1", folder)
    folder = place.take("job", "k2")  # the same id, but another job by now
    assert list(folder.iterdir()) == []
    fill(folder, "k2")
    place.give("job", "k2", folder)
    assert list(place.answers()) == [("job", b'{"key": "k2"}')]


def test_files_beside_the_results_are_replaced(place: Place, url: str) -> None:
    place.write("summary.csv", b"one")
    place.write("summary.csv", b"two")
    if isinstance(place, LocalPlace):
        assert [p.name for p in Path(url).iterdir()] == ["summary.csv"]
        assert (Path(url) / "summary.csv").read_bytes() == b"two"


def test_links_that_code_has_made_are_not_carried_away(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    place = MirrorPlace(f"memory://{uuid.uuid4().hex}")
    folder = place.take("job", "k")
    fill(folder, "k")
    (folder / "work" / "link").symlink_to(tmp_path / "secret")
    place.give("job", "k", folder)
    folder = place.take("job", "k")
    assert sorted(p.name for p in (folder / "work").iterdir()) == ["made.csv"]
    place.close()


def test_what_is_on_this_machine_goes_when_the_place_is_closed() -> None:
    place = MirrorPlace(f"memory://{uuid.uuid4().hex}")
    folder = place.take("job", "k")
    place.close()
    assert not folder.parent.exists()


def test_two_batches_in_one_folder(tmp_path: Path) -> None:
    first, second = LocalPlace(tmp_path), LocalPlace(tmp_path)
    first.alone()
    with pytest.raises(AnalystError, match="in use"):
        second.alone()
    first.close()
    second.alone()
    second.close()
    assert list(tmp_path.iterdir()) == []


def test_a_job_is_claimed_by_one(tmp_path: Path) -> None:
    first, second = LocalPlace(tmp_path), LocalPlace(tmp_path)
    assert first.claim("k")
    assert not second.claim("k")
    assert second.claim("other")
    first.release("k")
    assert second.claim("k")


def test_urls(tmp_path: Path) -> None:
    assert isinstance(open_place(f"file://{tmp_path}"), LocalPlace)
    with pytest.raises(BadInput, match="nothing://"):
        open_place("nothing://there")
