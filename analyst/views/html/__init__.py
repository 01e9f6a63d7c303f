"""A run as one HTML file for a reader who was not there: the answer first, figures and tables, then how it was found.

The file needs nothing but itself: no script, no address that it would fetch from, and a policy in its head that
forbids both. `analyst.story` reads the log, `work` lays the work out, `analyst.markup` cleans what was not ours, `outputs` and
`survey` say what a cell showed and what the data are, the templates are the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ... import markup
from ...events import Event, Opened
from ...files import write_whole
from ...markup import survey
from ...markup.words import duration
from ...story import Story, read
from ...trust import marks
from .. import WHY, one_line, partial_label, proof, remarks, review, trouble, wanted
from .outputs import Gallery, main_tables, shown
from .work import Stretch, limits, work

__all__ = ["to_fragment", "to_html", "write_html"]

_HERE = Path(__file__).parent
_STYLE = Markup((_HERE / "style.css").read_text(encoding="utf-8"))


def to_html(events: Iterable[Event], *, title: str | None = None, at: Sequence[float] = ()) -> str:
    """The report of a log, whole: a section for each question, in order.

    Args:
        events: the facts of the log.
        title: stands above the questions; None: the question, or how many there are.
        at: when each fact was written down, in seconds since 1970, where that is known (`analyst.read_log` tells).
    """
    facts = list(events)
    stories = read(facts, at)
    opened = next((e for e in facts if isinstance(e, Opened)), None)
    if title is None and len(stories) != 1:
        title = f"{len(stories)} questions" if stories else "Nothing was asked"
    linked = set[int]()
    return _TEMPLATES.get_template("report.html").render(
        title=one_line(title) if title else None,
        page_title=one_line(title or stories[0].asked.question, 120),
        sections=[_section(story, n, 2 if title else 1, linked) for n, story in enumerate(stories, 1)],
        style=_STYLE,
        version=one_line(opened.versions.get("notebook-analyst", "")) if opened else "",
        time=f"{datetime.fromtimestamp(at[-1], UTC):%Y-%m-%d %H:%M} UTC" if at else "",
    )


def to_fragment(events: Iterable[Event]) -> str:
    """The answers of a log with figures and tables, as a piece of HTML to stand within a page of someone else's."""
    sections = [_section(story, number, 3, None) for number, story in enumerate(read(events), 1)]
    return _TEMPLATES.get_template("fragment.html").render(sections=sections)


def write_html(events: Iterable[Event], path: Path, *, at: Sequence[float] = ()) -> None:
    """Write the report of a log to `path`, whole or not at all; `at` as in `to_html`.

    Raises:
        AnalystError: the file cannot be written.
    """
    write_whole(path, to_html(events, at=at))


# ── a question's section ────────────────────────────────────────────────────────────────────────────────────────────


def _section(story: Story, number: int, level: int, linked: set[int] | None) -> dict[str, Any]:
    """What the templates need of one question; its heading is one of `level`.

    `linked`: the cells that have a name in the page so far; None where the work is not shown.
    """
    gallery = Gallery(f"q{number}")
    for cell in story.cells:
        if cell.returned.ok:
            gallery.add(cell)
    question = story.asked.question.strip()
    heading = one_line(question, 200) or "Question"
    claims = story.checked.claims if story.checked else ()
    name = f"q{number}"
    return {
        "name": name,
        "level": level,
        "heading": heading,
        "question": "" if " ".join(question.split()) == heading else markup.text(question),
        "answer": _answer(story, level, "" if linked is None else name) if story.answered else None,
        "record": list(marks.rows(story.checked)),
        "tally": marks.tally(claims),
        "named": {one_line(k): one_line(v, 500) for k, v in story.answered.named.items()} if story.answered else {},
        "label": _label(story),
        "why": one_line(story.stopped.detail, 1_000) if story.stopped and _label(story) else "",
        "unproved": proof(story.proved) if story.proved and not story.proved.ok else "",
        "reviewed": review(story.reviews, story.reviewer, story.reviewing),
        "refuted": bool(story.reviews) and story.reviews[-1].verdict == "refuted",
        "facts": _facts(story),
        "figures": gallery.figures,
        "figures_left_out": gallery.left_out,
        "tables": main_tables(story.cells),
        "work": [_shown(stretch, gallery, linked) for stretch in work(story)],
        "data": [survey.described(table) for table in story.tables],
        "limits": [one_line(limit, 1_000) for limit in limits(story)],
        "model": one_line(story.model) or "no model",
    }  # fmt: skip


def _answer(story: Story, level: int, name: str) -> Markup:
    """The answer with a mark after each of its claims; where `name` is given, they lead to the cell or the survey."""
    assert story.answered
    claims = story.checked.claims if story.checked else ()
    rendered = markup.markdown(marks.placed(story.answered.text, claims), level + 2)
    return marks.in_html(
        rendered, claims, lambda cell: (f"cell-{cell}" if cell else f"{name}-data") if name else ""
    )


def _label(story: Story) -> str:
    """What is wrong with the answer, in a few words; "" when nothing is."""
    if story.answered:
        return partial_label(story.stopped) if story.answered.partial else ""
    if story.stopped and story.stopped.reason == "plan only":
        return "Only the plan was wanted"
    return (
        f"No answer ({WHY[story.stopped.reason]})"
        if story.stopped
        else "No answer yet: the run has not ended"
    )


def _facts(story: Story) -> list[tuple[str, str]]:
    spent = story.spent
    asked_for = wanted(story.contract).removeprefix("Asked for: ")
    facts = [
        *([("Asked for", asked_for)] if asked_for else []),
        ("Model", one_line(story.model) or "none"),
        *([("Isolation", f"{story.isolated.tier}: {story.isolated.holds}")] if story.isolated else []),
        *([("Proof", str(story.proved))] if story.proved and story.proved.ok else []),
        ("Cost", spent.price),
        ("Model calls", f"{spent.calls:,}"),
        ("Tokens", f"{spent.tokens:,}"),
    ]
    return facts if story.seconds is None else [*facts, ("Time", duration(story.seconds))]


def _named(cell: int, linked: set[int] | None) -> str:
    """The name of a cell in the page, by which marks lead to it; each name is there once."""
    if linked is None or cell in linked:
        return ""
    linked.add(cell)
    return f"cell-{cell}"


def _shown(stretch: Stretch | str, gallery: Gallery, linked: set[int] | None) -> dict[str, Any]:
    if isinstance(stretch, str):
        return {"remark": one_line(stretch, 1_000)}
    cells = [
        {
            "number": cell.returned.cell,
            "name": _named(cell.returned.cell, linked),
            "ok": cell.returned.ok,
            "code": markup.code(cell.code),
            "trouble": "" if cell.returned.ok else trouble(cell.returned),
            "repaired": stretch.repaired(cell),
            "by_person": cell.by_person,
            "outputs": shown(cell, gallery) if cell.returned.ok else [],
        }
        for cell in stretch.cells
    ]
    finished = stretch.finished
    return {
        "remark": "",
        "ledger": [remark for cell in stretch.cells for remark in remarks(cell.returned)],
        "goal": one_line(stretch.goal, 500),
        "state": "begun" if finished is None and cells else "open" if finished is None else "done" if finished.ok else "failed",
        "result": markup.markdown(finished.result, 6) if finished else "",
        "cells": cells,
        "failed": sum(not cell["ok"] for cell in cells),
    }  # fmt: skip


_TEMPLATES = Environment(
    loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)  # fmt: skip
