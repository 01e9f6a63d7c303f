"""The chat panel: `analyst.chat()` beside the notebook, while the kernel stays free.

panel          the widget; `static/` is its front end, built from `src/`
messages       what the front end may say, checked; `hearing` does it, `commands` what begins with a slash
conversation   asks, stops, undoes, on the loop of `worker`; `door` is the run's host, `following` reads its log
turns          no cell of the user's comes between what belongs to one of the agent's
projection     the log as blocks and state, pure; `cells`, `drawn` and `outputs` are parts of it
screen, wire   what changed goes to the front end, a few times a second
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from ..errors import BadInput
from ..magic.notebook import Notebook

if TYPE_CHECKING:
    from .conversation import Conversation
    from .panel import Panel

__all__ = ["chat"]

_open: WeakKeyDictionary[Notebook, Conversation] = WeakKeyDictionary()
"""The panel of each kernel's own conversation."""


def chat(run: Path | str | None = None) -> Panel:
    """The chat panel of this kernel: give it as the last value of a cell, and it is shown.

    It goes on with the conversation of `%%agent` in this kernel; after a restart it shows what was asked before.

    Args:
        run: show this run first, made anywhere; what is asked then is asked in this kernel.

    Raises:
        BadInput: this is no Jupyter kernel.
        LogError: there is no such run, or it cannot be read.
    """
    from IPython import get_ipython  # noqa: PLC0415 - `import analyst.widget` works without a shell

    from .. import magic  # noqa: PLC0415 - as above
    from .conversation import Conversation  # noqa: PLC0415 - ipywidgets takes a while to import

    shell = get_ipython()
    if not hasattr(shell, "kernel"):
        raise BadInput("The panel needs a Jupyter notebook. Elsewhere use analyst.run or analyst.Session.")
    magic.load(shell)
    magics = magic.of(shell)
    assert magics
    notebook = magics.notebook
    if run is not None:
        return Conversation(notebook, Path(run).absolute()).panel
    known = _open.get(notebook)
    if known is None or known.closed:
        known = _open[notebook] = Conversation(notebook)
    return known.panel
