"""Slash commands, export and insertion. Most commands are those of `%agent`, said in the panel."""

from __future__ import annotations

import asyncio
import tempfile
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from ..digest import fenced
from ..errors import BadInput
from ..magic import commands as magic
from ..magic.line import PLANS
from ..magic.notebook import Notebook
from .state import COMMANDS, seen

if TYPE_CHECKING:
    from .conversation import Conversation

MIMES = {"ipynb": "application/x-ipynb+json", "html": "text/html", "md": "text/markdown", "json": "application/json"}  # fmt: skip


class _Aloud:
    """The notebook, with a voice that is heard in the panel."""

    def __init__(self, conversation: Conversation, *, code: bool) -> None:
        """`code`: what is said is code, and not Markdown."""
        self._notebook = conversation.notebook
        self.say = (lambda text: conversation.tell(_python(text))) if code else conversation.tell

    def __getattr__(self, name: str) -> Any:
        return getattr(self._notebook, name)


def command(conversation: Conversation, line: str) -> None:
    """Do what a line that begins with a slash says.

    Raises:
        BadInput: there is no such command, or what follows it cannot be used.
    """
    name, _, rest = line.partition(" ")
    rest = rest.strip()
    match name:
        case "/help":
            conversation.tell("\n".join(f"- `{name}` {about}" for name, about in COMMANDS.items()))
        case "/clear":
            conversation.clear()
        case "/vars":
            lines = [f"- `{v['name']}` {v['type']}: {v['about']}" for v in seen(conversation.notebook.user)]
            conversation.tell("\n".join(lines) or "There are no variables yet.")
        case "/plan" if rest in PLANS:
            conversation.settle(plan=rest)
        case "/plan" if rest:
            conversation.ask(rest, plan="only")
        case "/plan":
            raise BadInput("Say what the plan is for: /plan QUESTION")
        case "/stop":
            conversation.stop()
        case "/export":
            form = rest or "html"
            if form not in MIMES:
                raise BadInput(f"{form!r} is no format. The formats are: {', '.join(MIMES)}.")
            conversation.work(export(conversation, form))
        case _ if name in COMMANDS:
            _as_magic(conversation, f"{name[1:]} {rest}")
        case _:
            near = get_close_matches(name, COMMANDS, n=1)
            raise BadInput(
                f"There is no command {name}. {f'Did you mean {near[0]}?' if near else '/help lists them.'}"
            )


def _as_magic(conversation: Conversation, line: str) -> None:
    doing = magic.command(cast(Notebook, _Aloud(conversation, code=line.startswith("code"))), line)
    if doing is not None:
        conversation.work(doing)
    conversation.settle()


def _python(code: str) -> str:
    """Code in a Markdown fence that names its language."""
    fence, _, rest = fenced(code).partition("\n")
    return f"{fence}python\n{rest}"


def insert(conversation: Conversation, cell: int | Literal["all"]) -> None:
    """Have a cell put into the notebook, by the front end.

    Raises:
        BadInput: there is no such cell.
    """
    shown = [b for b in conversation.screen.blocks if b["kind"] == "cell" and b["number"]]
    if cell == "all":
        codes = [b["code"] for b in shown if b["state"] == "ok" and not b.get("undone")]
        origin = "all cells that worked"
    else:
        codes, origin = [b["code"] for b in shown if b["number"] == cell][-1:], f"cell {cell}"
    if not codes:
        raise BadInput("There is no such cell." if cell != "all" else "No cell worked yet.")
    code = "\n\n".join([f"# made by analyst: {origin}", *codes])
    conversation.screen.say("insert", code=code, where="below")


async def export(conversation: Conversation, form: str) -> None:
    """Send the conversation as a document.

    Raises:
        BadInput: nothing was asked yet.
    """
    from ..export import export as write  # noqa: PLC0415 - nbformat takes two seconds to import

    run = conversation.notebook.last

    def made() -> str:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"document.{form}"
            write(run, form, path)
            return path.read_text(encoding="utf-8")

    text = await asyncio.to_thread(made)
    conversation.screen.say("download", name=f"{run.name}.{form}", mime=MIMES[form], text=text)
