"""A run's log as a document of another format. The log is enough: a run that never ended is exported too."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat

from .errors import BadInput
from .events import Asked
from .files import write_whole
from .headless import NOTEBOOK, REPORT, to_json
from .log import Line, read
from .messages import project
from .result import result
from .views.html import to_html
from .views.markdown import to_markdown
from .views.notebook import to_notebook


@dataclass(frozen=True, slots=True)
class Format:
    """A format: how a log becomes its text, and the name of the file that it is written to if none is given."""

    text: Callable[[Path, Sequence[Line]], str]
    file: str | None = None
    """None: it is given back as text."""


def export(run: Path, to: str, out: Path | None = None) -> Path | str:
    """Make a document of the run in folder `run`: give back the file it was written to, or else its text.

    Args:
        run: folder of a run.
        to: a name in `FORMATS`.
        out: file to write; None: the format's own file in `run`, or no file at all.

    Raises:
        BadInput: the format is unknown, the folder holds no run, or nothing was asked in it.
        LogError: the log cannot be read.
        AnalystError: the file cannot be written.
    """
    if to not in FORMATS:
        raise BadInput(f"{to!r} is no format. The formats are: {', '.join(FORMATS)}.")
    if not (run / "log.jsonl").is_file():
        raise BadInput(f"{run} has no log.jsonl, so it is not the folder of a run. Give one that is.")
    lines = list(read(run))
    if not any(isinstance(line.event, Asked) for line in lines):
        raise BadInput(f"Nothing was asked in {run}: there is nothing to export.")
    form = FORMATS[to]
    path = out or (run / form.file if form.file else None)
    text = form.text(run, lines)
    if path is None:
        return text
    write_whole(path, text)
    return path


def _notebook(_run: Path, lines: Sequence[Line]) -> str:
    text: str = nbformat.writes(to_notebook(line.event for line in lines))  # type: ignore[no-untyped-call]
    return text + "\n"


def _html(_run: Path, lines: Sequence[Line]) -> str:
    return to_html([line.event for line in lines], at=[line.at for line in lines])


def _markdown(_run: Path, lines: Sequence[Line]) -> str:
    return to_markdown(line.event for line in lines)


def _json(run: Path, lines: Sequence[Line]) -> str:
    """The object of `analyst run --json`; `seconds` by the log's times, files where they are there."""
    asked = max(line.at for line in lines if isinstance(line.event, Asked))
    found = result([line.event for line in lines], folder=run.absolute(), seconds=lines[-1].at - asked)
    notebook, html = (
        path if path.exists() else None for path in (run.absolute() / NOTEBOOK, run.absolute() / REPORT)
    )
    return (
        json.dumps(to_json(replace(found, notebook=notebook, html=html)), ensure_ascii=False, indent=2) + "\n"
    )


def _messages(_run: Path, lines: Sequence[Line]) -> str:
    """The conversation as a model would be sent it now."""
    return json.dumps(project(line.event for line in lines), ensure_ascii=False, indent=2) + "\n"


FORMATS: Mapping[str, Format] = {
    "ipynb": Format(_notebook, NOTEBOOK),
    "html": Format(_html, REPORT),
    "md": Format(_markdown),
    "json": Format(_json),
    "messages": Format(_messages),
}
