"""A run with outputs, as the facts of a log."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from analyst_kernels import ExecuteResult, Output, Stream

from analyst.events import Asked, Call, Event, ModelReplied, Surveyed, ToolReturned, Usage, Variable

BY_SPECIES = (
    "<table><thead><tr><th></th><th>mean</th><th>count</th></tr><tr><th>species</th><th></th><th></th></tr></thead><tbody>"
    "<tr><th>Adelie</th><td>3700.662252</td><td>152</td></tr><tr><th>Chinstrap</th><td>3733.088235</td><td>68</td></tr>"
    "<tr><th>Gentoo</th><td>5076.016260</td><td>124</td></tr></tbody></table>"
)
SURVEY = {
    "path": "penguins.csv", "rows": 344,
    "columns": [{"column": "date", "type": "date", "min": "2007-11-11", "max": "2009-12-01", "missing": 0}],
}  # fmt: skip


def run(*cells: tuple[str, Sequence[Output]], question: str = "How do the top 5 differ?") -> list[Event]:
    facts: list[Event] = [Asked(question), Surveyed("", (SURVEY,))]
    for number, (code, outputs) in enumerate(cells, 1):
        call = Call(f"c{number}", "python", json.dumps({"code": code}))
        facts.append(ModelReplied("", (call,), Usage(), "tool_calls", "m", ""))
        facts.append(
            ToolReturned(
                call.id,
                True,
                "",
                tuple(outputs),
                cell=number,
                ending="ok",
                variables=(Variable("p", "float", "0.00012"),),
            )
        )
    return facts


@pytest.fixture
def facts() -> list[Event]:
    table = ExecuteResult({"text/html": BY_SPECIES, "text/plain": "…"})
    return run(
        ("df.groupby('species').body_mass_g.agg(['mean', 'count'])", [table]),
        ("print('r =', r)", [Stream("stdout", "r = 0.8712017673\nchange: -3.25\nshare female 0.4954\n")]),
    )
