"""What a cell did to the data, judged: what a careful analyst would remark on, a line each. Pure, and the same each time.

The probe tells what it saw (`analyst_kernels/probe/ledger.py`); `ledger_code` reads the code for what cannot be seen. A
line is told once: the same remark on the same data in a later cell says nothing new.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..digest import Digest
from ..events import Event, Finding, ToolReturned
from .ledger_code import code_findings, statement, tree_of

MOST = 8
"""Lines that one cell is given; the rest is counted."""
_DROPPED = 0.1
"""The part of a table's rows from which on it is told that `dropna` took them."""
_CHECKS = re.compile(
    r"isna|isnull|notna|notnull|isfinite|dropna|duplicated|isin|nan\b|between|errors=|clip|abs\(|> ?0\b|>= ?0\b|!= ?''"
)
"""A filter that checks something is expected to keep everything."""
_SEARCHES = re.compile(
    r"outl(ier|ying)|anomal|invalid|\bbad|error|dup|problem|missing|suspic|unmatched|isna|isnull|std\(|q[13]\b|iqr",
    re.I,
)
"""A filter that looks for what should not be there may well find nothing."""
_AVERAGES = re.compile(r"\b(mean|median|std|var|sem|quantile|corr|skew|describe|kurt)\b")
_GAPS = re.compile(
    r"\b(shift|diff|pct_change|rolling|expanding|reindex|where|mask|nan|NaN|NA|NaT|None|ewm|resample|unstack|pivot\w*|asfreq)\b"
)
"""Words of code that makes gaps on purpose."""
_MAKERS = re.compile(r"coerce|\.map\(")
_RETYPED = re.compile(
    r"astype|\bstr\b|\.map\(|apply|cut\(|format|replace|strftime|to_period|join\(|object|select\("
)


@dataclass(frozen=True, slots=True)
class Past:
    """A cell that ran before."""

    code: str
    observed: Sequence[Mapping[str, Any]] = ()
    names: Sequence[str] = ()
    """New and changed variables."""
    ledger: Sequence[Finding] = ()


@dataclass
class _Known:
    """Frames as they are known at the beginning of a cell."""

    frames: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    theirs: set[str] = field(default_factory=set)
    """Names that were there before the first cell: the user's."""
    made: set[str] = field(default_factory=set)
    """Names that cells of the run made."""

    @classmethod
    def of(cls, past: Iterable[Past]) -> _Known:
        known = cls()
        for cell in past:
            for fact in _tables(cell.observed):
                name = str(fact["name"])
                if "before" in fact and name not in known.made:
                    known.theirs.add(name)
                known.frames[name] = fact
            known.made |= set(cell.names) - known.theirs
        return known


def ledger(events: Iterable[Event], code: str, returned: ToolReturned) -> tuple[Finding, ...]:
    """The findings of a cell, on a log that ends before it returned."""
    past = [
        Past(call.code, each.observed, [v.name for v in each.variables or ()], each.ledger)
        for call, each in Digest.of(events).cells
    ]
    return judge(code, returned.observed, past)


def judge(code: str, observed: Sequence[Mapping[str, Any]], past: Sequence[Past] = ()) -> tuple[Finding, ...]:
    """What is to be said of a cell: its code, what the probe saw, and the cells before it."""
    tree = tree_of(code)
    known = _Known.of(past)
    found = [
        *_operations(observed, tree),
        *_frames(observed, code, tree, known),
        *code_findings(
            tree,
            [tree_of(cell.code) for cell in past],
            {**known.frames, **{str(f["name"]): f for f in _tables(observed)}},
        ),
    ]
    told = {finding.text for cell in past for finding in cell.ledger}
    new = [f for f in dict.fromkeys(found) if f.text not in told]
    rest = (
        [Finding("more", f"{len(new) - MOST} more remarks of this kind are left out.")]
        if len(new) > MOST
        else []
    )
    return tuple(new[:MOST] + rest)


def _tables(observed: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    return (fact for fact in observed if fact.get("what") in ("frame", "series"))


# ── operations ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _operations(observed: Iterable[Mapping[str, Any]], tree: ast.Module) -> Iterator[Finding]:
    for fact in observed:
        line = int(fact.get("line", 0))
        said = statement(tree, line)
        match fact.get("what"):
            case "join":
                yield from (Finding("join", f"line {line}: {text}") for text in _join(fact))
            case "filter":
                yield from (Finding("filter", f"line {line}: {text}") for text in _filter(fact, said))
            case "dropna" if fact["rows"] - fact["kept"] >= max(1, _DROPPED * fact["rows"]):
                yield Finding(
                    "dropped", f"line {line}: dropna keeps {fact['kept']:,} of {fact['rows']:,} rows."
                )
            case "concat" if fact["doubled"] > 0:
                told = _about(fact["doubled"]) if fact.get("estimated") else _counted(fact["doubled"])
                yield Finding("duplicates", f"line {line}: after concat {told} repeat another one.")
            case "groups" if fact["small"] and fact["least"] < fact["most"] and _AVERAGES.search(said):
                by = ", ".join(fact["keys"])
                told = f"{fact['small']:,} of {fact['groups']:,} groups by {by} have fewer than 5 rows (the smallest {fact['least']})"
                yield Finding("groups", f"line {line}: {told}: what is computed of them is worth little.")
            case _:
                pass


def _counted(rows: int) -> str:
    return "1 row" if rows == 1 else f"{rows:,} rows"


def _about(rows: int) -> str:
    return f"about {round(rows, 2 - len(str(rows))):,} rows (estimated from a sample)"


def _join(fact: Mapping[str, Any]) -> Iterator[str]:
    left, right, rows = fact["left"], fact["right"], fact["rows"]
    join = f"the {fact['how']} join on {', '.join(fact['keys'])}"
    if fact["how"] == "cross":
        return
    if rows == 0 and left["rows"] and right["rows"]:
        yield f"{join} finds no match at all: no row is left."
        return
    # a table of keys on the left, each with several rows on the right: it is the right one that is looked up for
    looked_up = fact["how"] in ("inner", "right") and left["most"] > 1 >= right["most"]
    side, main = ("right", right) if looked_up else ("left", left)
    if not looked_up and left["most"] > 1 and rows > left["rows"]:
        both = " and not in the left one either" if right["most"] > 1 else ""
        yield (
            f"{join} multiplies rows: {left['rows']:,} become {rows:,}. The key is not unique in the right table{both} "
            f"(up to {left['most']:,} rows for one key)."
        )
    if main["lost"]:
        yield f"{join} loses {main['lost']:,} of {main['rows']:,} rows of the {side} table: their key has no match."
    if fact["how"] in ("left", "outer") and right["empty"]:
        floats = f"; {', '.join(fact['floats'])} became float" if fact["floats"] else ""
        yield f"{join} finds no match for {right['empty']:,} of {rows:,} rows: the right table's columns are empty there{floats}."
    elif fact["floats"]:
        yield f"{join} leaves gaps: {', '.join(fact['floats'])} became float."


def _filter(fact: Mapping[str, Any], said: str) -> Iterator[str]:
    runs = "" if fact["times"] == 1 else f", {fact['times']:,} times out of {fact['times']:,}"
    if fact["rows"] > 1 and fact["none"] == fact["times"] and not _SEARCHES.search(said):
        yield f"the filter keeps none of {fact['rows']:,} rows{runs}."
    elif fact["rows"] > 1 and fact["all"] == fact["times"] and not _CHECKS.search(said):
        yield f"the filter keeps all of {fact['rows']:,} rows{runs}."


# ── frames ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _frames(
    observed: Sequence[Mapping[str, Any]], code: str, tree: ast.Module, known: _Known
) -> Iterator[Finding]:
    there = {**known.frames, **{str(f["name"]): f["before"] for f in _tables(observed) if "before" in f}}
    for fact in _tables(observed):
        name = str(fact["name"])
        before = fact.get("before")
        if before and name not in known.made and fact["hash"] != before.get("hash"):
            yield Finding("changed", _changed(name, before, fact))
        sources = [before] if before else [there[n] for n in _sources(tree, name) if n in there]
        for source in sources:
            yield from _worse(name, source, fact, _making(tree, name) or code)


def _changed(name: str, before: Mapping[str, Any], fact: Mapping[str, Any]) -> str:
    old, new = _columns(before), _columns(fact)
    told = []
    if added := [c for c in new if c not in old]:
        told.append(f"new: {', '.join(added[:4])}")
    if gone := [c for c in old if c not in new]:
        told.append(f"gone: {', '.join(gone[:4])}")
    if before["rows"] != fact["rows"]:
        told.append(f"{before['rows']:,} rows became {fact['rows']:,}")
    if not told:
        told.append("values")
    how = "was changed in place" if fact.get("in_place") else "is another table now"
    return f"{name}, which was there before, {how} ({'; '.join(told)}). Work on a copy unless that was asked for."


def _columns(fact: Mapping[str, Any]) -> dict[str, tuple[str, int | None]]:
    return {str(name): (str(kind), missing) for name, kind, missing in fact["columns"]}


def _worse(name: str, source: Mapping[str, Any], fact: Mapping[str, Any], code: str) -> Iterator[Finding]:
    """Values that are missing now, and columns that lost their type; only where the rows are the same ones."""
    if source["rows"] != fact["rows"]:
        return
    old, new = _columns(source), _columns(fact)
    for column, (kind, missing) in new.items():
        was, had = old.get(column, ("", 0))
        told = f"{name}.{column}" if fact["what"] == "frame" else name
        fresh = column not in old
        gaps = (missing or 0) - (had or 0) if had is not None else 0
        if gaps > 0 and not _GAPS.search(code) and (not fresh or _MAKERS.search(code)):
            turned = f"; {was} became {kind}" if was and was != kind else ""
            origin = f"{had:,} before" if not fresh else "of a new column"
            yield Finding(
                "nulls", f"{told}: {missing:,} of {fact['rows']:,} values are missing ({origin}){turned}."
            )
        elif was and _lost(was, kind) and not _RETYPED.search(code):
            yield Finding(
                "types", f"{told}: {was} became {kind}; sums, order and comparisons work otherwise now."
            )


def _lost(was: str, now: str) -> bool:
    ordered = was.startswith(("int", "uint", "float", "bool", "datetime", "timedelta", "Int", "Float"))
    return ordered and now in ("object", "str", "string")


def _assignments(tree: ast.Module, name: str) -> Iterator[ast.stmt]:
    """Statements that bind a name, or put something into it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(n, ast.Name) and n.id == name for target in targets for n in ast.walk(target)):
                yield node


def _sources(tree: ast.Module, name: str) -> list[str]:
    """Names that the value of a name is made from, in this cell, also through names in between."""
    found, todo = dict[str, None](), [name]
    while todo:
        for made in _assignments(tree, todo.pop()):
            names = {n.id for n in ast.walk(made) if isinstance(n, ast.Name)} - {name, *found}
            todo += names
            found |= dict.fromkeys(sorted(names))
    return list(found)


def _making(tree: ast.Module, name: str) -> str:
    return "\n".join(ast.unparse(made) for made in _assignments(tree, name))
