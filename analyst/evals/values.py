"""Whether two values, written by different hands, are the same. No model, no clock, no tolerance that hides a wrong digit."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterable

_EMPTY = frozenset({"", "[", "[]", "()", "{}", "none", "null", "nan", "no outliers", "empty", "n/a"})
_NUMERIC = re.compile(r"[-+]?[\d.,eE+\-]+")
_THOUSANDS = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_PARENTHESISED_WORD = re.compile(r"\(\w+\)\w")


def same(given: str, right: str) -> bool:
    """Whether `given` says what the label `right` says.

    Quotes, case, blanks, a last full stop, signs of currency and per cent, and commas between thousands do not count.
    A number with more decimals than the label is right if it rounds to the label; with as many or fewer it must be equal;
    a label in scientific notation wants agreement to 1e-4 of its size. Lists are compared item by item, lists of words in any
    order, dicts by key. A label that says "nothing" (empty, none, nan) is met by any other way to say so.
    """
    plain = normal(right)
    if plain in _EMPTY:
        return normal(given) in _EMPTY
    number = to_number(plain)
    if number is not None:
        return _same_number(normal(given), number, right)
    if right.strip().startswith("{"):
        pairs, others = _pairs(right), _pairs(given)
        if pairs is not None and others is not None:
            return pairs.keys() == others.keys() and all(same(others[k], pairs[k]) for k in pairs)
    return normal(given) == plain or _same_items(given, right)


def normal(text: str) -> str:
    """Without quotes, doubled blanks, a last full stop and capitals; a number keeps its form."""
    text = " ".join(text.split()).strip("`").strip()
    while len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1].strip()
    return text if _NUMERIC.fullmatch(text) else text.rstrip(".").casefold()


def to_number(value: object) -> float | None:
    """The finite number that a value is or spells; None for anything else, truth values among it."""
    if isinstance(value, bool):
        return None
    text = str(value).strip().strip("$€£").replace("\N{MINUS SIGN}", "-").rstrip("%").strip()
    if _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def close(given: float, right: float) -> bool:
    """Whether two numbers of a table or a figure, which may be rounded, agree.

    Below 0.01 to one per cent: an absolute tolerance would let any small p-value pass. Above, to 1e-4 of their size, or to
    half a unit of the second decimal (below 1), or 0.01.
    """
    if abs(right) < 1e-2:
        return math.isclose(given, right, rel_tol=1e-2, abs_tol=0.0 if right else 1e-6)
    return math.isclose(given, right, rel_tol=1e-4, abs_tol=1e-2 if abs(right) >= 1 else 5e-3)


def _same_number(given: str, number: float, right: str) -> bool:
    other = to_number(given)
    if other is None:
        return False
    if "e" in right.lower():
        return math.isclose(number, other, rel_tol=1e-4)
    digits = _decimals(right)
    rounding = 0.5 * 10**-digits if _decimals(given) > digits else 0.0
    return abs(number - other) <= (1e-9 + rounding) * (1 + 1e-9)


def _decimals(text: str) -> int:
    found = re.search(r"\.(\d+)", text)
    return len(found[1]) if found and "e" not in text.lower() else 0


def _pairs(text: str) -> dict[str, str] | None:
    """A dict's items as text, braces missing or not; None when it is none."""
    text = text.strip()
    try:
        value = ast.literal_eval(text if text.startswith("{") else f"{{{text}}}")
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
    return {str(k): str(v) for k, v in value.items()} if isinstance(value, dict) else None


def _same_items(given: str, right: str) -> bool:
    wanted, found = items(right), items(given)
    a_list = len(wanted) > 1 or right.strip().startswith("[")
    if not a_list or wanted == [right.strip()] or len(wanted) != len(found):
        return False
    if all(same(a, b) for a, b in zip(found, wanted, strict=True)):
        return True
    words = all(to_number(item) is None for item in wanted)
    return words and sorted(map(normal, wanted)) == sorted(map(normal, found))


def items(text: str) -> list[str]:
    """The items of a list as it may be written: with brackets or without; parted by lines, else semicolons, else commas."""
    text = text.strip()
    bracketed = text[:1] in ("[", "(") and text[-1:] in ("]", ")")
    if bracketed:
        try:
            value = ast.literal_eval(text)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            value = None
        if isinstance(value, list | tuple):
            return [str(item) for item in value]
    while text[:1] in ("[", "(") and text[-1:] in ("]", ")") and not _PARENTHESISED_WORD.match(text):
        text = text[1:-1].strip()
    separator = next((s for s in "\n;" if s in text), ",")
    return [item for part in _split(text, separator) if (item := part.strip())]


def _split(text: str, separator: str) -> Iterable[str]:
    """Parts of the text between separators that stand in no bracket."""
    depth, start = 0, 0
    for position, character in enumerate(text):
        depth = max(0, depth + (character in "([{") - (character in ")]}"))
        if character == separator and not depth:
            yield text[start:position]
            start = position + 1
    yield text[start:]
