"""New columns of named groups: `"Child" (0-12)`, `young: below 30`, `60 and above is "old"`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..code import quote
from ..survey import Column
from .derive import new_names
from .phrases import FRAME, Phrases, cell, phrases
from .task import Task
from .work import Step

_N = r"[$€£]?(-?\d+(?:,\d{3})*(?:\.\d+)?)"
_UNIT = r"(?: ?(?:years?(?: old| «\d+»)?(?: of age)?|%|k?m|cm|kg))?"
_OPEN = "inf"
_RANGES: tuple[tuple[str, int, int, bool, bool], ...] = (
    (rf"{_N}{_UNIT} ?(?:-|to|and) ?{_N}{_UNIT}", 1, 2, True, True),
    (rf"{_N}{_UNIT} ?(?:\+|(?:and|or) (?:above|older|over|more|greater|higher|up))", 1, 0, True, False),
    (rf"{_N}{_UNIT} (?:and|or) (?:below|younger|under|less|lower)", 0, 1, False, True),
    (rf"(?:at least|>=|≥) ?{_N}", 1, 0, True, False),
    (rf"(?:at most|<=|≤|up to) ?{_N}", 0, 1, False, True),
    (rf"(?:above|over|older than|greater than|more than|higher than|>) ?{_N}", 1, 0, False, False),
    (rf"(?:below|under|younger than|less than|lower than|<) ?{_N}", 0, 1, False, False),
)
"""Pattern, group of the lower and of the upper bound (0: none), and whether each belongs to the group."""
_LABEL = r"[\"'“‘]([^\"'”’\n]{1,40})[\"'”’]|\b([A-Z][A-Za-z-]+(?: [A-Z][a-z]+)?)"


@dataclass(frozen=True, slots=True)
class Group:
    """A named range; None: without a bound on this side."""

    label: str
    low: float | None
    high: float | None
    with_low: bool
    with_high: bool

    def test(self, values: str, following: float | None) -> str:
        """True for the values of this group. Whole bounds that leave a gap to the next group reach up to it."""
        gap = (
            self.with_high and self.high is not None and following is not None and following - self.high == 1
        )
        parts = []
        if self.low is not None:
            parts.append(f"({values} {'>=' if self.with_low else '>'} {self.low:g})")
        if self.high is not None:
            sign, bound = ("<", following) if gap else ("<=" if self.with_high else "<", self.high)
            parts.append(f"({values} {sign} {bound:g})")
        return " & ".join(parts)


def binned(task: Task) -> Sequence[Step]:
    """The step that sorts the values of a column into at least two named ranges."""
    said = phrases(task.text, task.table)
    found = list(dict.fromkeys(groups(said.text)))
    column = _source(said, task)
    if len({g.label for g in found}) < 2 or column is None:
        return []
    names = new_names(task)
    name = names[0] if names else f"{column.label} group"
    values = cell(column)
    bounds = sorted(g.low for g in found if g.low is not None)
    lines = [f"{FRAME}[{quote(name)}] = None"]
    for group in found:
        following = next((b for b in bounds if group.high is not None and b > group.high), None)
        lines.append(f"{FRAME}.loc[{group.test(values, following)}, {quote(name)}] = {quote(group.label)}")
    labels = tuple(dict.fromkeys(g.label for g in found))
    made = Column(name, "text", distinct=len(labels), values=labels)
    does = frozenset({"making new columns"})
    return [Step(f"{name}: {', '.join(labels)} by {column.label}", tuple(lines), makes=(made,), does=does)]


def groups(text: str) -> Iterator[Group]:
    """Labels with a range beside them: the range in brackets or after a colon, or the label after "as"."""
    for pattern, low, high, with_low, with_high in _RANGES:
        joined = rf"(?:{_LABEL}) ?(?:\(|: ?|= ?|for (?:ages? |values )?|if )(?:«\d+» ?)?(?:ages? |is |between )?{pattern}"
        turned = rf"(?:«\d+» )?(?:is |between )?{pattern}\)? (?:as|is|are|=|labell?ed)(?: as)? (?:{_LABEL})"
        for form, first, shift in ((joined, 1, 2), (turned, 0, 0)):
            for match in re.finditer(form, text):
                label = (
                    (match[1] or match[2])
                    if first
                    else (match[match.re.groups - 1] or match[match.re.groups])
                )
                bound = [float(match[n + shift].replace(",", "")) if n else None for n in (low, high)]
                yield Group(label.strip(), bound[0], bound[1], with_low, with_high)


def _source(said: Phrases, task: Task) -> Column | None:
    """The numeric column that is sorted into groups: named, or meant by the new column's name or a unit ("years old")."""
    spoken = [c for c in task.columns if c.numeric]
    near = [
        c
        for name in new_names(task)
        for c in task.table.columns
        if c.numeric and name.lower().startswith(c.name.lower())
    ]
    aged = (
        [c for c in task.table.columns if c.name.lower() == "age"]
        if re.search(r"years? old", said.text)
        else []
    )
    by = re.search(r"(?:based on|by|of|using|according to)(?: the)?(?: \w+)? «(\d+)»", said.text)
    named = said.column(by[1]) if by else None
    return next(iter([*near, *aged, *([named] if named and named.numeric else []), *spoken]), None)
