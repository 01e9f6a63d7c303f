"""Files of jobs as rows, each with the number of its line. What a job must have is looked at in `jobs`."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ..errors import BadInput

FORMATS = frozenset({".jsonl", ".ndjson", ".csv", ".yaml", ".yml"})
"""Endings of the names of files of jobs."""

_FIELDS = frozenset({"id", "question", "plan", "model", "review"})
_LISTS = frozenset({"data", "expected"})
_LIMITS = frozenset({"budget", "max_steps", "max_calls", "max_tokens", "timeout", "cell_timeout"})


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a file, not looked at yet; or, with `fault`, why it is none."""

    line: int
    value: Any = None
    fault: str = ""


def read_rows(path: Path) -> list[Row]:
    """The rows of a file of jobs. The ending of its name tells the format.

    Raises:
        BadInput: the file cannot be read, or is not of its format at all.
    """
    match path.suffix.lower():
        case ".csv":
            return [
                Row(row.line, row.value and _from_cells(row.value), row.fault) for row in read_table(path)
            ]
        case ".yaml" | ".yml":
            return list(_yaml(path, _text(path)))
        case _:
            return list(_json_lines(_text(path)))


def read_table(path: Path) -> list[Row]:
    """The rows of a CSV file, each a mapping from column to text; empty cells are left out.

    Raises:
        BadInput: the file cannot be read, or its first line does not name the columns.
    """
    return list(_csv(path, _text(path)))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise BadInput(f"{path} is not UTF-8 text. Save it as UTF-8.") from None


def _json_lines(text: str) -> Iterator[Row]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield Row(number, json.loads(line))
            except (ValueError, RecursionError) as error:
                yield Row(number, fault=f"it is no JSON: {error}")


def _csv(path: Path, text: str) -> Iterator[Row]:
    reader = csv.DictReader(io.StringIO(text, newline=""), skipinitialspace=True)
    names = [name.strip() for name in reader.fieldnames or ()]
    if not names or len(set(names)) < len(names) or not all(names):
        raise BadInput(f"The first line of {path} must name the columns, each with a name of its own.")
    reader.fieldnames = names
    line = reader.line_num + 1
    for record in reader:
        if None in record:
            yield Row(line, fault="it has more cells than there are columns; quote cells that hold a comma")
        else:
            yield Row(line, {name: cell.strip() for name, cell in record.items() if cell and cell.strip()})
        line = reader.line_num + 1


def _from_cells(cells: Mapping[str, str]) -> Mapping[str, Any]:
    """A job from cells: columns that are no field and no limit of a job are its parameters."""
    lists = {name: [v.strip() for v in cells[name].split(";") if v.strip()] for name in _LISTS & cells.keys()}
    rest = cells.keys() - _FIELDS - _LISTS - _LIMITS
    return {
        **{name: cell for name, cell in cells.items() if name in _FIELDS},
        **lists,
        "limits": {name: cell for name, cell in cells.items() if name in _LIMITS},
        "parameters": {name: cell for name, cell in cells.items() if name in rest},
    }


def _yaml(path: Path, text: str) -> Iterator[Row]:
    try:
        loader = yaml.SafeLoader(text)
    except yaml.YAMLError as error:
        raise _no_yaml(path, error) from None
    try:
        document = loader.get_single_node()
        if not isinstance(document, yaml.SequenceNode):
            raise BadInput(f"{path} is no list. Write a list of jobs, each with a `question` or a `plan`.")
        for node in document.value:
            try:
                yield Row(node.start_mark.line + 1, loader.construct_object(node, deep=True))
            except (yaml.YAMLError, ValueError) as error:
                yield Row(node.start_mark.line + 1, fault=str(error).splitlines()[0])
    except (yaml.YAMLError, RecursionError) as error:
        raise _no_yaml(path, error) from None
    finally:
        loader.dispose()


def _no_yaml(path: Path, error: Exception) -> BadInput:
    return BadInput(f"{path} is no YAML: {' '.join(str(error).split())}")
