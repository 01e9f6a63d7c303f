"""What can be said of a table's columns: type, gaps, distinct values, range. One JSON object, and one line, each."""

from __future__ import annotations

import json
import re
import warnings
from typing import Any

from .brief import brief, cell, kind, rounded, type_name
from .digests import gaps

FEW = 20
"""With at most so many distinct values the most frequent are listed."""
TOP = 8
WIDTH = 60
LOOKED = 200
"""Characters of a text that are looked at to see whether it is a date or a number."""

_DATE = re.compile(
    r"\s*(\d{4}[-/.]\d{1,2}([-/.]\d{1,2})?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
    r"|\d{1,2}[ -]?[A-Za-z]{3,9}[ -,]*\d{2,4}|[A-Za-z]{3,9}\.? \d{1,2},? \d{4}|\d{8}T)"
)
_LINE_BREAKS = {
    ord(c): f"\\u{ord(c):04x}"
    for c in "\x7f\x85\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
}


def compact(value: Any) -> str:
    """One line of JSON in which nothing can end the line, turn its direction or fail to be encoded."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.translate(_LINE_BREAKS).encode("utf-8", "backslashreplace").decode("utf-8")


def facts(name: object, series: Any) -> dict[str, Any]:
    """The facts on one column.

    `column`, `type` (number, integer, text, date, boolean, other), `missing`, `distinct`; `values` (value → count) where
    there are few distinct ones, else `examples` of text; `min`, `max`, `mean`, `median` of numbers, `min`, `max` of
    dates; `format`, for pandas.to_datetime, where dates are still text; `note` where something is odd.
    """
    said: dict[str, Any] = {"column": cell(name, 200), "type": "other", "missing": gaps(series)}
    categories = getattr(series.dtype, "categories", None)
    if categories is not None:
        series = series.astype(categories.dtype if not series.hasnans else object)
    odd = _not_comparable(series)
    if odd:
        return {**said, "distinct": None, "note": f"holds values of type {odd}", **_examples(series)}
    present = series.dropna()
    counts = present.value_counts()
    said["distinct"] = len(counts)
    if present.empty:
        return {**said, "note": "empty"}
    said["type"] = _type(series, present)
    if said["type"] in {"number", "integer"}:
        said |= _range_of_numbers(present, said["type"])
        few = len(counts) <= TOP
    elif said["type"] == "date":
        said |= {"min": _date(present.min()), "max": _date(present.max())}
        few = False
    elif said["type"] == "text":
        said |= _reading_of_text(present)
        few = len(counts) <= FEW and said["type"] == "text"
    else:
        few = len(counts) <= FEW
        said |= _mixture(present)
    if few:
        said["values"] = _frequent(counts)
    elif said["type"] in {"text", "other"}:
        said |= _examples(present)
    return said


def _not_comparable(series: Any) -> str:
    """The name of a type in the column whose values cannot be counted: containers, and what is not looked into."""
    if str(series.dtype) != "object":
        return ""
    one_of_each = {type(value): value for value in series}.values()
    odd = [type_name(value) for value in one_of_each if kind(value) not in {"scalar", "text"}]
    return min(odd, default="")


def _type(series: Any, present: Any) -> str:
    from pandas.api import types  # noqa: PLC0415 - the caller has the frame, so pandas is loaded

    dtype = series.dtype
    if types.is_bool_dtype(dtype):
        return "boolean"
    if types.is_integer_dtype(dtype):
        return "integer"
    if types.is_float_dtype(dtype):
        # gaps make pandas read whole numbers as floats
        gaps = len(present) < len(series)
        return "integer" if gaps and bool((present == present.round()).all()) else "number"
    if types.is_datetime64_any_dtype(dtype):
        return "date"
    inferred = str(types.infer_dtype(present, skipna=True))
    return {
        "string": "text",
        "boolean": "boolean",
        "integer": "integer",
        "floating": "number",
        "mixed-integer-float": "number",
        "decimal": "number",
        "date": "date",
        "datetime": "date",
    }.get(inferred, "other")


def _mixture(present: Any) -> dict[str, Any]:
    """Which kinds of values a column mixes, the rarer with examples: `number (980), text (20): 'see note'`."""
    counts: dict[str, int] = {}
    examples: dict[str, list[str]] = {}
    for value in present:
        name = _KINDS.get(type_name(value), type_name(value))
        counts[name] = counts.get(name, 0) + 1
        examples.setdefault(name, [])
        if len(examples[name]) < 3 and (word := brief(value, 20)) not in examples[name]:
            examples[name].append(word)
    if len(counts) < 2:
        return {}
    said = ", ".join(
        f"{name} ({count:,})" for name, count in sorted(counts.items(), key=lambda pair: -pair[1])
    )
    rarest = min(counts, key=lambda name: counts[name])
    return {"note": f"mixes {said}; {rarest}: {', '.join(examples[rarest])}"}


_KINDS = {"int": "number", "float": "number", "int64": "number", "float64": "number", "str": "text", "bool": "boolean",
          "datetime": "date", "Timestamp": "date", "date": "date"}  # fmt: skip


def _range_of_numbers(present: Any, kind: str) -> dict[str, Any]:
    values = present.astype(float)
    finite = values[values.abs() != float("inf")]
    said: dict[str, Any] = (
        {} if len(finite) == len(values) else {"note": f"{len(values) - len(finite)} infinite"}
    )
    if not len(finite):
        return said
    if kind == "integer":
        # not by way of floats: identifiers may have more than their 15 digits
        said |= {"min": int(present.min()), "max": int(present.max())}
    else:
        said |= {"min": rounded(float(finite.min())), "max": rounded(float(finite.max()))}
    return said | {"mean": rounded(float(finite.mean())), "median": rounded(float(finite.median()))}


def _reading_of_text(present: Any) -> dict[str, Any]:
    """Text that is really dates, or numbers."""
    import pandas  # noqa: PLC0415 - as above

    sample = present.iloc[:: max(1, len(present) // 500)].astype(str).str.slice(0, LOOKED)
    if sample.str.match(_DATE).mean() > 0.9:
        form, note = _date_format(sample)
        parsed = _parse(present, form)
        if form and parsed.notna().mean() > 0.9:
            found = {"type": "date", "format": form, "min": _date(parsed.min()), "max": _date(parsed.max())}
            return found | ({"note": note} if note else {})
    bare = sample.str.replace(r"[\s,$€£%']", "", regex=True)
    odd = sample[pandas.to_numeric(bare, errors="coerce").isna()]
    if len(odd) <= 0.2 * len(sample):
        named = ", ".join(brief(value, 20) for value in dict.fromkeys(odd.head(50)[:3]))
        return {"note": "numbers written as text" + (f", except {named}" if named else "")}
    return {}


def _date_format(sample: Any) -> tuple[str, str]:
    """The format of dates as text, and a doubt; ("", "") if there is none that pandas can name."""
    from pandas.tseries.api import guess_datetime_format  # noqa: PLC0415 - as above

    first = sample.iloc[0].strip()
    if re.match(r"\d{4}-\d{2}", first) and _parse(sample, "ISO8601").notna().all():
        return "ISO8601", ""
    parts = sample.str.extract(r"^\s*(\d{1,2})[-/.](\d{1,2})[-/.]")
    days, months = (parts[n].dropna().astype(int) for n in (0, 1))
    day_first = bool((days > 12).any())
    in_doubt = len(days) > 0 and not day_first and not (months > 12).any()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        form = guess_datetime_format(first, dayfirst=day_first) or ""
    return form, "day and month could be the other way round" if in_doubt and form else ""


def _parse(texts: Any, form: str) -> Any:
    import pandas  # noqa: PLC0415 - as above

    return pandas.to_datetime(
        texts.astype(str).str.strip(), format=form or "ISO8601", errors="coerce", utc="%z" in form
    )


def _date(value: Any) -> str:
    return str(value).removesuffix("+00:00").removesuffix(" 00:00:00")


def _shown(value: object) -> str:
    return cell(str(value) if type_name(value) in {"Decimal", "date", "time"} else value, WIDTH)


def _frequent(counts: Any) -> dict[str, int]:
    """The most frequent values; of equally frequent ones the first in the alphabet, to be the same every time."""
    pairs = [(_shown(value), int(count)) for value, count in counts.items()]
    return dict(sorted(pairs, key=lambda pair: (-pair[1], pair[0]))[:TOP])


def _examples(present: Any) -> dict[str, Any]:
    shown: list[str] = []
    for value in present.head(200):
        text = _shown(value)
        if text not in shown:
            shown.append(text)
        if len(shown) == 3:
            break
    return {"examples": shown}
