"""`%agent` and `%%agent` as IPython sees them. Light: what does the work is loaded at the first use.

`line` spells the arguments, so that `%%agent?` documents itself; `options` says what they come to.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, cast

from IPython.core.error import UsageError
from IPython.core.magic import no_var_expand
from traitlets import Bool, Enum, Float, Integer, Unicode
from traitlets.config import Configurable

from .activity import Activity
from .line import APPROVALS, ARGUMENTS, FLAGS, KERNELS, PLANS, REPLAYS, VERIFICATIONS

if TYPE_CHECKING:
    from .notebook import Notebook

Work = Callable[[], Coroutine[Any, Any, None] | None]
"""What a magic does; a coroutine where the agent works."""


class AgentMagics(Configurable):
    """What `%config AgentMagics.…` sets; None: not set here. And the two magics."""

    model = Unicode(None, allow_none=True, help="provider/name as litellm spells it, or rules").tag(
        config=True
    )
    review = Unicode(
        None, allow_none=True, help="who tries to refute answers: provider/name, same, or '' (nobody)"
    ).tag(config=True)
    verify = Enum(
        VERIFICATIONS, None, allow_none=True, help="run an answer's code again in a clean kernel"
    ).tag(config=True)
    plan = Enum(PLANS, None, allow_none=True, help="plan first; edit: see and change it").tag(config=True)
    approve = Enum(APPROVALS, None, allow_none=True, help="which code needs a yes").tag(config=True)
    budget = Float(None, allow_none=True, help="most US dollars for one question").tag(config=True)
    max_steps = Integer(None, allow_none=True, help="most turns of the model for one question").tag(
        config=True
    )
    timeout = Float(None, allow_none=True, help="most seconds for one question").tag(config=True)
    cell_timeout = Float(None, allow_none=True, help="most seconds for one cell").tag(config=True)
    kernel = Enum(KERNELS, None, allow_none=True, help="where code runs").tag(config=True)
    replay = Enum(REPLAYS, None, allow_none=True, help="what recorded runs are used for").tag(config=True)
    buttons = Bool(None, allow_none=True, help="ask with buttons (True) or a prompt (False)").tag(config=True)

    def __init__(self, shell: Any) -> None:
        super().__init__(parent=shell)
        self.shell = shell
        self.activity = Activity()
        self._notebook: Notebook | None = None

    @property
    def notebook(self) -> Notebook:
        """What is known of this notebook's conversation; loaded when it is needed first."""
        if self._notebook is None:
            from .notebook import Notebook  # noqa: PLC0415 - a tenth of a second that `%load_ext` need not take

            self._notebook = Notebook(self.shell, self)
        return self._notebook

    @property
    def given(self) -> dict[str, Any]:
        """What was set by %config or in IPython's configuration; None where nothing was."""
        return {name: getattr(self, name) for name in self.trait_names(config=True) if name != "buttons"}

    def close(self) -> None:
        """Take out what the kernel holds of ours."""
        if self._notebook is not None:
            self._notebook.close()

    def cell(self, line: str, cell: str = "") -> None:
        """Ask about the data in this kernel; the question stands below the line.

        {name} puts in a variable's value, @name attaches its description; In[3], Out[3] and @error attach a cell, a
        result, the last error. The agent runs its code here. Stop ends it, and what was found is kept; `%agent undo`
        takes back what it did to your variables; `%agent help` lists what else there is.
        """
        self.notebook.drive(self._question(line, cell))

    def line(self, line: str = "") -> None:
        """Work with the agent: `%agent help` lists the commands. To ask something, use %%agent."""
        self.notebook.drive(self._command(line))

    async def awaited_cell(self, line: str, cell: str = "") -> None:
        """`%%agent` on the kernel's own loop; see `rewriting`."""
        await self.notebook.here(self._question(line, cell))

    async def awaited_line(self, line: str = "") -> None:
        """`%agent` on the kernel's own loop."""
        await self.notebook.here(self._command(line))

    def _question(self, line: str, cell: str) -> Work:
        def work() -> Coroutine[Any, Any, None]:
            from .asking import asked  # noqa: PLC0415 - as above

            try:
                arguments = vars(ARGUMENTS.parse_argstring(line))
            except UsageError as error:
                raise UsageError(f"{error}. %%agent? lists the options.") from None
            flags = {name: arguments.pop(name) for name in FLAGS}
            return asked(self.notebook, cell, flags, **arguments)

        return work

    def _command(self, line: str) -> Work:
        def work() -> Coroutine[Any, Any, None] | None:
            from .commands import command  # noqa: PLC0415 - as above

            return command(self.notebook, line)

        return work

    cell.__doc__ = f"{cell.__doc__}\n{ARGUMENTS.format_help()}"
    # IPython would fill in {name} and $name on the line by itself
    for _magic in (cell, line):
        cast(Any, no_var_expand)(_magic)
    del _magic
