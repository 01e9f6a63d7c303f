"""The blocks of a question, in the order in which they stand in the cell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analyst_kernels import DisplayData, ExecuteResult
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ... import markup
from ...digest import contract_text
from ...markup import prose, survey
from ...markup.outputs import figure_words, picture
from ...markup.words import counted, duration
from ...story import Part, Story
from ...trust import marks
from ...trust.limits import limits
from .. import WHY, headline, one_line, partial_label, proof, review, taken_back, wanted
from .scene import Scene
from .work import LINES, SIGNS, WORDS, State, figures, work

_HERE = Path(__file__).parent
_STYLE = Markup((_HERE / "style.css").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Block:
    """One output of the cell."""

    key: str
    """Its place: "head", "wanted", "plan", "part-2", "part-2-figure-1", "answer", "proof", "undone-1"; "live": the next block will stand here."""
    data: Mapping[str, str]
    """By MIME type; "text/plain" is always there."""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    done: bool = True
    """Nothing that comes later changes it."""


def blocks(scene: Scene, run: str = "", known: Collection[str] = ()) -> Iterator[Block]:
    """What there is to show of a question now, without the blocks that are `known` and done.

    `run` names the run in the record beside the answer.
    """
    story = scene.story
    parts = [part for part in story.parts if part.step or part.entries or part is scene.open_part]
    ended = scene.over or story.answered is not None
    alone = not ended and not parts and not story.plan
    if "head" not in known:
        yield _head(scene, is_open=alone)
    if said := wanted(story.contract):
        yield _wanted(story, said, done=ended)
    for place, part in enumerate([*parts, None]):
        if story.plan and place == min(scene.plan_after, len(parts)):
            yield _plan(scene, done=ended)
        if part and (key := f"part-{_place(story, part)}") not in known:
            yield from _part(scene, part, key, run)
    if ended and "answer" not in known:
        yield _answer(scene, run)
    elif not ended and not alone and not scene.open_part:
        yield Block("live", _bundle(_TEMPLATES.waiting(scene), _live(scene)), done=False)
    if ended and (said := review(story.reviews, story.reviewer, story.reviewing)):
        yield Block("review", _bundle(_TEMPLATES.afterwards(said), said))
    if story.proved:
        said = proof(story.proved)
        yield Block("proof", _bundle(_TEMPLATES.afterwards(said), said))
    for number, undone in enumerate(story.undone, 1):
        said = taken_back(undone)
        yield Block(f"undone-{number}", _bundle(_TEMPLATES.afterwards(said), said))


def _head(scene: Scene, *, is_open: bool) -> Block:
    tables = [survey.described(table) for table in scene.story.tables]
    named = [f"{t['name']} ({t['size']})" if t["size"] else t["name"] for t in tables]
    words = " · ".join([one_line(scene.story.model) or "no model", *named])
    plain = f"{words}\n\n{_live(scene)}" if is_open else words
    return Block("head", _bundle(_TEMPLATES.head(_STYLE, words, scene, is_open), plain), done=not is_open)


def _wanted(story: Story, said: str, *, done: bool) -> Block:
    parts = [one_line(line.removeprefix("- "), 1_000) for line in contract_text(story.contract).splitlines()]
    return Block("wanted", _bundle(_TEMPLATES.wanted(said, parts), said), done=done)


def _plan(scene: Scene, *, done: bool) -> Block:
    story, doing = scene.story, scene.open_part
    steps = []
    for step in story.plan:
        end = story.finished.get(step.id)
        state: State = "todo"
        if end:
            state = "done" if end.ok else "failed"
        elif doing and doing.step and doing.step.id == step.id:
            state = "doing"
        steps.append(
            {"state": state, "sign": SIGNS[state], "words": WORDS[state], "goal": one_line(step.goal, 500)}
        )
    title = "Plan (refused)" if story.refused else "Plan"
    plain = "\n".join([title, *(f"{s['sign']} {n}. {s['goal']}" for n, s in enumerate(steps, 1))])
    return Block("plan", _bundle(_TEMPLATES.plan(title, steps), plain), done=done)


def _place(story: Story, part: Part) -> int:
    return next(place for place, other in enumerate(story.parts) if other is part)


def _part(scene: Scene, part: Part, key: str, run: str) -> Iterator[Block]:
    shown, is_open = work(scene, part), part is scene.open_part
    plain = f"{shown.plain}\n\n{_live(scene)}" if is_open else shown.plain
    yield Block(key, _bundle(_TEMPLATES.part(shown, scene, is_open, _anchor(run)), plain), done=not is_open)
    for number, (cell, output) in enumerate(figures(part), 1):
        image = picture(output)
        assert image  # `figures` gives no others
        _, words = figure_words(output, headline(cell.code))
        data = {image.mime: image.base64, "text/plain": f"[Figure: {words}]"}
        metadata = {image.mime: {"alt": words, **_sizes(output, image.mime)}}
        yield Block(f"{key}-figure-{number}", data, metadata)


def _sizes(output: DisplayData | ExecuteResult, mime: str) -> dict[str, float]:
    """Width and height as the code's own display had them: a figure for a sharp screen is larger than it is shown."""
    sizes = output.metadata.get(mime)
    found = sizes if isinstance(sizes, Mapping) else {}
    return {name: found[name] for name in ("width", "height") if isinstance(found.get(name), int | float)}


def _answer(scene: Scene, run: str) -> Block:
    story = scene.story
    answered, stopped = story.answered, story.stopped
    label = why = ""
    if answered is None:
        label = f"No answer ({WHY[stopped.reason]})" if stopped else "No answer: the run has not ended"
        if stopped and stopped.reason == "plan only":
            label = "Only the plan was wanted"
    elif answered.partial:
        label = partial_label(stopped)
    text = answered.text if answered else ""
    if stopped and label and stopped.detail not in text:
        why = one_line(stopped.detail, 1_000)
    claims = story.checked.claims if story.checked else ()
    rendered = markup.markdown(marks.placed(text, claims), 3)
    record = marks.sentences(story.checked)
    said = [one_line(limit, 1_000) for limit in limits(story)] if answered else []
    named = [(one_line(k), one_line(v, 500)) for k, v in answered.named.items()] if answered else []
    cost = _cost(scene)
    shown = {
        "label": label,
        "why": why,
        "html": marks.in_html(rendered, claims, lambda cell: f"{_anchor(run)}-{cell}" if cell else ""),
        "named": named,
        "record": list(marks.rows(story.checked)),
        "tally": marks.tally(claims),
        "limits": said,
        "cost": cost,
    }
    plain = [
        label,
        why,
        markup.text(marks.signed(text, claims)).strip("\n"),
        "\n".join(f"{k}: {v}" for k, v in named),
        "\n".join([*([marks.KEY] if record else []), *map(one_line, record)]),
        "\n".join(f"- {limit}" for limit in said),
        cost,
    ]
    data = _bundle(_TEMPLATES.answer(shown), "\n\n".join(filter(None, plain)))
    return Block("answer", data, {"analyst": _record(scene, run)})


def _anchor(run: str) -> str:
    """What the names of a run's cells in the page begin with."""
    return f"analyst-{re.sub(r'[^A-Za-z0-9-]', '', run)}-cell"


def _cost(scene: Scene) -> str:
    cells = scene.story.cells
    failed = sum(not cell.returned.ok for cell in cells)
    said = [
        one_line(scene.story.model) or "no model",
        str(scene.story.spent),
        counted(len(cells), "cell") + (f" ({failed} failed)" if failed else ""),
    ]
    return " · ".join([*said, *([duration(s)] if (s := _seconds(scene)) is not None else [])])


def _seconds(scene: Scene) -> float | None:
    return None if scene.began is None or scene.ended is None else scene.ended - scene.began


def _record(scene: Scene, run: str) -> dict[str, Any]:
    """What other programs may want to know of the run, small."""
    story, seconds = scene.story, _seconds(scene)
    return {
        "run": run,
        "model": one_line(story.model),
        "status": _status(story),
        "question": one_line(story.asked.question, 500),
        "usage": {
            "calls": story.spent.calls,
            "tokens": story.spent.tokens,
            "usd": round(story.spent.usd, 6) if story.spent.priced else None,
        },
        "seconds": None if seconds is None else round(seconds, 1),
        "cells": len(story.cells),
        **(
            {"claims": dict(Counter(claim.status for claim in story.checked.claims))} if story.checked else {}
        ),
    }


def _status(story: Story) -> str:
    if story.answered:
        return "partial" if story.answered.partial else "answered"
    return "stopped" if story.stopped else "unfinished"


# ── HTML ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _bundle(html: str, plain: str) -> dict[str, str]:
    """Both forms of a block.

    A blank line would end the HTML for a reader of Markdown, which is what a notebook can be exported to; within `pre`
    it is written so that it is no line of the source.
    """
    pieces = re.split(r"(<pre.*?</pre>)", html.strip(), flags=re.DOTALL)
    pieces[::2] = (re.sub(r"\n\s*\n", "\n", piece) for piece in pieces[::2])
    pieces[1::2] = (re.sub(r"\n(?=[ \t]*\n)", "&#10;", piece) for piece in pieces[1::2])
    return {"text/html": "".join(pieces), "text/plain": plain}


def _said(scene: Scene) -> str:
    """What the model is saying."""
    return markup.text(scene.said).strip("\n")


def _live(scene: Scene) -> str:
    """What goes on now, as text: of what the model is saying, the last lines."""
    said = "\n".join(_said(scene).split("\n")[-LINES:])
    return "\n".join([*(f"Note: {note}" for note in scene.notes), f"◐ {scene.activity} …", said]).rstrip()


def _templates() -> Any:
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )  # fmt: skip
    environment.globals |= {
        "no_maths": prose.NO_MATHS,
        "highlight": prose.HIGHLIGHT,
        "markdown": markup.markdown,
        "said": _said,
    }
    return environment.get_template("blocks.html").module


_TEMPLATES = _templates()
