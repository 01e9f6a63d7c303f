"""The results of all jobs: a table (CSV, and Parquet where pyarrow is installed), and a page with links."""

from __future__ import annotations

import csv
import importlib.util
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from markdown_it import MarkdownIt
from markupsafe import Markup

from ..safe import legible
from .doing import FIGURE
from .jobs import Job
from .outcome import Outcome
from .places import JOBS, Place

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write_summary(place: Place, jobs: Sequence[Job], outcomes: Mapping[str, Outcome]) -> None:
    """Write `summary.csv`, `summary.parquet` and `index.html`: a row for each job, those without a result too.

    Raises:
        OSError: the place cannot be written.
    """
    rows = [_row(job, outcomes.get(job.id)) for job in jobs]
    place.write("summary.csv", _csv(rows).encode())
    if importlib.util.find_spec("pyarrow"):
        place.write("summary.parquet", _parquet(rows))
    place.write("index.html", _page(jobs, outcomes).encode())


def _row(job: Job, outcome: Outcome | None) -> dict[str, Any]:
    """One row. Parameters and named values have columns of their own."""
    row: dict[str, Any] = {"id": job.id, "status": outcome.verdict if outcome else "not run"}
    row |= {f"parameter.{name}": value for name, value in job.parameters.items()}
    if outcome is None:
        return row | {"question": job.question, "model": job.model}
    row |= {f"named.{name}": value for name, value in outcome.named.items()}
    return row | {
        "answer": outcome.answer,
        "question": outcome.question,
        "model": outcome.model,
        "reviewed": outcome.reviewed or "",
        "proved": outcome.proved,
        "stopped": outcome.later or outcome.stopped or "",
        "error": outcome.error,
        "missing": "; ".join(outcome.missing),
        "usd": outcome.usd,
        "input_tokens": outcome.input,
        "output_tokens": outcome.output,
        "seconds": outcome.seconds,
        "result": f"{JOBS}/{job.id}" if not outcome.later else "",
    }


def _columns(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def _csv(rows: Sequence[Mapping[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(
        text, _columns(rows), restval="", lineterminator="\r\n"
    )  # quotes a lone \r too: it would begin a row
    writer.writeheader()
    writer.writerows({name: _plain(value) for name, value in row.items()} for row in rows)
    return text.getvalue()


def _plain(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula: answers are text that somebody else wrote."""
    if not isinstance(value, str) or not value.startswith(_FORMULA):
        return value
    try:
        float(value)
    except ValueError:
        return f"'{value}"
    return value


def _parquet(rows: Sequence[Mapping[str, Any]]) -> bytes:
    import pandas as pd  # noqa: PLC0415 - slow to import, and needed once, at the end

    buffer = io.BytesIO()
    pd.DataFrame(list(rows), columns=_columns(rows)).to_parquet(buffer, index=False)
    return buffer.getvalue()


def _written(answer: str) -> Markup:
    """An answer as HTML: text, lists and tables, and nothing that could run, fetch or lead away."""
    markdown = (
        MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image", "link", "autolink"])
    )
    return Markup(markdown.render(legible(answer)))


def _page(jobs: Sequence[Job], outcomes: Mapping[str, Outcome]) -> str:
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - as above

    environment = Environment(
        autoescape=True,
        finalize=lambda value: legible(value) if type(value) is str else value,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.from_string(files(__package__).joinpath("index.html").read_text(encoding="utf-8"))
    counts = Counter(outcomes[job.id].verdict if job.id in outcomes else "not run" for job in jobs)
    return template.render(
        jobs=[(job, outcomes.get(job.id)) for job in jobs],
        counts=counts,
        written=_written,
        folder=JOBS,
        figure=FIGURE,
        usd=sum(o.usd or 0.0 for o in outcomes.values()),
    )
