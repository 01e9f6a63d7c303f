from __future__ import annotations

import json
from pathlib import Path

import pytest

from analyst.errors import BadInput
from analyst.evals.grading import read_keys
from analyst.evals.tasks import OWN, Task, read_suite

GOOD = {"id": "a", "question": "How many?"}


def written(folder: Path, *lines: object) -> Path:
    path = folder / "tasks.jsonl"
    path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))
    return path


def test_constraints_and_format_belong_to_the_question() -> None:
    history = [{"role": "user", "content": "First?"}, {"role": "assistant", "content": "One."}]
    task = Task.model_validate(
        GOOD | {"constraints": "Drop none.\n", "answer_format": "@n[count]", "history": history, "else": 1}
    )
    asked = "How many?\n\nConstraints:\nDrop none.\n\nAnswer format:\n@n[count]"
    assert task.questions == ("First?", asked)
    assert Task.model_validate(GOOD).questions == ("How many?",)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "Invalid JSON"),
        ([], "should be an object"),
        ({"id": "a"}, "question: Field required"),
        ({"id": "a", "question": " "}, "question: "),
        (GOOD | {"id": "../a"}, "id: "),
        (GOOD | {"files": ["/etc/hosts"]}, "files.0: Value error, '/etc/hosts' does not lie beneath"),
        (GOOD | {"files": ["../other/x.csv"]}, "does not lie beneath"),
        (GOOD | {"history": [{"role": "system", "content": ""}]}, "history.0.role"),
        (GOOD | {"id": "first"}, "the id 'first' was there before"),
    ],
)
def test_a_bad_line_is_named(line: object, says: str, tmp_path: Path) -> None:
    path = written(tmp_path, GOOD | {"id": "first"}, "", line)
    with pytest.raises(BadInput) as error:
        read_suite(path)
    assert str(error.value).startswith(f"{path}, line 3: ")
    assert says in str(error.value)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"nowhere\.jsonl cannot be read: No such file"):
        read_suite(tmp_path / "nowhere.jsonl")
    with pytest.raises(BadInput, match=r"is empty"):
        read_suite(written(tmp_path))
    (tmp_path / "tasks.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(BadInput, match=r"is not UTF-8"):
        read_suite(tmp_path / "tasks.jsonl")


def test_a_data_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"task a: there is no files/x\.csv"):
        read_suite(written(tmp_path, GOOD | {"files": ["files/x.csv"]}))


def test_choosing() -> None:
    suite = read_suite(OWN["regress"] / "tasks.jsonl")
    assert len(suite.tasks) == len(suite.chosen()) == 32
    assert [t.id for t in suite.chosen(limit=2)] == ["regress-01-descriptive", "regress-02-group-by-table"]
    ids = ("regress-03-filter-count", "regress-01-descriptive")
    assert [t.id for t in suite.chosen(ids)] == sorted(ids)
    with pytest.raises(BadInput, match="regress has no task regress-99"):
        suite.chosen(["regress-99"])


def test_the_suite_and_its_answers_belong_together() -> None:
    folder = OWN["regress"]
    suite, keys = read_suite(folder / "tasks.jsonl"), read_keys(folder / "set.jsonl")
    assert [t.id for t in suite.tasks] == list(keys)
    assert all(k.level in ("easy", "medium", "hard") and len(k.tags) == 1 for k in keys.values())
    used = {name for t in suite.tasks for name in t.files}
    assert {f"files/{p.name}" for p in (folder / "files").iterdir()} == used
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert all(f"`{Path(name).name}`" in readme for name in used)
