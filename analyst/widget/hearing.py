"""What the front end says, and what is done about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyst_kernels import KernelError

from ..errors import AnalystError
from . import messages
from .commands import command, export, insert
from .completing import completions

if TYPE_CHECKING:
    from .conversation import Conversation


def do(conversation: Conversation, message: messages.Message) -> None:
    """Do what a checked message asks for; returns at once.

    Raises:
        BadInput: it cannot be done now.
    """
    screen = conversation.screen
    match message:
        case messages.Hello():
            screen.again()
        case messages.Send(text=text, id=id):
            try:
                if text.lstrip().startswith("/"):
                    command(conversation, text.strip())
                else:
                    conversation.ask(text)
            except (AnalystError, KernelError):
                screen.say("refused", id=id)  # it is mended, and sent again
                raise
            screen.say("taken", id=id)
        case messages.Stop():
            conversation.stop()
        case messages.Cancel():
            conversation.withdraw()
        case messages.Decide() | messages.Plan():
            if not conversation.decided(message):
                screen.say("toast", text="That is not asked any more.", level="info")
        case messages.Revise():
            conversation.replan(message)
        case messages.Undo(cell=cell):
            conversation.undo(cell)
        case messages.Insert(cell=cell):
            insert(conversation, cell)
        case messages.Export(to=to):
            conversation.work(export(conversation, to))
        case messages.Set():
            conversation.settle(**messages.changes(message))
        case messages.Complete(text=text, id=id):
            notebook = conversation.notebook
            screen.say("completions", **{"for": id}, items=completions(text, notebook.user, notebook.place))
