"""Displays, the last value and figures of a snippet: taken, not published; the user's own stay as they are."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import sys
import tokenize
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .snippet import Snippet
from .swap import swapped

__all__ = ["captured_displays", "figures_apart"]


@contextlib.contextmanager
def captured_displays(shell: Any, snippet: Snippet) -> Iterator[None]:
    """What is displayed by the snippet, and the value of its last expression. `_`, `Out` and the count stay."""
    publisher = shell.display_pub
    publish_outside, clear_outside = publisher.publish, publisher.clear_output

    def publish(
        data: Mapping[str, Any],
        metadata: Mapping[str, Any] | None = None,
        *,
        transient: Mapping[str, Any] | None = None,
        update: bool = False,
        **named: Any,
    ) -> None:
        if not snippet.mine:
            publish_outside(data, metadata, transient=transient, update=update, **named)
            return
        content = {"data": _clean(data), "metadata": metadata or {}, "transient": transient or {}}
        snippet.take("update_display_data" if update else "display_data", content)

    def clear_output(wait: bool = False) -> None:
        if snippet.mine:
            snippet.take("clear_output", {"wait": wait})
        else:
            clear_outside(wait)

    silent = _ends_with_semicolon(snippet.code)

    def show_value(value: object) -> None:
        result = shell.displayhook.exec_result
        if result is not None:
            result.result = value
        if value is None or silent:
            return
        data, metadata = shell.display_formatter.format(value)
        if data:
            snippet.take("execute_result", {"data": _clean(data), "metadata": metadata})

    with (
        swapped(publisher, "publish", publish),
        swapped(publisher, "clear_output", clear_output),
        shell.display_trap,  # entered already, so that the shell's own hook does not take the place of ours
        swapped(sys, "displayhook", show_value),
    ):
        yield


def _clean(data: Mapping[str, Any]) -> dict[str, Any]:
    """As it would arrive at a front end: images as base64, everything else as JSON."""
    return {mime: _json(value) for mime, value in data.items()}


def _json(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return json.loads(json.dumps(value, default=repr))


def _ends_with_semicolon(code: str) -> bool:
    nothing = {tokenize.ENDMARKER, tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT, tokenize.DEDENT}
    last = ""
    try:
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            if token.type not in nothing:
                last = token.string if token.type == tokenize.OP else ""
    except (tokenize.TokenError, SyntaxError):
        return False
    return last == ";"


@contextlib.contextmanager
def figures_apart(shell: Any) -> Iterator[Callable[[], None]]:
    """The user's open figures are out of sight, and are there again afterwards, neither drawn nor closed.

    Gives a function that shows the snippet's figures, as the end of a cell does.
    """
    figures = _Figures()
    figures.put_aside()
    try:
        yield lambda: figures.show(shell)
    finally:
        figures.put_back()


class _Figures:
    """matplotlib's open figures; it may be imported only while the snippet runs."""

    def __init__(self) -> None:
        self._aside: list[tuple[Any, Any]] = []
        self._inline: tuple[Any, list[Any], bool] | None = None

    def put_aside(self) -> None:
        helpers, inline = _loaded()
        if helpers is not None:
            figs = helpers.Gcf.figs
            self._aside = list(figs.items())
            figs.clear()
        if inline is not None:
            shower = inline.show
            self._inline = (inline, shower._to_draw, shower._draw_called)
            shower._to_draw, shower._draw_called = [], False

    def show(self, shell: Any) -> None:
        """Under the inline backend IPython's own event shows them; under any other one nobody would."""
        shell.events.trigger("post_execute")
        helpers, inline = _loaded()
        if helpers is None:
            return
        managers = helpers.Gcf.get_all_fig_managers()
        if inline is None and managers:
            for manager in managers:
                _publish(shell, manager.canvas.figure)
        if managers:
            sys.modules["matplotlib.pyplot"].close("all")

    def put_back(self) -> None:
        helpers, _ = _loaded()
        if helpers is not None and self._aside:
            helpers.Gcf.figs.clear()
            helpers.Gcf.figs.update(self._aside)
        if self._inline is not None:
            inline, to_draw, called = self._inline
            inline.show._to_draw, inline.show._draw_called = to_draw, called


def _loaded() -> tuple[Any, Any]:
    """matplotlib's registry of figures, and the inline backend if it is the one in use; None for what is not there."""
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    inline = sys.modules.get("matplotlib_inline.backend_inline")
    if helpers is None or "matplotlib.pyplot" not in sys.modules:
        return None, None
    backend = sys.modules["matplotlib"].get_backend()
    return helpers, inline if "inline" in backend else None


def _publish(shell: Any, figure: Any) -> None:
    data, metadata = shell.display_formatter.format(figure)
    if "image/png" not in data:
        picture = io.BytesIO()
        figure.savefig(picture, format="png", bbox_inches="tight")
        data = {**data, "image/png": picture.getvalue()}
    shell.display_pub.publish(data, metadata)
