"""Conditions on rows: comparisons with numbers, years, known or missing values, and values of categories."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from . import moments, units
from .intents import Filter, Operator
from .matching import Masked
from .survey import Column, Table
from .vocabulary import tokens

_K = r"«(\d+)»"
_NUMBER = r"(-?\d[\d,]*(?:\.\d+)?)"
_MEASURE = rf"{_NUMBER}(?: ?({units.UNIT})\b)?"
"""A number and, if it is said, its unit."""
_YEAR = r"((?:1[5-9]|20)\d\d)"
_OPERATORS: dict[Operator, str] = {
    ">=": r"at least|no less than|not less than|no fewer than|>=|≥|a minimum of",
    "<=": r"at most|no more than|not more than|up to|<=|≤|a maximum of",
    ">": r"(?:more|greater|larger|higher|bigger|longer|older|heavier|taller|wider|deeper|faster|warmer|hotter) than"
    r"|above|over|exceeding|exceeds?|exceeded|>",
    "<": r"(?:less|fewer|lower|smaller|shorter|younger|lighter|slower|cheaper|colder) than|below|under|<",
    "==": r"exactly|equal to|equals|==|=",
}
_ANY = "|".join(_OPERATORS.values())
_MODIFIERS = r"(?: (?:is|are|was|were|has|have|had|of|that|values?|a|with|by)){0,3} "


@dataclass(frozen=True, slots=True)
class Conditions:
    """The conditions of a clause, in the order in which they are said."""

    placed: tuple[tuple[int, Filter], ...]
    """Each with the place in the text where it begins."""
    spent: frozenset[int]
    """Numbers of the mentions that they use up."""
    rest: str
    """The text with comparisons blanked out; of the same length."""

    @property
    def filters(self) -> tuple[Filter, ...]:
        """The conditions, each once."""
        return tuple(dict.fromkeys(f for _, f in self.placed))


def unread_comparisons(rest: str) -> list[str]:
    """Comparisons with a number that found no column."""
    return [m[0].strip() for m in re.finditer(rf"(?<!\w)(?:{_ANY}) ?{_NUMBER}", rest)]


class _Reader:
    """Takes one pattern after the other out of the text."""

    def __init__(self, masked: Masked, table: Table) -> None:
        self.masked, self.table, self.rest = masked, table, masked.text
        self.found: list[tuple[int, Filter]] = []
        self.spent: set[int] = set()

    def take(
        self, pattern: str, make: Callable[[re.Match[str]], Filter | None], *, blank: bool = True
    ) -> None:
        """Make a condition of every match; what makes one is blanked out."""
        for match in list(re.finditer(pattern, self.rest)):
            made = make(match)
            if made is None:
                continue
            self.found.append((match.start(), made))
            self.spent |= {int(n) for n in re.findall(_K, match[0])}
            if blank:
                gap = " " * (match.end() - match.start())
                self.rest = self.rest[: match.start()] + gap + self.rest[match.end() :]

    def column(self, marker: str) -> Column | None:
        """The column that a marker names; None when it stands for a value."""
        mention = self.masked.mentions[int(marker)]
        return mention.column if mention.value is None else None


def conditions(
    masked: Masked, table: Table, comparatives: Mapping[str, tuple[Column | None, Operator]]
) -> Conditions:
    """Find them all. `comparatives`: words like "heavier" in the text, with the column and operator they mean."""
    reader = _Reader(masked, table)
    _comparisons(reader, comparatives)
    _moments(reader)
    _years(reader)
    _known(reader)
    _values(reader)
    _binary(reader)
    return Conditions(tuple(sorted(reader.found, key=lambda p: p[0])), frozenset(reader.spent), reader.rest)


def _plain(number: str) -> str:
    return number.replace(",", "")


def _comparisons(reader: _Reader, comparatives: Mapping[str, tuple[Column | None, Operator]]) -> None:
    def on(column: Column | None, operator: Operator, *said: tuple[str, str | None]) -> Filter | None:
        if column is None or column.type not in ("number", "integer", "text"):
            return None
        numbers = tuple(units.in_units_of(column, _plain(number), unit) for number, unit in said)
        known = tuple(n for n in numbers if n is not None)
        return Filter(column, operator, known) if known == numbers else None

    def beside(column: int, number: int, operator: Operator) -> Callable[[re.Match[str]], Filter | None]:
        return lambda m: on(reader.column(m[column]), operator, (m[number], m[number + 1]))

    reader.take(
        rf"{_K}{_MODIFIERS}?(?:between|from) {_MEASURE} (?:and|to) {_MEASURE}",
        lambda m: on(reader.column(m[1]), "between", (m[2], m[3] or m[5]), (m[4], m[5] or m[3])),
    )
    for operator, words in _OPERATORS.items():
        reader.take(rf"{_K}(?:{_MODIFIERS}| )?(?:{words}) ?{_MEASURE}\b", beside(1, 2, operator))
        # a unit that is not known may be anything where no other word stands before it
        unknown = r"(?: [a-z%°²³/]+)?"
        reader.take(
            rf"(?<![\w»] )(?<!\w)(?:{words}) {_MEASURE}{unknown}(?: of| in)? {_K}", beside(3, 1, operator)
        )
        reader.take(
            rf"(?<!\w)(?:{words}) {_MEASURE}(?: [a-z%°²³/]{{1,3}})?(?: of| in)? {_K}", beside(3, 1, operator)
        )
    reader.take(rf"{_K} or more than {_MEASURE}", beside(1, 2, ">"))
    reader.take(rf"{_K} (?:is|of) {_MEASURE}\b(?! (?:or|%))", beside(1, 2, "=="))
    for word, (implied, operator) in comparatives.items():
        if implied is not None:
            reader.take(
                rf"\b{word} than {_MEASURE}(?: [a-z]{{1,3}}\b)?",
                lambda m, c=implied, o=operator: on(c, o, (m[1], m[2])),  # type: ignore[misc]
            )


def _moments(reader: _Reader) -> None:
    """Months and days of the week, in the first column of dates; months also in a column of their numbers."""
    column, dates = moments.column(reader.table), next(iter(reader.table.dates()), None)
    if column is not None:

        def within(names: tuple[str, ...]) -> Filter | None:
            assert column is not None
            if column == dates:
                return Filter(column, "month", names) if names else None
            return Filter(column, "in", moments.numbers(names)) if names else None

        def year(said: str | None) -> Filter | None:
            return Filter(dates, "year", (said,)) if said and dates else None

        reader.take(moments.SPAN, lambda m: year(m[3]) if moments.span(*m.groups()) else None, blank=False)
        reader.take(moments.SPAN, lambda m: within(moments.span(*m.groups())))
        reader.take(moments.LISTED, lambda m: year(m[2]), blank=False)
        reader.take(moments.LISTED, lambda m: within(moments.months(m[1])))
    if dates is not None:
        reader.take(moments.DAYS, lambda m: Filter(dates, "weekday", moments.days(m[1])))


def _years(reader: _Reader) -> None:
    """Years as numbers: against a column of years, else against the first column of dates."""
    years = next((c for c in reader.table.columns if c.numeric and "year" in tokens(c.name)), None)
    dates = next(iter(reader.table.dates()), None)
    column = years or dates
    if column is None:
        return

    def on(operator: Operator, *values: str) -> Filter:
        assert column is not None
        if years is None and operator == "==":
            return Filter(column, "year", values)
        return Filter(column, operator, values)

    own = rf"(?:{_K} )?"
    reader.take(
        rf"\b(?:in|during|for|from|between) (?:the years )?{own}{_YEAR} ?[-–] ?{_YEAR}\b",
        lambda m: on("between", m[2], m[3]),
    )
    reader.take(
        rf"\b(?:between|from) {own}{_YEAR} (?:and|to|until) {_YEAR}\b", lambda m: on("between", m[2], m[3])
    )
    reader.take(
        rf"(?:\b(?:in|for|during|of|from) (?:the )?)?{own}{_YEAR} (?:and|or) (?:beyond|later|after|onwards?)\b",
        lambda m: on(">=", m[2]),
    )
    reader.take(rf"\bbeyond {own}{_YEAR}\b", lambda m: on(">", m[2]))
    reader.take(rf"\bsince {own}{_YEAR}\b", lambda m: on(">=", m[2]))
    reader.take(rf"\bafter {own}{_YEAR}\b", lambda m: on(">", m[2]))
    reader.take(rf"\bbefore {own}{_YEAR}\b", lambda m: on("<", m[2]))
    reader.take(
        rf"\b(?:in|for|during|of|from|only) (?:the )?(?:year )?{own}{_YEAR}\b(?! rows)",
        lambda m: on("==", m[2]),
    )


def _known(reader: _Reader) -> None:
    def with_operator(operator: Operator) -> Callable[[re.Match[str]], Filter | None]:
        def make(match: re.Match[str]) -> Filter | None:
            column = reader.column(match[1])
            return Filter(column, operator) if column else None

        return make

    left_out = r"(?: (?:is |are |being )?(?:left out|excluded|dropped|removed|ignored))"
    reader.take(rf"\b(?:unknown|missing) {_K}{left_out}", with_operator("known"))
    reader.take(rf"\b(?:without|excluding|ignoring) (?:unknown|missing) {_K}", with_operator("known"))
    reader.take(rf"\b(?:known|non-missing|recorded|available) {_K}", with_operator("known"))
    reader.take(rf"{_K} (?:is|are|was) (?:known|not missing|recorded|available)\b", with_operator("known"))
    reader.take(rf"\b(?:with|of|have|has) (?:an )?unknown {_K}", with_operator("missing"))
    reader.take(
        rf"\b(?:carry|carries|(?:have|has|with|carry|carries) (?:an?|any|some)) {_K}(?=[ ,.?!]*$|,| and | or | by | per )",
        with_operator("known"),
    )
    reader.take(rf"{_K} (?:is|are|was) (?:unknown|missing)\b", with_operator("missing"))


def _values(reader: _Reader) -> None:
    """Named values: one of a column must be met, several of one column are alternatives."""
    chosen: dict[tuple[Column, bool], list[tuple[int, str]]] = {}
    for n, mention in enumerate(reader.masked.mentions):
        if mention.value is None:
            continue
        place = reader.masked.text.index(f"«{n}»")
        negation = re.search(
            r"\b(?:not|except|excluding|without|other than|but not|apart from)(?: (?:for|in|from|on|the|at))* $",
            reader.masked.text[:place],
        )
        chosen.setdefault((mention.column, bool(negation)), []).append((place, mention.value))
        reader.spent.add(n)
        _own_column(reader, n, mention.column)
    for (column, negated), said in chosen.items():
        values = tuple(dict.fromkeys(v for _, v in said))
        if negated:
            reader.found += [(said[0][0], Filter(column, "!=", (v,))) for v in values]
        else:
            reader.found.append((said[0][0], Filter(column, "in" if len(values) > 1 else "==", values)))


def _own_column(reader: _Reader, number: int, column: Column) -> None:
    """The column's own name right beside its value belongs to the condition: "island Dream", "sex = male"."""
    for pattern in (
        rf"{_K} (?:is |= |== |equals |equal to |of |was )?(?:the )?«{number}»",
        rf"«{number}» {_K}(?! (?:of|for|in|by))",
    ):
        match = re.search(pattern, reader.masked.text)
        if match and reader.column(match[1]) == column:
            reader.spent.add(int(match[1]))


def _binary(reader: _Reader) -> None:
    """Yes-or-no columns said as what rows are or did: "who survived", "did not churn", "how many passengers survived"."""
    for n, yes_and_no in _free_binaries(reader):
        before = reader.rest[: reader.rest.index(f"«{n}»")]
        said = re.search(
            r"\b(?:who|that|which|with|are|were|is|was|have|had|has|did|not|without|how many(?: \w+)?|of(?: \w+)?"
            r"|percentage of(?: the)? \w+|share of(?: the)? \w+)(?: (?:been|not|a|any))* $",
            before,
        )
        if not said or re.search(
            r"\b(?:by|per|each|mean|average|between|than|does|sum|total)(?: of)?(?: the)? $", before
        ):
            continue
        yes = not re.search(r"\b(?:not|without|never|no|n't)\b", said[0])
        value = yes_and_no[0 if yes else 1]
        reader.found.append((len(before), Filter(reader.masked.mentions[n].column, "==", (value,))))
        reader.spent.add(n)


def _free_binaries(reader: _Reader) -> Iterator[tuple[int, tuple[str, str]]]:
    """Mentions of columns that say yes or no, each with the column's two values."""
    for n, mention in enumerate(reader.masked.mentions):
        free = mention.value is None and n not in reader.spent and f"«{n}»" in reader.rest
        if free and (yes_and_no := mention.column.yes_and_no):
            yield n, yes_and_no
