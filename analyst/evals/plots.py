"""What a figure that was shown says, in the terms of an answer key: from the digest that travels with the image."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from analyst_kernels import DisplayData, ExecuteResult
from analyst_kernels.reading import FIGURE

from ..events import Event, ToolReturned
from .grading import flat_numbers
from .values import close


def figure_facts(events: Iterable[Event], described: Path) -> dict[str, Any]:
    """Facts on the last figure that was shown in a run; empty when none was.

    Keys, as far as they are known: title and graph_title (the same), x_label, y_label, figsize (inches), data (numbers).
    Where the digest has not all numbers the file `described` (JSON, written by the same code) is taken at its word only if
    it agrees with the digest: count, lowest and highest.
    """
    shown = _last_figure(events)
    if not shown or not shown.get("axes"):
        return {}
    axes = shown["axes"][0]
    title = axes.get("title") or shown.get("title", "")
    facts = {
        "title": title,
        "graph_title": title,
        "x_label": axes.get("x", {}).get("label", ""),
        "y_label": axes.get("y", {}).get("label", ""),
        "figsize": shown.get("inches"),
        "data": _numbers(axes.get("marks", ()), _read(described).get("data")),
    }
    return {name: value for name, value in facts.items() if value is not None}


def _last_figure(events: Iterable[Event]) -> Mapping[str, Any] | None:
    figures = [
        output.data[FIGURE]
        for event in events
        if isinstance(event, ToolReturned) and event.ok
        for output in event.outputs
        if isinstance(output, DisplayData | ExecuteResult) and FIGURE in output.data
    ]
    return figures[-1] if figures and isinstance(figures[-1], Mapping) else None


def _read(path: Path) -> Mapping[str, Any]:
    """What the code wrote of its figure; nothing where that is no JSON object: a missing or broken file is no evidence."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _numbers(marks: Iterable[Mapping[str, Any]], said: Any) -> list[float] | None:
    """The numbers that the marks stand for; None when neither the digest nor what was said and agrees has them."""
    shown: list[float] = []
    complete, count, bounds = True, 0, list[float]()
    for mark in marks:
        values = flat_numbers(mark.get("values"))
        span = flat_numbers(mark.get("range") or mark.get("y"))
        if values is None and span is None:
            return None
        complete = complete and values is not None
        shown += values or []
        count += int(mark["count"])
        bounds += values or span or []
    numbers = flat_numbers(said)
    if complete or numbers is None or len(numbers) != count or not numbers:
        return shown if complete and shown else None
    agree = close(min(numbers), min(bounds)) and close(max(numbers), max(bounds))
    return numbers if agree else None
