"""Numbers in printed text, each with its labels: tables by alignment, records line by line, dicts, and `name: value`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from .items import LETTER, NUMBER, QUARTILES, TRIM, Item, item, tail

_MOMENT = re.compile(r"\d{4}-\d\d(?:-\d\d)?(?!\d)|\b\d\d?:\d\d(?::\d\d(?:\.\d+)?)?")
"""Dates and times are no numbers."""
_JOINS = re.compile(r"(?:and|of|or|to|from|between)\Z", re.I)
"""Before a number these name nothing."""
_WRAPPED = re.compile(r"\bnp\.\w+\(([^()]*)\)")
_KEYED = re.compile(rf"(?P<key>'[^']*'|\"[^\"]*\"|[-+]?\d[\d.]*): (?P<value>{NUMBER.pattern})")
_DICT = re.compile(r"\{|^\s*(?:'|\"|\d[\d.]*: )")
_NOUN = re.compile(r"[ ]([^\W\d][\w ]*?)(?=[,;:.()|\]=]|$|\d| - )")
_PIECE = re.compile(r"\S+")


def in_text(text: str) -> Iterator[Item]:
    """The numbers of a text, in order; those of one table or of lines of one pattern have row and column."""
    lines = _WRAPPED.sub(r"\1", text).splitlines()
    table, plain = 0, list[str]()
    for pattern, group in groupby(range(len(lines)), key=_patterns(lines).__getitem__):
        block = [lines[n] for n in group]
        if pattern < 0:
            plain = block
            yield from (found := list(_plain(plain, table)))
            table = max((i.table for i in found), default=table) + 1
        else:
            yield from _records(block, table)
            table += 1


def _patterns(lines: Sequence[str]) -> list[int]:
    """For each line the number of the run of lines that it is one of, all alike but for their numbers and a name; -1: of none."""
    found, run = [-1] * len(lines), 0
    for n in range(1, len(lines)):
        if _alike(lines[n - 1], lines[n]):
            run += found[n - 1] < 0
            found[n - 1] = found[n] = max(found[n - 1], run)
    return found


def _alike(one: str, other: str) -> bool:
    """Whether two lines are records of one pattern: `Grade A: 12 loans (3 %)`."""
    if not (":" in one or "=" in one):
        return False
    first, second = (_PIECE.findall(NUMBER.sub("0", line)) for line in (one, other))
    if len(first) != len(second):
        return False
    differ = [n for n, (a, b) in enumerate(zip(first, second, strict=True)) if a != b]
    numbers = [n for n, piece in enumerate(first) if "0" in piece]
    said = sum(bool(LETTER.search(piece)) for piece in first)
    return 1 <= len(differ) <= 2 and len(numbers) >= 2 and differ[-1] < numbers[-1] and said > len(differ)


def _records(lines: Sequence[str], table: int) -> Iterator[Item]:
    for line in lines:
        lead, colon, _ = line.partition(":")
        if not colon or not LETTER.search(lead) or "=" in lead:
            lead = line[: m.start()] if (m := NUMBER.search(line)) else line
        column = ""
        last = len(lead)
        for match in NUMBER.finditer(line, len(lead)):
            own = line[last : match.start()].strip(TRIM + ";")
            noun = _NOUN.match(line, match.end())
            named = own.rpartition(",")[2].rpartition(" (")[2].strip(TRIM)
            if LETTER.search(named) and not (noun and _JOINS.match(named)):
                column = named if not noun or line[match.start() - 2 : match.start() - 1] in ":=" else noun[1]
            elif noun:
                column = noun[1]
            last = noun.end() if noun else match.end()
            share = " share" if match[0].endswith("%") and "%" not in column else ""
            yield item(match, lead.strip(TRIM), column.strip() + share, table, line[:200])


def _plain(lines: Sequence[str], table: int) -> Iterator[Item]:
    header: list[tuple[int, str]] = []
    aligned, above = False, tuple[str, ...]()
    for whole in lines:
        line = _MOMENT.sub(lambda m: " " * len(m[0]), whole)
        found = list(NUMBER.finditer(line))
        quartile = line.split(maxsplit=1)[0] if len(found) > 1 else ""
        if quartile in QUARTILES:
            found = found[1:]
        if not found:
            header = _header(line) or (header if line.strip() and _rule(line) else [])
            table += 1
            continue
        named = line[: found[0].start()].endswith(": ")
        table += line.lstrip().startswith("{")  # a dict is a table of its own
        table += named and aligned  # and so are lines `name: value` under one
        aligned = not named
        keyed = list(_KEYED.finditer(line)) if _DICT.search(line) else []
        if keyed:
            yield from _keys(keyed, line, table)
            table += line.rstrip().endswith("}")
            continue
        lead = quartile if quartile in QUARTILES else whole[: found[0].start()].strip(TRIM)
        if not lead and found[0].start() == 0 and len(found) > 1 and _margin(found, bool(header)):
            lead, found = found[0][0].removesuffix(".0"), found[1:]  # a number at the margin names the row
        above = _levels(whole[: found[0].start()], above) if header else ()
        last = 0
        for match in found:
            before = line[last : match.start()].strip(TRIM)
            last = match.end()
            own = before if LETTER.search(before) else lead
            column = next((name for edge, name in header if abs(edge - match.end()) <= 1), "")
            row = tail(lead if column else "" if _JOINS.match(own) else own)
            parts = above if column and len(above) > 1 else ()
            yield item(match, " ".join(parts) or row, column, table, whole[:200], parts)
        table += line.rstrip().endswith("}")


def _margin(found: Sequence[re.Match[str]], headed: bool) -> bool:
    """Whether the first number of a line names it: with titles above, or well apart from the only other one."""
    apart = found[0].string[found[0].end() : found[1].start()]
    return headed or (
        len(found) == 2 and not apart.strip() and (found[0][0].endswith(".0") or len(apart) > 1)
    )


def _keys(found: Sequence[re.Match[str]], line: str, table: int) -> Iterator[Item]:
    """`{'a': 1, 'b': 2}`: keys name rows, and what stands before the dict names all of it."""
    name = line[: found[0].start()].partition("{")[0].strip(TRIM)
    for match in found:
        number = NUMBER.match(line, match.start("value"))
        key = match["key"].strip("'\"")
        if number:
            yield item(number, tail(key), "", table, f"{name} {line}"[:200], (tail(key),))


def _levels(lead: str, above: tuple[str, ...]) -> tuple[str, ...]:
    """The labels of a row by level; a level left blank has the label of the row above."""
    parts = tuple(p for p in re.split(r"\s{2,}", lead.strip()) if LETTER.search(p))
    if lead[:1] == " " and 0 < len(parts) < len(above):
        return (*above[: len(above) - len(parts)], *parts)
    return parts


def _rule(line: str) -> bool:
    return not line.strip(" -=+|") or len(line.split()) == 1


def _header(line: str) -> list[tuple[int, str]]:
    words = [(m.end(), m[0]) for m in re.finditer(r"\S+", line)]
    return words if line.startswith(" ") or "  " in line.strip() else []
