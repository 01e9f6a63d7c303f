"""Dates written as text: which spellings a column has, and how pandas reads each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from .cells import named

SOME = 500
"""Values that are looked at first: most columns hold no dates, or all in one spelling."""
_TIME = r"(?P<time>[ T]\d{1,2}:\d{2}(?P<seconds>:\d{2})?)?"
_SPELLINGS = tuple(
    (re.compile(pattern + _TIME), form)
    for pattern, form in (
        (r"\d{4}/\d{1,2}/\d{1,2}", "%Y/%m/%d"),
        (r"\d{4}\.\d{1,2}\.\d{1,2}", "%Y.%m.%d"),
        (r"\d{1,2}\.\d{1,2}\.\d{4}", "%d.%m.%Y"),
        (r"\d{1,2}\.\d{1,2}\.\d{2}", "%d.%m.%y"),
        (r"\d{1,2}/\d{1,2}/\d{4}", "{0}/{1}/%Y"),
        (r"\d{1,2}/\d{1,2}/\d{2}", "{0}/{1}/%y"),
        (r"\d{1,2}-\d{1,2}-\d{4}", "{0}-{1}-%Y"),
        (r"[A-Za-z]{3} \d{1,2}, \d{4}", "%b %d, %Y"),
        (r"[A-Za-z]{4,9} \d{1,2}, \d{4}", "%B %d, %Y"),
        (r"[A-Za-z]{3} \d{1,2} \d{4}", "%b %d %Y"),
        (r"[A-Za-z]{4,9} \d{1,2} \d{4}", "%B %d %Y"),
        (r"\d{1,2} [A-Za-z]{3} \d{4}", "%d %b %Y"),
        (r"\d{1,2} [A-Za-z]{4,9} \d{4}", "%d %B %Y"),
        (r"\d{1,2}-[A-Za-z]{3}-\d{4}", "%d-%b-%Y"),
        (r"\d{1,2}-[A-Za-z]{3}-\d{2}", "%d-%b-%y"),
    )
)
"""How dates are spelled, and pandas' format; `{0}` and `{1}` are day and month in the order of the column."""
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?|\d{8}")


def spelling(text: str) -> str:
    """pandas' format for one date, {0} and {1} where day and month could be either; nothing if it is no date."""
    if _ISO.fullmatch(text):
        return "ISO8601"
    for pattern, form in _SPELLINGS:
        if match := pattern.fullmatch(text):
            time = f"{match['time'][0]}%H:%M{':%S' if match['seconds'] else ''}" if match["time"] else ""
            return form + time
    return ""


def spellings(texts: Sequence[str]) -> tuple[list[str], str]:
    """The formats that together read all of these dates, the most frequent first, and what is to be said of them.

    None unless there are several and every text is a date; where most are, what keeps them from being read is said.
    Where all days could be months the day is taken to come first if other spellings in the column have it first, else
    the month, and that is said.
    """
    found = Counter(map(spelling, texts))
    if len(found) < 2:
        return [], ""
    if "" in found:
        odd = next(text for text in texts if not spelling(text))
        mostly_dates = len(found) > 2 and found[""] * 2 < len(texts)
        return [], f"{odd!r} is none that is known, so it is left as text" if mostly_dates else ""
    either = [text for text in texts if "{0}" in spelling(text)]
    pairs = [tuple(map(int, re.findall(r"\d+", text)[:2])) for text in either]
    day_first, month_first = any(a > 12 for a, _ in pairs), any(b > 12 for _, b in pairs)
    if day_first and month_first:
        return [], "in some the day comes first, in others the month, so it is left as text"
    doubt = ""
    if pairs and not (day_first or month_first):
        day_first = any(form.startswith("%d") for form in found)
        doubt = f"in {either[0]!r} and others the {'day' if day_first else 'month'} is taken to come first"
    order = ("%d", "%m") if day_first else ("%m", "%d")
    return [form.format(*order) for form, _ in found.most_common()], doubt


def _forms(values: Sequence[Any]) -> tuple[list[str], str]:
    if not all(type(value) is str and len(value) < 40 for value in values):
        return [], ""
    return spellings([value.strip() for value in values])


def conversion(name: str, forms: Sequence[str]) -> str:
    """Python, to follow a frame, that turns a column of several spellings into dates."""
    read = [f"pd.to_datetime(d[{name!r}].str.strip(), format={form!r}, errors='coerce')" for form in forms]
    return f".assign(**{{{name!r}: lambda d: {read[0]}{''.join(f'.fillna({other})' for other in read[1:])}}})"


def converted(frame: Any, *, whole: bool) -> tuple[Any, str, list[str]]:
    """A frame with its columns of several spellings as dates, the Python that does it, and notes.

    Of a sample (not `whole`) nothing is turned: a spelling that it does not show would be lost.
    """
    import pandas  # noqa: PLC0415 - the caller has the frame, so pandas is loaded

    code, notes = "", []
    names = list(frame.columns)
    for position, dtype in enumerate(frame.dtypes):
        name = names[position]
        if str(dtype) not in {"object", "str"} or type(name) is not str or names.count(name) > 1:
            continue
        series = frame.iloc[:, position]
        present = series.dropna()
        if _forms(list(present.iloc[:: max(1, len(present) // SOME)])) == ([], ""):
            continue
        values = list(present.unique())
        forms, doubt = _forms(values)
        if not forms:
            notes += [f"{name!r} holds dates in several spellings: {doubt}"] if doubt else []
            continue
        step = conversion(name, forms)
        dates = eval(f"frame[[name]]{step}[name]", {"pd": pandas}, {"frame": frame, "name": name})
        if str(dates.dtype)[:10] != "datetime64" or dates.notna().sum() != series.notna().sum():
            continue
        examples = list({spelling(value.strip()): value for value in reversed(values)}.values())
        said = f"{name!r} holds dates in {len(forms)} spellings ({named(examples)})" + (
            f"; {doubt}" if doubt else ""
        )
        if whole:
            frame, code = frame.assign(**{name: dates}), code + step
            notes.append(f"{said}: read as dates")
        else:
            notes.append(f"{said}: text until read, as by df{step}")
    return frame, code, notes
