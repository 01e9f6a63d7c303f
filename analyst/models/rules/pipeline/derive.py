"""New columns that a question defines: by a formula, or by words such as sum, difference, ratio and product."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from ..code import dates, quote
from ..survey import Column
from .formula import Formula
from .parts import parts
from .phrases import FRAME, MARK, Phrases, cell, phrases
from .task import Task
from .work import Step

_QUOTED = r"[\"'“‘`]([^\"'”’`\n]{1,60})[\"'”’`]"
_KIND = r"(?:feature|column|variable|field|attribute|metric)"
_MAKE = r"(?:creat\w+|generat\w+|add(?:ing)?|deriv\w+|comput\w+|calculat\w+|construct\w*|engineer\w*|defin\w+|introduc\w+)"
_NAMES: tuple[tuple[re.Pattern[str], bool], ...] = (
    (
        re.compile(
            rf"\b(?:new|derived|additional|binary|calculated) (?:\w+ ){{0,2}}?{_KIND}s?,? "
            rf"(?:(?:called|named|titled|as) )?(?:the )?{_QUOTED}",
            re.I,
        ),
        True,
    ),
    (re.compile(rf"\b(?:called|named|titled) {_QUOTED}", re.I), False),
    (
        re.compile(
            rf"\b(?:new|derived|additional|binary) (?:\w+ )?{_KIND},? (?:called|named|titled),? (\w+)", re.I
        ),
        True,
    ),
    (re.compile(rf"\b{_MAKE} (?:an? |the )?(?:new )?{_QUOTED} {_KIND}", re.I), True),
    (re.compile(rf"\b{_MAKE} {_QUOTED} (?:by|as|from|using)\b", re.I), False),
    (re.compile(r"(?:^|[.,;:] |\n)(?:[A-Z][a-z]+ )?([A-Za-z]\w*) = (?=.*[-+*/])", re.M), False),
)
"""Each with whether it says by itself that the column is new, even when one of its name is there."""
_UNNAMED = re.compile(rf"\b(new {_KIND})\b", re.I)
_ASIDE = re.compile(r"\((?:[^()«»\d+*/=]*|(?:in|for|i\.e\.) [^()«»]*)\)")
_OPERATIONS = (
    (r"(?:,? and )?(?:then )?divid(?:ed|ing) (?:it )?by(?= «| \()", "/"),
    (r"multipl(?:ied|y|ying) (?:it )?(?:by|with)(?= «| \()|\btimes\b|×", "*"),
    (r"\bplus\b|\badded to\b", "+"),
    (r"\bminus\b", "-"),
    (r"÷", "/"),
)
_ATOM = r"(?:«\d+»|\d+(?:\.\d+)?)"
_FORMULA = re.compile(rf"\(*\s?{_ATOM}(?:(?:\)* ?[-+*/]|\)*\*\*) ?\(* ?{_ATOM})+\s?\)*")
_LIST = rf"({_ATOM}(?:(?: ?, ?| and | ?, and | & | with ){_ATOM})+)"
_NEAR = r"(?:[^.;«»\n]{0,70}? )?"


def derived(task: Task) -> Sequence[Step]:
    """The steps that make new columns."""
    names = new_names(task)
    stand_ins = {f"newcolumn{n}": name for n, name in enumerate(names)}
    new = tuple(Column(n, "number", distinct=task.table.rows) for n in stand_ins)
    said = phrases(_with_stand_ins(task.text, stand_ins), task.with_columns(*new).table)
    found = formulas(said, frozenset(new), next(iter(task.table.dates()), None))
    nearest = [(stand_ins[c.name], _nearest(said, c, found, alone=len(new) == 1)) for c in new]
    steps = [_step(name, formula) for name, formula in nearest if formula]
    if not steps and (formula := _implied(found)) is not None:
        steps = [_step(names[0] if names else _called(said, formula), formula)]
    return steps


def _with_stand_ins(text: str, stand_ins: Mapping[str, str]) -> str:
    """The text with other words for the new names, whose parts may look like columns: "comment_length"."""
    for stand_in, name in stand_ins.items():
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", stand_in, text, flags=re.I if " " in name else 0)
    return text


def new_names(task: Task) -> list[str]:
    """The names that a question gives to new columns; `new feature` where one has none."""
    there = {c.name for c in task.table.columns if c not in task.made}
    found: list[tuple[int, str]] = []
    for pattern, marks_new in _NAMES:
        for match in pattern.finditer(task.text):
            name = match[1].strip()
            if (marks_new or name not in there) and not re.search(r"\.\w{2,5}$", name):
                found.append((match.start(1), name))
    names = list(dict.fromkeys(n for _, n in sorted(found)))
    if not names and (unnamed := _UNNAMED.search(task.text)):
        return [unnamed[1].lower()]
    return names


def _step(name: str, formula: Formula) -> Step:
    column = Column(name, formula.type, distinct=0)
    line = f"{FRAME}[{quote(name)}] = {formula.expression}"
    return Step(
        f"{name} = {formula.said}",
        (*formula.prepare, line),
        makes=(column,),
        does=frozenset({"making new columns", *formula.does}),
    )


def _nearest(said: Phrases, column: Column, found: list[Formula], *, alone: bool) -> Formula | None:
    """The formula that belongs to a new column: the weightiest; of several columns the next one after its name."""
    usable = [f for f in found if column not in f.uses]
    if not usable:
        return None
    if alone:
        return max(usable, key=lambda f: (f.weight, -f.place))
    marks = [n for n, m in enumerate(said.masked.mentions) if m.column == column and m.value is None]
    places = [said.text.find(f"«{n}»") for n in marks] or [0]
    return min(usable, key=lambda f: min(abs(f.place - p) + 40 * (f.place < p) for p in places))


def _implied(found: list[Formula]) -> Formula | None:
    """Without a new column being spoken of, only a formula, or "by subtracting …", defines one."""
    stated = [f for f in found if f.weight >= 2]
    return max(stated, key=lambda f: (f.weight, -f.place), default=None)


def _called(said: Phrases, formula: Formula) -> str:
    """What the sentence says that it computes: "the duration … by subtracting"; else the formula itself."""
    sentence = re.split(r"[.;\n]", said.text[: formula.place])[-1]
    match = re.search(
        rf"\b{_MAKE} (?:the |an? )?(?:\w+ )?(\w{{4,}}) (?:of|in|between|for|by)\b", sentence, re.I
    )
    return match[1] if match else formula.said[:60]


# ── formulas ────────────────────────────────────────────────────────────────────────────────────────────────────────


def formulas(said: Phrases, new: frozenset[Column], times: Column | None = None) -> list[Formula]:
    """Every formula in the text."""
    text = _ASIDE.sub(lambda m: " " * len(m[0]), said.text)
    text = re.sub(r" {2,}", lambda m: " " + "\0" * (len(m[0]) - 1), text).replace("\0", "")
    for pattern, sign in _OPERATIONS:
        text = re.sub(pattern, sign, text, flags=re.I)
    plain = Phrases(text, said.masked)
    found = [*_arithmetic(plain, new), *_worded(plain, new), *parts(plain, new, times)]
    return sorted(found, key=lambda f: f.place)


def _arithmetic(said: Phrases, new: frozenset[Column]) -> Iterator[Formula]:
    for match in _FORMULA.finditer(said.text):
        piece = _balanced(match[0].strip())
        columns = [said.column(m) for m in re.findall(MARK, piece)]
        known = [c for c in columns if c is not None]
        spaced = " " in piece or "(" in piece
        stated = re.search(r"(?:=|\bas|\bis) ?\(*$", said.text[: match.start()]) is not None
        if len(known) != len(columns) or set(known) & new or not spaced:
            continue
        if len(set(known)) < 2 and not (known and stated):
            continue
        expression = re.sub(MARK, lambda m: cell(_sure(said, m[1])), piece)
        if _parses(expression):
            shown = re.sub(MARK, lambda m: _sure(said, m[1]).label, piece)
            yield Formula(match.start(), expression, shown, tuple(dict.fromkeys(known)), weight=3)


def _sure(said: Phrases, marker: str) -> Column:
    return said.masked.mentions[int(marker)].column


def _balanced(piece: str) -> str:
    """Without brackets at the ends that have no partner."""
    while piece.count("(") > piece.count(")") and piece.startswith("("):
        piece = piece[1:]
    while piece.count(")") > piece.count("(") and piece.endswith(")"):
        piece = piece[:-1]
    return piece.strip()


def _parses(expression: str) -> bool:
    try:
        ast.parse(expression, mode="eval")
    except SyntaxError:
        return False
    return True


_TWO = rf"{MARK} ?,?(?: and| with| from| by| to| over|,)? ?{_NEAR}{MARK}"
_WORDED: tuple[tuple[str, Callable[[list[Column]], str], int], ...] = (
    (
        rf"\bsubtract(?:ing|ed|s)?\b {_NEAR}{MARK}(?: \w+)? from {_NEAR}{MARK}",
        lambda c: _minus(c[1], c[0]),
        2,
    ),
    (rf"\bdivid(?:ing|e) {_NEAR}{MARK} by {_NEAR}{MARK}", lambda c: _between(c, "/"), 2),
    (rf"\bmultiply(?:ing)? {_NEAR}{MARK} (?:by|and|with) {_NEAR}{MARK}", lambda c: _between(c, "*"), 2),
    (
        rf"\bratio (?:of|between) {_NEAR}{MARK} (?:to|and|over|by) {_NEAR}{MARK}",
        lambda c: _between(c, "/"),
        1,
    ),
    (rf"\bproduct of {_NEAR}{MARK} (?:and|with) {_NEAR}{MARK}", lambda c: _between(c, "*"), 1),
    (
        rf"\bdifference (?:between|of|in) {_NEAR}{MARK},? (?:and|from) {_NEAR}{MARK}",
        lambda c: _minus(c[0], c[1]),
        1,
    ),
)
_MANY = (
    (rf"\b(?:summing|adding)(?: up)?(?: together)? {_NEAR}{_LIST}", " + ", 2),
    (rf"\b(?:sum|total) of {_NEAR}{_LIST}|\b(?:add|combin\w+)(?: together)? {_NEAR}{_LIST}", " + ", 1),
)


def _minus(left: Column, right: Column) -> str:
    """The difference; of two dates in days."""
    if left.type == right.type == "date":
        return f"({dates(left, FRAME)} - {dates(right, FRAME)}).dt.days"
    return f"{cell(left)} - {cell(right)}"


def _between(columns: list[Column], sign: str) -> str:
    return f" {sign} ".join(cell(c) for c in columns)


def _worded(said: Phrases, new: frozenset[Column]) -> Iterator[Formula]:
    for pattern, make, weight in _WORDED:
        for match in re.finditer(pattern, said.text, re.I):
            columns = [c for m in match.groups() if (c := said.column(m)) is not None]
            if len(set(columns)) == len(match.groups()) and not set(columns) & new:
                shown = " and ".join(c.label for c in columns)
                verb = match[0].split()[0].lower()
                yield Formula(match.start(), make(columns), f"{verb} {shown}", tuple(columns), weight)
    for pattern, sign, weight in _MANY:
        for match in re.finditer(pattern, said.text, re.I):
            piece = next(g for g in match.groups() if g)
            found = [c for c in said.columns(piece) if c not in new]
            if len(found) > 1:
                shown = " + ".join(c.label for c in found)
                yield Formula(match.start(), _between(found, sign.strip()), shown, tuple(found), weight)
    centred = re.finditer(
        rf"subtract(?:ing)? {_NEAR}(mean|average|median)(?: value)? (?:of )?(?:the )?{MARK}|"
        rf"subtract(?:ing)? {_NEAR}(mean|median) {MARK}",
        said.text,
        re.I,
    )
    for match in centred:
        column = said.column(match[2] or match[4])
        middle = "median" if (match[1] or match[3]).lower() == "median" else "mean"
        if column is not None and column not in new:
            text = f"{cell(column)} - {cell(column)}.{middle}()"
            yield Formula(match.start(), text, f"{column.label} minus its {middle}", (column,), 2)


def logarithmic(task: Task) -> bool:
    """Whether a new column is defined as a logarithm, so that nothing else is to be transformed by it."""
    return any(
        " of " in s.comment and s.lines[-1].split(" = ")[-1].startswith("np.log") for s in derived(task)
    )
