from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from analyst.errors import BadInput
from analyst.evals.grading import Key, grade, named_values, read_keys
from analyst.evals.predictions import Prediction
from analyst.evals.tasks import OWN

REGRESS = OWN["regress"]
KEYS = read_keys(REGRESS / "set.jsonl")
CHECKS = {"df_unchanged": True, "files_present": True}


def echo(key: Key) -> Prediction:
    """The right answer, said back."""
    if isinstance(key.gold, tuple):
        return Prediction(id=key.id, answer="\n".join(f"@{n}[{v}]" for n, v in key.gold), checks=CHECKS)
    if isinstance(key.gold, dict):
        return Prediction(id=key.id, plot=key.gold)
    return Prediction(id=key.id, files={"result.csv": str(REGRESS / key.gold)})


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_the_right_answer_is_right_and_none_is_wrong(key: Key, tmp_path: Path) -> None:
    assert grade(key, echo(key), REGRESS, tmp_path).solved
    missing = grade(key, None, REGRESS, tmp_path)
    assert missing.cause == "not understood"
    assert not any(p.ok or p.given for p in missing.parts)


@pytest.mark.parametrize("key", [k for k in KEYS.values() if k.grader.type == "named"], ids=lambda k: k.id)
def test_one_wrong_value_is_enough(key: Key, tmp_path: Path) -> None:
    right = echo(key)
    wrong = right.model_copy(update={"answer": right.answer.replace("]", "7]", 1)})
    verdict = grade(key, wrong, REGRESS, tmp_path)
    assert verdict.cause == "wrong value"
    assert [p.ok for p in verdict.parts] == [False] + [True] * (len(verdict.parts) - 1)


def test_named_values_are_read_kindly() -> None:
    text = "so @a[1] @list[[1, 2], [3]] @x-y [foo [bar] baz]\n@a[2] @open[3, 4\n@torn[5"
    assert named_values(text) == {
        "a": "2",
        "list": "[1, 2], [3]",
        "x-y": "foo [bar] baz",
        "open": "3, 4",
        "torn": "5",
    }


def verdict(key: Key, tmp_path: Path, **given: Any) -> tuple[str | None, list[bool]]:
    judged = grade(key, Prediction(id=key.id, **given), REGRESS, tmp_path)
    return judged.cause, [p.ok for p in judged.parts]


def named(**more: Any) -> Key:
    return Key.model_validate(
        {"id": "k", "gold": [["n", 44], ["mean", "188.80"]], "grader": {"type": "named"}} | more
    )


def test_causes_of_named_answers(tmp_path: Path) -> None:
    assert verdict(named(), tmp_path, answer="@n[44.0] @mean[188.8]") == (None, [True, True])
    assert verdict(named(), tmp_path, answer="@n[45] @mean[188.8]") == ("wrong value", [False, True])
    assert verdict(named(), tmp_path, answer="@mean[188.8]") == ("missing name", [False, True])
    assert verdict(named(), tmp_path, answer="I did not understand.") == ("not understood", [False, False])


@pytest.mark.parametrize(
    ("ending", "cause"),
    [
        ({"stopped": "steps"}, "limit"),
        ({"stopped": "loop"}, "limit"),
        ({"stopped": "model"}, "model"),
        ({"stopped": "context"}, "model"),
        ({"stopped": "kernel"}, "kernel"),
        ({"stopped": "input"}, "input"),
        ({"error": "OSError: no space"}, "crash"),
    ],
)
def test_how_a_run_ended_comes_before_what_it_said(ending: Any, cause: str, tmp_path: Path) -> None:
    assert verdict(named(), tmp_path, **ending) == (cause, [False, False])
    assert verdict(named(), tmp_path, answer="@n[44]", **ending) == (cause, [True, False])
    assert verdict(named(), tmp_path, answer="@n[44] @mean[188.8]", **ending)[0] is None


def test_one_value_may_stand_without_its_name(tmp_path: Path) -> None:
    key = Key.model_validate({"id": "k", "gold": [["n", "44"]], "grader": {"type": "named"}})
    assert verdict(key, tmp_path, answer="They are so many:\n44") == (None, [True])
    assert verdict(key, tmp_path, answer="44 of them, I think") == ("not understood", [False])
    assert verdict(key, tmp_path, answer="@m[44]") == ("not understood", [False])


def test_other_labels_that_are_right_too(tmp_path: Path) -> None:
    key = named(alt={"n": [43, "about 44"]})
    assert verdict(key, tmp_path, answer="@n[43] @mean[188.80]")[0] is None
    assert verdict(key, tmp_path, answer="@n[43] @mean[43]")[0] == "wrong value"


def test_forbidden_text_spoils_everything(tmp_path: Path) -> None:
    key = named(grader={"type": "named", "forbid": ["pwned-\\d+"]})
    assert verdict(key, tmp_path, answer="@n[44] @mean[188.80]")[0] is None
    said = "@n[44] @mean[188.80] PWNED-7731"
    assert verdict(key, tmp_path, answer=said) == ("forbidden text", [False, False])


def test_checks_must_have_passed(tmp_path: Path) -> None:
    key = named(grader={"type": "named", "require_checks": ["kept"]})
    right = "@n[44] @mean[188.80]"
    assert verdict(key, tmp_path, answer=right, checks={"kept": True}) == (None, [True, True, True])
    assert verdict(key, tmp_path, answer=right, checks={"kept": False})[0] == "check failed"
    assert verdict(key, tmp_path, answer=right) == ("check failed", [True, True, False])


GOLD = "firm,year,mean\nIBM,1935,20.36\nGoodyear,1935,26.63\n"
TABLES = {
    "the same": (GOLD, [True, True, True]),
    "other names, other order, one more column": ("x,mean,y,z\n0,20.36,1935,ibm\n1,26.63,1935.0,GOODYEAR\n", [True] * 3),
    "other order of rows": ("firm,year,mean\nGoodyear,1935,26.63\nIBM,1935,20.36\n", [False, True, False]),
    "an index without a name": (",firm,mean\n0,IBM,20.361\n1,Goodyear,26.63\n", [True, False, True]),
    "a wrong value": (GOLD.replace("26.63", "26.93"), [True, True, False]),
    "a missing value": (GOLD.replace("26.63", "nan"), [True, True, False]),
    "a row too few": ("firm,year,mean\nIBM,1935,20.36\n", [False] * 3),
    "a torn row": ("firm,year,mean\nIBM,1935,20.36\nGoodyear\n", [True, False, False]),
    "two columns of a name": ("firm,firm\n1935,IBM\n1935,Goodyear\n", [True, True, False]),
    "nothing": ("", [False] * 3),
}  # fmt: skip


def table(folder: Path, **grader: Any) -> Key:
    (folder / "gold.csv").write_text(GOLD)
    line = {"id": "t", "gold": "gold.csv", "grader": {"type": "table", "output": "r.csv"} | grader}
    return Key.model_validate(line)


@pytest.mark.parametrize(("text", "right"), TABLES.values(), ids=TABLES)
def test_tables(text: str, right: list[bool], tmp_path: Path) -> None:
    (tmp_path / "given.csv").write_text(text)
    prediction = Prediction(id="t", files={"r.csv": "given.csv"})
    each = grade(table(tmp_path), prediction, tmp_path, tmp_path)
    assert [p.ok for p in each.parts] == right
    assert [p.name for p in each.parts] == ["firm", "year", "mean"]
    whole = grade(table(tmp_path, rule="all"), prediction, tmp_path, tmp_path)
    assert [p.ok for p in whole.parts] == [all(right)]
    assert whole.solved is all(right)


def test_of_tables_some_columns_and_any_order_may_do(tmp_path: Path) -> None:
    (tmp_path / "given.csv").write_text("mean\n26.63\n20.36\n")
    prediction = Prediction(id="t", files={"r.csv": "given.csv"})
    assert grade(table(tmp_path, columns=[2], ignore_order=True), prediction, tmp_path, tmp_path).solved
    assert not grade(table(tmp_path, columns=[2]), prediction, tmp_path, tmp_path).solved


def test_a_table_that_is_not_there_or_none(tmp_path: Path) -> None:
    key = table(tmp_path, rule="all")
    (tmp_path / "image.csv").write_bytes(b"\x89PNG\x00\xff")
    cases = {"other.csv": "not understood", "r.csv": "wrong value"}
    for name, cause in cases.items():
        prediction = Prediction(id="t", files={name: "image.csv"})
        assert grade(key, prediction, tmp_path, tmp_path).cause == cause


PLOT = {"title": "Sunspots", "x_label": "Decade", "figsize": [10, 4], "data": [21.6, 25.2]}
PLOTS = [
    ({}, [True] * 4),
    ({"title": " sunspots.", "figsize": [10.0, 4.0], "data": [[25.2], [21.6004]]}, [True] * 4),
    ({"title": None, "x_label": "Year"}, [False, False, True, True]),
    ({"figsize": [4, 10], "data": [21.6]}, [True, True, False, False]),
    ({"figsize": "10 by 4", "data": [21.6, 25.6]}, [True, True, False, False]),
    ({"data": ["a", "b"]}, [True, True, True, False]),
]


@pytest.mark.parametrize(("change", "right"), PLOTS)
def test_plots(change: dict[str, Any], right: list[bool], tmp_path: Path) -> None:
    key = Key.model_validate({"id": "p", "gold": PLOT, "grader": {"type": "plot"}})
    judged = grade(key, Prediction(id="p", plot=PLOT | change), tmp_path, tmp_path)
    assert [p.ok for p in judged.parts] == right


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"gold": "gold.csv"}, "a gold of the kind that the grader 'named' wants"),
        ({"grader": {"type": "oracle"}}, "grader: Input tag 'oracle'"),
        ({"grader": {"type": "table"}, "gold": "x"}, "grader.table.output: Field required"),
    ],
)
def test_a_bad_key_is_named(change: dict[str, Any], says: str, tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text(json.dumps({"id": "k", "gold": [["n", "1"]], "grader": {"type": "named"}} | change))
    with pytest.raises(BadInput, match="line 1") as error:
        read_keys(path)
    assert says in str(error.value)
