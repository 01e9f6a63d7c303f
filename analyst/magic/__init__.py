"""The agent in the user's own kernel: `%load_ext analyst`, then `%%agent` and `%agent`.

    magics        what IPython sees; `rewriting` puts the await before it
    notebook      the conversation of this kernel, and the folder beside the notebook
    prompt        {name}, @name, In[n]; `activity` hears what the user runs
    options       flag > %config > environment > project file > user file > default
    asking        one question; `hosts` asks the user back
    recording     what a cell that ran is known by; `replaying` runs it again without the model
    commands/     `%agent …`, one small function each

Importing this imports nothing that is slow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..result import Result
    from .magics import AgentMagics

__all__ = ["load", "of", "run", "unload"]


def load(shell: Any) -> None:
    """Register the magics with a shell; nothing happens the second time.

    Raises:
        UsageError: the shell is not one that the agent can work in.
    """
    from IPython.core.error import UsageError  # noqa: PLC0415 - `import analyst.magic` works without a shell

    from .magics import AgentMagics  # noqa: PLC0415 - as above
    from .rewriting import Rewriter, asks  # noqa: PLC0415 - as above

    if of(shell) is not None:
        return
    if not hasattr(shell, "kernel") and not hasattr(shell, "prompts"):
        raise UsageError(
            f"The agent works in a kernel of ipykernel or in IPython's terminal, not in {type(shell).__name__}."
        )
    magics = AgentMagics(shell)
    for kind, function in (("cell", magics.cell), ("line", magics.line)):
        shell.register_magic_function(function, kind, "agent")
    shell.configurables.append(magics)
    shell.input_transformers_cleanup.append(asks)
    shell.input_transformers_post.append(Rewriter(shell))
    shell.events.register("post_run_cell", magics.activity.ran)


def unload(shell: Any) -> None:
    """Take everything of ours out of a shell again."""
    from .rewriting import Rewriter, asks  # noqa: PLC0415 - as above

    magics = of(shell)
    if magics is None:
        return
    magics.close()
    for kind in ("line", "cell"):
        del shell.magics_manager.magics[kind]["agent"]
    shell.input_transformers_cleanup.remove(asks)
    transformers = shell.input_transformers_post
    transformers[:] = [t for t in transformers if not isinstance(t, Rewriter)]
    shell.configurables.remove(magics)
    shell.events.unregister("post_run_cell", magics.activity.ran)


def of(shell: Any) -> AgentMagics | None:
    """The magics that a shell has; None where the extension is not loaded."""
    function = shell.magics_manager.magics["cell"].get("agent")
    return getattr(function, "__self__", None)


def run(question: str, **options: Any) -> Result:
    """Ask from plain code in a notebook what `%%agent` asks: the same conversation, kernel and display.

    Args:
        question: in the language of `%%agent`.
        options: `model`, `plan`, `approve`, `budget`, `max_steps`, `kernel`, `replay`, `new`, `to`.

    Raises:
        UsageError: the extension is not loaded here, or something given cannot be used.
        AgentStopped: the user stopped it.
        AgentFailed: there is no answer.
    """
    from .asking import run as ask  # noqa: PLC0415 - as above

    return ask(question, options)
