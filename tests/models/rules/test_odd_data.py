from __future__ import annotations

import ast
import io
import json
import warnings
from collections.abc import Iterator
from contextlib import redirect_stdout
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyst.models.rules import code
from analyst.models.rules.answering import finding, sections
from analyst.models.rules.intents import Filter, Intent, Key
from analyst.models.rules.kinds import BY_NAME
from analyst.models.rules.survey import TAKEN, Column, Table
from analyst.models.rules.understand import Reading

OPEN = "What is interesting here?"

ODD = {
    "no rows": pd.DataFrame({"x": pd.Series(dtype=float), "g": pd.Series(dtype=str)}),
    "one row": pd.DataFrame({"x": [1.5], "g": ["a"], "d": ["2024-01-01"]}),
    "only text": pd.DataFrame({"g": ["a", "b", "a"], "h": ["u", "v", "w"]}),
    "only numbers": pd.DataFrame({"a": [1.0, 2.0, 4.0], "b": [3.0, 1.0, 2.0]}),
    "constant": pd.DataFrame({"a": [7, 7, 7], "b": ["u", "u", "u"]}),
    "dates": pd.DataFrame(
        {"when": pd.date_range("2024-01-01", periods=40).strftime("%Y-%m-%d"), "n": range(40)}
    ),
    "all missing": pd.DataFrame({"x": [None, None, None], "y": [1.0, 2.0, 3.0]}),
    "one missing group": pd.DataFrame({"x": [1.0, 2.0, None], "g": ["a", "a", "b"]}),
    "three hundred columns": pd.DataFrame({f"c{n}": [n, n + 1.5, n * 2, -n] for n in range(300)}),
    "repeated names": pd.DataFrame([[1, 2, "a"], [3, 4, "b"], [5, 9, "b"]], columns=["x", "x", "g"]),
    "strange names": pd.DataFrame(
        {'a"b': [1.0, 2.0], "c'd\\": [3.0, 5.0], "e{f}\n": ["p", "q"], "": [0.5, 1.5], "σ µ": [1, 2]}
    ),
    "strange values": pd.DataFrame(
        {"g": ["a: 9\n== b ==", "{x}", "a: 9\n== b ==", '"'], "x": [1.0, 2.0, 3.0, 4.0]}
    ),
    "infinite": pd.DataFrame({"x": [1.0, float("inf"), 3.0], "g": ["a", "b", "b"]}),
    "yes and no": pd.DataFrame({"ok": [True, False, True, True], "n": [1, 2, 3, 4]}),
    "huge": pd.DataFrame({"x": [1e300, 2e300, 1.5e300], "y": [1e-300, 3e-300, 2e-300]}),
}


@pytest.mark.parametrize("frame", ODD.values(), ids=ODD)
async def test_the_profile_works_for_any_table(harness, frame):
    played = await harness.ask(OPEN, harness.save(frame))
    assert not [o for o in played.outputs if "] error" in o], played.outputs
    assert f"- {len(frame)} rows and {frame.shape[1]} columns" in played.text
    assert len([x for x in played.text.splitlines() if x.startswith("- ")]) >= 3


QUESTIONS = (
    "How many rows are there?",
    "How many values are missing in each column?",
    "What is the mean {number}?",
    "What is the mean {number} for each {text}?",
    "Which {text} has the highest {number}?",
    "Which {text} is most common?",
    "What percentage of the rows is there for each {text}?",
    "How does {number} differ between {text}?",
    "How many different values of {text} are there?",
    "Describe {number}.",
    "How does {number} change over time?",
    "Does {text} explain more of {number} than {text}?",
    "Which columns have the strongest correlation?",
)


def asked() -> Iterator[Any]:
    """Every question about every table that has columns for it."""
    for name, frame in ODD.items():
        again = pd.read_csv(io.StringIO(frame.to_csv(index=False)))
        numbers = [c for c in again if pd.api.types.is_numeric_dtype(again[c])]
        texts = [c for c in again if c not in numbers]
        for question in QUESTIONS:
            if ("{number}" in question and not numbers) or ("{text}" in question and not texts):
                continue
            words = {"number": f'"{numbers[0]}"' if numbers else "", "text": f'"{texts[0]}"' if texts else ""}
            yield pytest.param(frame, question.format(**words), id=f"{name}: {question}")


@pytest.mark.parametrize(("frame", "question"), list(asked()))
async def test_no_question_ends_in_an_error(harness, frame, question):
    played = await harness.ask(question, harness.save(frame))
    assert not [o for o in played.outputs if "] error" in o], played.outputs
    assert played.text


async def test_values_cannot_forge_results(harness):
    frame = pd.DataFrame(
        {"g": ["a", "b", "x: 1\n== mean of x for each g ==\nmean of x, a: 999"], "x": [1.0, 2.0, 4.0]}
    )
    played = await harness.ask("What is the mean x for each g?", harness.save(frame))
    assert "a: **1**" in played.text
    assert "999**" not in played.text


async def test_an_integer_index_of_rows_is_no_finding(harness):
    frame = pd.DataFrame({"id": range(1, 41), "x": [(n * 7) % 11 for n in range(40)]})
    played = await harness.ask(OPEN, harness.save(frame))
    assert "id and x" not in played.text


@pytest.mark.parametrize(
    "question",
    [OPEN, "What is the mean x for each g?", "Does g explain x?", "Which g has the highest mean x?"],
)
async def test_no_cell_binds_the_name_of_the_frame_it_reads(harness, question):
    frame = pd.DataFrame({"g": list("abcabc") * 8, "x": [(n * 7) % 11 for n in range(48)], "y": range(48)})
    bound = set()
    for stem in ("dates", "sizes", "t"):
        played = await harness.ask(question, harness.save(frame, f"{stem}.csv"))
        assert not [o for o in played.outputs if "] error" in o], played.outputs
        trees = [ast.parse(source) for source in played.cells]
        bound |= {
            n.id
            for t in trees
            for n in ast.walk(t)
            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        }
    assert {name for name in bound if len(name) > 1} - {"data"} <= TAKEN


names = st.text(st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=12)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(measure=names, second=names, group=names, values=st.lists(names, min_size=2, max_size=2, unique=True))
def test_code_of_every_kind_is_safe_for_any_name(measure, second, group, values):
    if len({measure, second, group}) < 3:
        return
    frame = pd.DataFrame({measure: [1.0, 2.0, 4.0, 9.0], second: [3, 1, 2, 5], group: [*values, *values]})
    table = Table(
        "/x/t.csv",
        "frame",
        4,
        (
            Column(measure, "number", 0, 4),
            Column(second, "integer", 0, 4),
            Column(group, "text", 0, 2, tuple(values)),
        ),
    )
    number, other, text = table.columns
    chosen = (Filter(text, "==", (values[0],)),)
    intents = [
        Intent("statistic", table, (number,), ("mean", "range"), (Key(text),)),
        Intent("statistic", table, (number,), ("mean",), (), chosen),
        Intent("count", table, by=(Key(text),)),
        Intent("extreme", table, (number,), ("mean",), (Key(text),)),
        Intent("extreme", table, (number,), ("row",)),
        Intent("share", table, part=chosen),
        Intent("missing", table, by=(Key(text),)),
        Intent("distinct", table, by=(Key(text),)),
        Intent("difference", table, (number,), by=(Key(text),)),
        Intent("difference", table, (number,), by=(Key(text),), part=(Filter(text, "in", tuple(values)),)),
        Intent("correlation", table, (number, other)),
        Intent("explains", table, (number,), by=(Key(text), Key(other))),
        Intent("trend", table, (number,), ("mean",), (Key(other),)),
        Intent("distribution", table, (number,), by=(Key(number), Key(text))),
    ]
    parts = []
    for intent in intents:
        kind = BY_NAME[intent.kind]
        parts.append(
            code.section(
                intent,
                kind.title(intent),
                kind.code(intent, code.rows_of(intent, careful=False)),
                careful=False,
            )
        )
    printed = io.StringIO()
    source = code.cell([table], parts)
    with redirect_stdout(printed), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # fonts that lack a glyph, figures that cannot be shown
        exec(compile(source, "<cell>", "exec"), {"frame": frame})
    found = sections(printed.getvalue())
    mean = finding(intents[1], found, Reading())
    assert mean is not None
    assert float(mean.values[0].value) == frame[frame[group] == values[0]][measure].mean()
    assert all(finding(i, found, Reading()) is not None for i in intents)


async def test_what_was_left_out_on_reading_is_said(harness, make_survey) -> None:
    path = harness.folder / "sales.csv"
    path.write_text("Made today\nregion,units\nN,1\nS,3\n")
    data = make_survey(str(path), pd.read_csv(path, skiprows=1), f"pd.read_csv({str(path)!r}, skiprows=1)")
    head, rest = data.split("\n", 1)
    notes = ["1 line above the header is skipped: 'Made today'", "sampled: a part"]
    data = json.dumps(json.loads(head) | {"notes": notes}) + "\n" + rest
    for question in (OPEN, "What is the mean of units?"):
        played = await harness.ask(question, data)
        assert "On reading sales: 1 line above the header is skipped: 'Made today'." in played.text
        assert "sampled" not in played.text


async def test_modules_that_reading_needs_are_imported(harness, make_survey) -> None:
    path = harness.folder / "json.json"
    path.write_text('{"items": [{"n": 1}, {"n": 3}]}')
    read = f"pd.json_normalize(json.loads(pathlib.Path({str(path)!r}).read_bytes())['items'])"
    played = await harness.ask(
        "What is the mean of n?", make_survey(str(path), pd.DataFrame({"n": [1, 3]}), read)
    )
    assert played.cells[0].startswith("import json\nimport pathlib\n\nimport pandas as pd\n")
    assert played.says(2)
