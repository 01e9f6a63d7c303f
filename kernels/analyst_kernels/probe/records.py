"""JSON and JSON Lines: where the records are, however deep, and how pandas makes a table of them."""

from __future__ import annotations

import io
import json as standard
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .brief import brief, short
from .cells import counted, named
from .encodings import old_encoding
from .files import Bounds, Source, Unreadable
from .scan import estimated, scan, wide_encoding
from .tables import TABLES, Table, sampled

WHOLE = 16_000_000
"""Bytes up to which JSON is read whole."""
BEGINNING = 2_000_000
"""Bytes that are read of a larger one."""
SIMPLE = 4_000_000
"""Bytes up to which it is tried whether pandas.read_json reads the same."""
CELLS = 20_000_000
"""Cells of a table that records make, the empty ones among them: where each has fields of its own, most are."""
TEXT = 1_000
"""Characters up to which a field is repeated in each row of a list beside it."""
DEPTH = 4
BAD = 0.01
"""Up to this share of lines that are no JSON are left out."""


@dataclass(frozen=True)
class _Found:
    """A table in a JSON value: the Python that makes it of the value's Python, and the frame."""

    read: str
    frame: Any
    notes: tuple[str, ...] = ()


def json(source: Source, bounds: Bounds) -> Iterator[Table]:
    """A list of records, columns by name, or an object with such lists in it, at any depth.

    Raises:
        Unreadable: it is not JSON, not whole, or not a table.
    """
    with source.path.open("rb") as raw, source.unpacked(raw) as file:
        content = file.read(WHOLE)
        whole = not file.read(1)
        size = raw.seek(0, 2)
    load = f"json.loads({source.content})"
    if not whole:
        value = _beginning(content[:BEGINNING])
        share = BEGINNING / size if not source.packing else WHOLE / size / 4
    else:
        value, decoding = _parsed(content)
        load = f"json.loads({source.content}{decoding})"
    found = list(_tables(value, load))
    if not found:
        raise Unreadable(f"This is JSON but not a table; {_seen(value)}. Read it with json.load.")
    for table in found[:TABLES]:
        notes = list(table.notes)
        if len(found) > 1:
            notes.append(f"one of {len(found)} tables in the file")
        if not whole:
            rows = round(len(table.frame) / share)
            notes.insert(
                0, f"sampled: statistics are of the first {len(table.frame):,} rows; rows are estimated"
            )
            yield Table("json", table.read, table.frame, rows, False, notes)
        else:
            read = _simplest(table, content, source) if len(found) == 1 else table.read
            yield sampled("json", read, table.frame, notes, bounds)


def _parsed(content: bytes) -> tuple[Any, str]:
    """The value, and Python to be added where the bytes must be decoded first."""
    decoding = ""
    try:
        text = content.decode(wide_encoding(content) or "utf-8-sig")
    except UnicodeDecodeError:
        odd = b"\n".join(line[:2000] for line in content.splitlines() if not line.isascii())
        encoding, _ = old_encoding(odd[:50_000])
        text, decoding = content.decode(encoding, "replace"), f".decode({encoding!r})"
    try:
        return standard.loads(text), decoding
    except standard.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()) - 1 or "Unterminated" in error.msg:
            said = f"it breaks off at line {error.lineno}: the file is cut off; get it again"
        elif "Extra data" in error.msg:
            said = (
                f"at line {error.lineno} a second value begins; write one per line (JSON Lines) or one list"
            )
        else:
            said = f"line {error.lineno}, column {error.colno}: {error.msg}; mend it there"
        raise Unreadable(f"This looks like JSON but is not: {said}.") from None


def _simplest(table: _Found, content: bytes, source: Source) -> str:
    """`pd.read_json(path)`, if that gives the very same."""
    if source.packing or len(content) > SIMPLE or wide_encoding(content):
        return table.read
    same = _reads_the_same(content, table.frame, {})
    return f"pd.read_json({str(source.path)!r})" if same else table.read


def _reads_the_same(content: bytes, frame: Any, options: dict[str, Any]) -> bool:
    """Whether pandas.read_json gives this very frame, and nothing to warn of."""
    import pandas  # noqa: PLC0415 - as above

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            simple = pandas.read_json(io.BytesIO(content), **options)
            return list(simple.columns) == list(frame.columns) and bool(simple.equals(frame))
        except (ValueError, TypeError, OverflowError, AttributeError, Warning):
            return False


# ── the beginning of what is too large ──────────────────────────────────────────────────────────────────────────────

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},]', re.S)


def _beginning(content: bytes) -> Any:
    """The value as far as it was read: cut after the last element of a list that is whole, and closed there."""
    text = content.decode(wide_encoding(content) or "utf-8-sig", "ignore")
    stack: list[str] = []
    cuts: dict[int, tuple[int, str]] = {}
    for match in _TOKEN.finditer(text):
        sign = match[0]
        if sign in "[{":
            stack.append("]" if sign == "[" else "}")
        elif sign in "]}" and stack:
            stack.pop()
        elif sign == "," and stack[-1:] == ["]"]:
            cuts[len(stack)] = (match.start(), "".join(reversed(stack)))
    # the outermost list that goes on till here: cut within a record, the last one would miss something
    late = [depth for depth, (place, _) in cuts.items() if place > 0.5 * len(text)]
    if not late:
        raise Unreadable("This is JSON with one very long value; read it with json.load.")
    place, closing = cuts[min(late)]
    try:
        return standard.loads(text[:place] + closing)
    except standard.JSONDecodeError as error:
        raise Unreadable(f"This looks like JSON but is not: line {error.lineno}: {error.msg}.") from None


# ── where the tables are ────────────────────────────────────────────────────────────────────────────────────────────


def _tables(value: Any, read: str, depth: int = 0) -> Iterator[_Found]:
    """The tables in a value, outer ones first; `read` is Python that gives the value."""
    if isinstance(value, list):
        yield from _of_list(value, read)
        return
    if not isinstance(value, dict) or depth > DEPTH:
        return
    whole = _of_object(value, read)
    if whole:
        yield whole
        return
    for key, inner in value.items():
        if isinstance(inner, list | dict):
            for found in _tables(inner, f"{read}[{key!r}]", depth + 1):
                under = (
                    ()
                    if any(note.startswith("under") for note in found.notes)
                    else (f"under {brief(key, 60)}",)
                )
                yield _Found(found.read, found.frame, (*under, *found.notes))


def _of_list(value: list[Any], read: str) -> Iterator[_Found]:
    import pandas  # noqa: PLC0415 - imported when there is something to read, not when the kernel starts

    kinds = {type(item) for item in value}
    if kinds == {dict}:
        yield _records(value, read)
        yield from _children(value, read)
    elif kinds == {list} and len({len(row) for row in value}) == 1 and value[0]:
        first = value[0]
        if (
            len(value) > 1
            and all(type(cell) is str for cell in first)
            and value[1:]
            and not _all_text(value[1])
        ):
            code = f"(lambda rows: pd.DataFrame(rows[1:], columns=rows[0]))({read})"
            yield _Found(
                code, pandas.DataFrame(value[1:], columns=first), ("the first list holds the names",)
            )
        else:
            yield _Found(
                f"pd.DataFrame({read}).add_prefix('c')",
                pandas.DataFrame(value).add_prefix("c"),
                ("lists without names: the columns are called c0, c1, …",),
            )
    elif kinds and kinds <= {int, float, str, bool, type(None)} and "[" not in read:
        yield _Found(
            f"pd.DataFrame({{'value': {read}}})", pandas.DataFrame({"value": value}), ("a list of values",)
        )


def _all_text(row: Sequence[Any]) -> bool:
    return all(type(cell) is str for cell in row)


def _records(value: list[Any], read: str) -> _Found:
    import pandas  # noqa: PLC0415 - as above

    names = {key for item in value for key in item}
    if len(names) * len(value) > CELLS:
        raise Unreadable(
            f"Its {len(value):,} records have {len(names):,} fields of different names, which is no table: read it with "
            "json.load and take the fields that are meant."
        )
    nested = {key for item in value for key, inner in item.items() if type(inner) is dict}
    if not nested:
        return _Found(f"pd.DataFrame({read})", pandas.DataFrame(value))
    said = f"objects in {counted(len(nested), 'field')} ({named(sorted(map(str, nested)))}) become columns with dots in their names"
    return _Found(f"pd.json_normalize({read})", pandas.json_normalize(value), (said,))


def _children(value: list[Any], read: str) -> Iterator[_Found]:
    """Lists of records inside the records: each a table of its own, with the plain fields of the record it was in."""
    import pandas  # noqa: PLC0415 - as above

    keys = {key: None for item in value for key, inner in item.items() if _is_records(inner)}
    for key in keys:
        having = [item for item in value if _is_records(item.get(key))]
        odd = [item for item in value if item.get(key) and not _is_records(item[key])]
        if odd:
            continue
        fields = [name for name in having[0] if all(_is_short(item.get(name, [])) for item in having)]
        given = read if len(having) == len(value) else f"[r for r in {read} if r.get({key!r})]"
        options = f"record_path=[{key!r}], meta={fields!r}, record_prefix={key + '.'!r}"
        frame = pandas.json_normalize(having, record_path=[key], meta=list(fields), record_prefix=f"{key}.")
        notes = [f"one row for each entry of the lists in {brief(key, 60)}"]
        if len(having) < len(value):
            notes.append(f"{counted(len(value) - len(having), 'record')} without entries left out")
        yield _Found(f"pd.json_normalize({given}, {options})", frame, tuple(notes))


def _is_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _is_plain(value: Any) -> bool:
    return not isinstance(value, list | dict)


def _is_short(value: Any) -> bool:
    return _is_plain(value) and not (isinstance(value, str) and len(value) > TEXT)


def _of_object(value: dict[str, Any], read: str) -> _Found | None:
    """An object that is a table itself: names and rows, columns by name, or records by key."""
    import pandas  # noqa: PLC0415 - as above

    lists = {key: inner for key, inner in value.items() if isinstance(inner, list)}
    for names, rows in ((n, r) for n in lists for r in lists):
        if _are_names(lists[names], lists[rows]):
            code = f"(lambda v: pd.DataFrame(v[{rows!r}], columns=v[{names!r}]))({read})"
            return _Found(code, pandas.DataFrame(lists[rows], columns=lists[names]))
    lengths = {len(inner) for inner in lists.values()}
    plain = all(_is_plain(item) for inner in lists.values() for item in inner[:100])
    others_plain = all(_is_plain(inner) for key, inner in value.items() if key not in lists)
    if (
        len(lengths) == 1
        and lengths != {0}
        and plain
        and others_plain
        and (len(lists) > 1 or len(value) == 1)
    ):
        return _Found(f"pd.DataFrame({read})", pandas.DataFrame(value))
    inner = [item for item in value.values() if isinstance(item, dict)]
    if len(inner) < 2 or len(inner) < len(value) or not all(inner):
        return None
    keys = [set(item) for item in inner]
    union = set().union(*keys)
    if sum(map(len, keys)) < 0.6 * len(union) * len(keys) or any(_has_records(item) for item in inner[:20]):
        return None
    numbered = all(str(key).isdigit() for key in union)
    if numbered or (len(union) > len(value) and not all(str(key).isdigit() for key in value)):
        code = f"pd.DataFrame({read}).reset_index(drop=True)"
        return _Found(code, pandas.DataFrame(value).reset_index(drop=True), ("columns by name",))
    name = "key" if "key" not in union else "key_"
    code = f"pd.json_normalize([{{{name!r}: k, **v}} for k, v in {read}.items()])"
    frame = pandas.json_normalize([{name: key, **item} for key, item in value.items()])
    return _Found(code, frame, (f"records by key: the key is in the column {name!r}",))


def _are_names(names: list[Any], rows: list[Any]) -> bool:
    texts = bool(names) and all(type(name) is str for name in names)
    return texts and bool(rows) and all(type(row) is list and len(row) == len(names) for row in rows)


def _has_records(value: dict[str, Any]) -> bool:
    return any(_is_records(inner) for inner in value.values())


def _seen(value: Any) -> str:
    if isinstance(value, dict):
        return f"at its top there is: {', '.join(brief(key, 30) for key in list(value)[:10]) or 'nothing'}"
    if isinstance(value, list):
        kinds = sorted({type(item).__name__ for item in value})
        return f"it is a list of {' and '.join(kinds)}" if kinds else "it is an empty list"
    return f"it is a single {type(value).__name__}"


# ── lines ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def jsonl(source: Source, bounds: Bounds) -> Iterator[Table]:
    """One JSON object per line.

    Raises:
        Unreadable: too many lines are none.
    """
    lines = scan(source, bounds, quotes=False)
    wide = lines.encoding.startswith("utf-") and lines.encoding not in {"utf-8", "utf-8-sig"}
    if wide or lines.odd or lines.encoding not in {"utf-8", "utf-8-sig"}:
        raise Unreadable(
            f"These JSON lines are not UTF-8 ({lines.encoding} is likelier); save the file as UTF-8."
        )
    values: list[Any] = []
    bad: list[int] = []
    said = ""
    for number, line in enumerate(b"".join(lines.sample).removeprefix(b"\xef\xbb\xbf").splitlines()):
        if not line.strip():
            continue
        try:
            values.append(standard.loads(line))
        except ValueError as error:
            bad.append(number)
            said = (
                said
                or f"line {number + 1} ({short(line.decode('utf-8', 'replace'), 60)}): {short(str(error), 80)}"
            )
    if len(bad) > max(1.0, BAD * len(values)) or not values:
        raise Unreadable(
            f"{counted(len(bad), 'line')} of it are not JSON, the first: {said}; check the file."
        )
    if {type(value) for value in values} != {dict}:
        kinds = sorted({type(value).__name__ for value in values})
        raise Unreadable(
            f"Its lines are not all JSON objects but {', '.join(kinds)}; read them with json.loads."
        )
    yield from _lined(source, lines, values, bad, said)


def _lined(source: Source, lines: Any, values: list[Any], bad: list[int], said: str) -> Iterator[Table]:
    wanted = f"line.strip() and n not in {set(bad)!r}" if bad else "line.strip()"
    loop = f"for n, line in enumerate({source.content}.splitlines()) if {wanted}"
    decoding = ".decode('utf-8-sig')" if lines.encoding == "utf-8-sig" else ""
    load = f"[json.loads(line{decoding}) {loop}]"
    for number, table in enumerate(_of_list(values, load)):
        notes = list(table.notes)
        if bad:
            notes.insert(0, f"{counted(len(bad), 'line')} that are not JSON left out: {said}")
        read = table.read
        if number == 0 and not bad and not decoding and read.startswith("pd.DataFrame("):
            read = _simple_lines(source, lines, table)
        if lines.complete:
            yield Table("jsonl", read, table.frame, len(table.frame), True, notes)
            continue
        notes.insert(0, f"sampled: statistics are of about {len(table.frame):,} rows from all along the file")
        ratio = len(table.frame) / len(values)
        yield Table(
            "jsonl", read, table.frame, round(estimated(lines) * ratio), lines.whole and ratio == 1, notes
        )


def _simple_lines(source: Source, lines: Any, table: _Found) -> str:
    """`pd.read_json(path, lines=True)`, told to change no types unless that makes no difference."""
    text = b"".join(lines.sample)
    place = f"pd.read_json({source.place}, lines=True"
    packed = "".join(f", {key}={value!r}" for key, value in source.options.items())
    for options in ({}, {"dtype": False, "convert_dates": False, "precise_float": True}):
        if (lines.complete or options) and _reads_the_same(text, table.frame, {"lines": True, **options}):
            return place + packed + "".join(f", {key}={value!r}" for key, value in options.items()) + ")"
    return table.read
