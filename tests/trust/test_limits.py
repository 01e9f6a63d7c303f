"""What an answer rests on: few sentences, the weightiest first, nothing that the answer says itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from analyst_kernels import Stream

from analyst.events import (
    Answered,
    Asked,
    Call,
    Checked,
    Claim,
    Contract,
    ContractSet,
    Event,
    Finding,
    ModelReplied,
    Place,
    Surveyed,
    ToolReturned,
    Usage,
)
from analyst.story import read
from analyst.trust.limits import MOST, limits

TABLE: dict[str, Any] = {
    "path": "/data/orders.csv",
    "rows": 180,
    "rows_exact": True,
    "columns": [
        {"column": "region", "type": "text", "missing": 40},
        {"column": "amount", "type": "number", "missing": 1_031},
        {"column": "note", "type": "text", "missing": 170},
        {"column": "day", "type": "date", "missing": 0},
    ],
    "notes": ["cells read as missing, besides empty ones: 'n/a' (15)"],
}
LOST = Finding("dropped", "line 3: dropna keeps 140 of 180 rows.")
TWICE = Finding("join", "line 1: the join makes 200 rows of 180: customer is not unique on the right.")


def told(
    answer: str,
    *cells: tuple[str, Sequence[Finding]],
    rests_on: int = 1,
    contract: Contract | None = None,
    unkept: tuple[str, ...] = (),
    **changed: Any,
) -> list[str]:
    facts: list[Event] = [Asked("?"), Surveyed("", (TABLE | changed,)), ContractSet(contract or Contract())]
    for number, (code, findings) in enumerate(cells, 1):
        call = Call(f"c{number}", "python", json.dumps({"code": code}))
        shown = (Stream("stdout", "5\n"),)
        facts += [
            ModelReplied("", (call,), Usage(), "tool_calls", "m", ""),
            ToolReturned(call.id, True, "", shown, cell=number, ending="ok", ledger=tuple(findings)),
        ]
    claim = Claim("5", 0, 1, "supported", (Place(rests_on, text="5"),))
    facts += [Checked((claim,), unkept), Answered(answer)]
    return limits(read(facts)[-1])


def test_gaps_of_the_columns_in_use_are_told_and_those_of_others_are_not() -> None:
    said = told("5", ("print(df.groupby('region').amount.mean())", ()))
    assert said[0] == "orders.csv: of 180 rows, 1,031 have no amount, 40 have no region."
    assert "note" not in said[0]
    assert not [line for line in told("5", ("print(df.day.max())", ())) if "have no" in line]
    sampled = told("5", ("print(df.amount.mean())", ()), notes=["sampled: 10 places"])
    assert sampled == ["orders.csv: sampled: 10 places"]
    assert "have no" not in " ".join(told("5", ("print(df.amount.mean())", ()), rows_exact=False))


def test_what_the_answer_says_itself_is_not_said_again() -> None:
    note = "5. On reading orders: cells read as missing, besides empty ones: 'n/a' (15)."
    assert told(note, ("print(df.day.max())", ())) == []
    wanted = Contract(filters=("only where region is known", "excluding returns"))
    assert told("5, where region is known.", ("print(df.day)", ()), contract=wanted, notes=[]) == [
        "The question was read as being about these rows: excluding returns."
    ]


def test_the_weightiest_comes_first_and_what_is_left_out_is_counted() -> None:
    said = told(
        "5",
        ("seen = df.dropna()\nprint(seen)", [LOST]),
        ("both = df.merge(other)\nprint(both.amount.sum())", [TWICE]),
        rests_on=2,
        contract=Contract(filters=("excluding returns",)),
        unkept=("The file out.csv is not there.",),
    )
    assert said == [
        "The file out.csv is not there.",
        "Cell 2: the join makes 200 rows of 180: customer is not unique on the right.",
        "Cell 1: dropna keeps 140 of 180 rows.",
        "orders.csv: of 180 rows, 1,031 have no amount.",
        "2 more remarks on the data stand beside it and the cells.",
    ]
    assert len(said) == 1 + MOST + 1


def test_a_table_that_could_not_be_read_is_never_left_out() -> None:
    many = [Finding("x", f"remark {n}") for n in range(9)]
    said = told("5", ("print(df.day)", many), error="it is locked")
    assert said[0] == "orders.csv could not be read: it is locked"
