"""The widget: what ipywidgets knows of the panel. It holds nothing itself: state comes from the conversation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

_STATIC = Path(__file__).parent / "static"
EMPTY = "Ask a question about your data in the panel. (This viewer does not show it: open the notebook in Jupyter.)"


class Panel(anywidget.AnyWidget):
    """The chat panel. Show it in a cell, in a view beside the notebook, in a sidecar: all show the same."""

    _esm = _STATIC / "panel.js"
    _css = _STATIC / "panel.css"
    doc = traitlets.Dict().tag(sync=True)
    """The whole content: sent when a page is loaded again. For saved notebooks the front end keeps it up to date itself."""

    def __init__(
        self,
        snapshot: Callable[[], dict[str, Any]],
        hear: Callable[[object], None],
        ask: Callable[[str], None],
        text: Callable[[], str],
        closed: Callable[[], None],
    ) -> None:
        """`hear` takes what the front end says, in any thread; the others are what they are called."""
        self._snapshot, self._ask, self._text, self._closed = snapshot, ask, text, closed
        super().__init__(doc=snapshot())
        if hasattr(self.comm, "_reply_subshell_for"):
            # ipykernel 7.4 gives a message to the shell that last published on the comm, which may be busy: any will do
            self.comm._reply_subshell_for = lambda _, default: default
        self.on_msg(lambda _, content, __: hear(content))

    def ask(self, question: str) -> None:
        """Ask from code what a person would type; the answer comes in the panel, and this returns at once."""
        self._ask(question)

    def send(self, content: Any, buffers: list[bytes] | None = None) -> None:
        """Send one message to all views; any thread may.

        It goes without the header of the cell that was run last: it has nothing to do with that, and streamed words are
        so few at a time that it would be a third of what is sent.
        """
        kernel = getattr(self.comm, "kernel", None)
        if kernel is None:  # there is no kernel, or the panel is closed
            return
        message = {"data": {"method": "custom", "content": content}, "comm_id": self.comm.comm_id}
        kernel.session.send(
            kernel.iopub_socket,
            "comm_msg",
            message,
            parent={},
            ident=self.comm.topic,
            buffers=buffers or None,
        )

    def close(self) -> None:
        """Take the panel away; a question that waits for a yes is refused."""
        super().close()
        self._closed()

    def get_state(self, key: Any = None, drop_defaults: bool = False) -> Any:
        """The state, with the content as it is now: nothing is lost when a page is loaded again."""
        state = super().get_state(key, drop_defaults)
        if "doc" in state:
            state["doc"] = self._snapshot()
        return state

    def __repr__(self) -> str:
        return self._text() or EMPTY

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The panel, and the conversation as text where widgets do not live."""
        self.send_state("doc")  # for who keeps only what cells send, such as nbclient
        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        return {"text/plain": repr(self), "application/vnd.jupyter.widget-view+json": view}, {}
