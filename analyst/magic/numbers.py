"""Numbers in texts: which a text holds, and which of them another text shows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

_NUMBER = re.compile(r"(?<![\w.])[-+−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w])")


def numbers(text: str) -> tuple[str, ...]:
    """The numbers of a text as they are written, each once, in order."""
    return tuple(dict.fromkeys(match[0] for match in _NUMBER.finditer(text)))


def values(text: str) -> frozenset[Decimal]:
    """The numbers of a text as values."""
    return frozenset(value for written in numbers(text) if (value := _value(written)) is not None)


def shown(written: Iterable[str], there: frozenset[Decimal]) -> tuple[str, ...]:
    """Those of the numbers that stand among the values, rounded to the digits that were written, or as a percentage."""
    return tuple(number for number in written if _stands(number, there))


def _stands(written: str, there: frozenset[Decimal]) -> bool:
    value = _value(written)
    if value is None:
        return False
    exponent = value.as_tuple().exponent
    step = Decimal(1).scaleb(min(exponent, 0) if isinstance(exponent, int) else 0)
    return any(abs(scale * v - value) <= step / 2 for v in there for scale in (1, 100))


def _value(written: str) -> Decimal | None:
    try:
        return Decimal(written.replace(",", "").replace("−", "-"))
    except InvalidOperation:
        return None
