"""What variables hold after a cell is on record: of small ones all, at full precision, with the labels of row and column."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from analyst_kernels.probe.contents import content_of
from analyst_kernels.probe.namespace import summary

from analyst.events import (
    Asked,
    Call,
    Event,
    ModelReplied,
    Opened,
    Place,
    ToolReturned,
    Usage,
    Variable,
    codec,
)
from analyst.log import Log, read
from analyst.messages import project
from analyst.models.scripted import ScriptedModel
from analyst.session import Session
from analyst.settings import Settings
from analyst.trust.claims import last_check
from analyst.trust.evidence import NAMESPACE, Evidence
from analyst.trust.receipts import receipts
from tests.scripts import runs, says

SALES = pd.DataFrame({"region": ["north", "north", "south"], "sales": [10.25, 20.5, 41234.5678901]})
BY_REGION = SALES.groupby("region").sales.agg(["mean", "count"])


def held(**values: object) -> list[Event]:
    """A run of one cell that shows nothing and leaves these variables."""
    variables = tuple(
        Variable(name, type(value).__name__, summary(value), content_of(value))
        for name, value in values.items()
    )
    call = Call("c1", "python", json.dumps({"code": "by_region = group(sales)"}))
    return [
        Asked("How do sales differ?"),
        ModelReplied("", (call,), Usage(), "tool_calls", "m", ""),
        ToolReturned("c1", True, "", (), cell=1, ending="ok", variables=variables),
    ]


@pytest.mark.parametrize(("answer", "statuses"), [
    ("In the south the mean is 41,234.57, in the north 15.375.", ["supported", "supported"]),
    ("In the south the mean is 41,243.57.", ["unsupported"]),
    ("In the north the mean is 41,234.57.", ["unsupported"]),
])  # fmt: skip
def test_a_frame_that_nobody_printed_supports_a_claim(answer: str, statuses: list[str]) -> None:
    assert [c.status for c in receipts(answer, held(by_region=BY_REGION))] == statuses


def test_a_claim_leads_to_the_variable_and_its_cell() -> None:
    (claim,) = receipts("In the south the mean is 41,234.57.", held(by_region=BY_REGION))
    assert claim.places == (Place(1, NAMESPACE, "south", "mean", "41234.5678901", "by_region"),)
    assert claim.sentence == "41,234.57: 41234.5678901 in cell 1 (the variable by_region: south / mean)."


@pytest.mark.parametrize(("place", "said"), [
    (Place(2, 0, "south", "mean", "4.5"), "4.5 in cell 2 (south / mean)"),
    (Place(2, NAMESPACE, "p", "", "0.03", "p"), "0.03 in cell 2 (the variable p)"),
    (Place(2, NAMESPACE, "price", "", "0.03", "p"), "0.03 in cell 2 (the variable p: price)"),
    (Place(0, 0, "df", "rows", "3"), "3 in the survey (df / rows)"),
])  # fmt: skip
def test_a_place_in_words(place: Place, said: str) -> None:
    assert str(place) == said


def test_levels_of_rows_are_dimensions() -> None:
    years = SALES.assign(year=[2023, 2024, 2024]).groupby(["region", "year"]).sales.sum()
    evidence = Evidence.of(held(years=years))
    table = next(t for t in evidence.tables if t[2] < 0)
    assert [(s.item.row, s.item.column, s.value) for s in evidence.tables[table]] == [
        ("north 2023", "sales", 10.25),
        ("north 2024", "sales", 20.5),
        ("south 2024", "sales", 41234.5678901),
    ]
    assert evidence.dimensions(table) == [("north", "south"), ("2023", "2024"), ("sales",)]  # fmt: skip


def test_a_number_has_all_its_digits_and_its_name() -> None:
    evidence = Evidence.of(held(slope=2 / 3, shares={"north": 1 / 7}, last=[1 / 9]))
    found = {s.variable: (s.item.row, s.value) for s in evidence.shown if not s.value.is_integer()}
    assert found == {"slope": ("slope", 2 / 3), "shares": ("north", 1 / 7), "last": ("last", 1 / 9)}


def test_dates_of_a_frame_are_on_record() -> None:
    days = pd.DataFrame({"last": pd.to_datetime(["2024-03-09", "2024-05-01"])}, index=["north", "south"])
    place, _ = Evidence.of(held(days=days)).days[2024, 3, 9]
    assert str(place) == "2024-03-09 in cell 1 (the variable days)"


@pytest.mark.parametrize("kind", ["DataFrame", "float", "list"])
@pytest.mark.parametrize("content", [
    {}, {"rows": 3, "cells": [["1"]], "columns": []}, {"rows": [], "cells": 7, "columns": []}, {"rows": [], "cells": [[]], "columns": []},
    {"rows": [], "cells": [["1"]]}, {"rows": [], "cells": [["1"]], "columns": 5}, {"rows": [[]], "cells": [], "columns": ["a", "b"]},
])  # fmt: skip
def test_content_in_no_known_form_is_none(content: dict[str, object], kind: str) -> None:
    asked, replied, _ = held()
    odd = ToolReturned("c1", True, "", (), cell=1, variables=(Variable("x", kind, "", content),))
    assert Evidence.of([asked, replied, odd]).shown == []


def test_an_old_log_reads_as_it_did() -> None:
    old = codec.validate_python({
        "kind": "tool_returned", "call_id": "c1", "ok": True, "text": "", "cell": 1,
        "variables": [{"name": "p", "type": "float", "summary": "0.00012"}],
    })  # fmt: skip
    asked, replied, _ = held()
    (shown,) = Evidence.of([asked, replied, old]).shown
    assert (shown.value, shown.item.row, shown.variable) == (0.00012, "p", "p")


def test_no_model_reads_it() -> None:
    opened = Opened("", (), {}, "m", "", 0, False, {}, {})
    with_content = held(by_region=BY_REGION, slope=2 / 3)
    returned = with_content[-1]
    assert isinstance(returned, ToolReturned)
    bare = tuple(replace(v, content=None) for v in returned.variables or ())
    assert bare != returned.variables
    without = [*with_content[:-1], replace(returned, variables=bare)]
    assert project([opened, *with_content]) == project([opened, *without])


def test_no_secret_stays_in_it(tmp_path: Path) -> None:
    secret = "zq-4711-0815-geheim"
    with Log(tmp_path, secrets=[secret, "20718251"]) as log:
        for event in held(keys=pd.DataFrame({"key": [secret], "n": [20718251], "m": [30718.25]})):
            log.append(event)
    kept = (tmp_path / "log.jsonl").read_text(encoding="utf-8")
    assert secret not in kept
    assert "20718251" not in kept
    assert "30718.25" in kept


async def test_in_a_real_run_a_claim_leads_to_the_step_that_made_the_variable(tmp_path: Path) -> None:
    made = "import pandas as pd\nby = pd.DataFrame({'g': list('xyx'), 'v': [1.25, 2, 4.875]}).groupby('g').v.agg(['mean', 'count'])"
    model = ScriptedModel([runs("1", made), says("The mean of x is 3.0625.")])
    async with Session(
        model, folder=tmp_path, settings=Settings.of(sandbox="off", approve="auto", verify="off")
    ) as session:
        await session.ask("What is the mean?")
    checked = last_check(line.event for line in read(tmp_path))
    assert checked is not None
    (claim,) = checked.claims
    assert (claim.status, str(claim.places[0])) == (
        "supported",
        "3.0625 in cell 1 (the variable by: x / mean)",
    )
