"""Commands that let the agent work, stop it, or take its work back."""

from __future__ import annotations

from ...errors import BadInput
from ...events import Asked
from ...host import Nobody
from ...log import read
from ...result import Result, result
from ...session import Session
from ...settings import Settings
from ...views import taken_back
from ..asking import ask, concluded, opened
from ..notebook import Notebook
from ..options import options

FIX = (
    "This cell of mine failed. Find the cause, say it in a sentence, and run a corrected version of the cell."
)


async def plan(notebook: Notebook, question: str) -> None:
    """plan QUESTION — make a plan and stop; `%agent run` works by it"""
    if not question:
        raise BadInput("Say what the plan is for: %agent plan QUESTION")
    await ask(notebook, question, {}, plan="only")


async def run(notebook: Notebook, question: str) -> None:
    """run [QUESTION] — ask in a line; without a question: work by the plan, or go on where it stopped"""
    if question:
        await ask(notebook, question, {})
        return
    last = _own(notebook)
    why = last.stopped.reason if last.stopped else ""
    if why == "plan only":
        question = next(e.question for e in last.facts if isinstance(e, Asked))
        await ask(notebook, _escaped(question), {"replay": "never"}, steps=last.plan)
    elif last.stopped:
        async with opened(notebook, options({}, notebook.magics.given, notebook.home)) as session:
            went_on = await session.resume()
        concluded(went_on)
    else:
        raise BadInput("The last question is answered: there is nothing to go on with. Ask with %%agent.")


def stop(notebook: Notebook, _: str) -> None:
    """stop — end what the agent does; while it works, press the kernel's Stop button"""
    notebook.say("It is being stopped." if notebook.stop() else "The agent is not working.")


async def undo(notebook: Notebook, number: str) -> None:
    """undo [N] — take back what the last question's cells did to your variables; N: only the last N cells"""
    if number and not (number.isdecimal() and int(number) > 0):
        raise BadInput(f"{number!r} is no number of cells. Use %agent undo or %agent undo 2.")
    folder = notebook.own
    if folder is None:
        raise BadInput("Nothing was run in this kernel yet: there is nothing to undo.")
    # it asks no model: the session is only the way to the log
    session = Session(
        "rules", folder=folder, kernel=notebook.lent, host=Nobody(), settings=Settings(), undo=True
    )
    try:
        undone = await session.undo(int(number) if number else None)
    finally:
        await session.close()
    notebook.say(f"{taken_back(undone)}\nFiles and other things outside the kernel stay as they are.")


async def verify(notebook: Notebook, mode: str) -> None:
    """verify [full] — run the code of the answers again in a clean kernel, and compare what it comes to"""
    if mode not in ("", "values", "full"):
        raise BadInput(f"{mode!r} is no way to verify. Use %agent verify or %agent verify full.")
    folder = _own(notebook).run
    session = Session(
        "rules",
        folder=folder,
        kernel=notebook.lent,
        host=Nobody(),
        settings=Settings(),
        undo=True,
        ran=notebook.ran,
    )
    try:
        proved = await session.verify("full" if mode == "full" else "values")
    finally:
        await session.close()
    notebook.say(
        "\n".join([str(proved), *(f"{m.where}: {m.was} was {m.now} this time" for m in proved.moved[3:])])
    )


async def fix(notebook: Notebook, hint: str) -> None:
    """fix [HINT] — mend your last cell that failed; `%agent insert` then puts the code into a new cell"""
    failure = notebook.magics.activity.failure
    if failure is None:
        raise BadInput("No cell has failed since the extension was loaded.")
    text = "\n".join(filter(None, [FIX, _escaped(hint)]))
    await ask(notebook, text, {"replay": "never"}, context=f"The cell that failed:\n{failure}")


def _own(notebook: Notebook) -> Result:
    """What came of this kernel's last question."""
    events = [line.event for line in read(notebook.own)] if notebook.own and notebook.own.exists() else []
    if not any(isinstance(e, Asked) for e in events):
        raise BadInput("Nothing was asked in this kernel yet. Ask with %%agent.")
    return result(events, folder=notebook.own)


def _escaped(text: str) -> str:
    """A text in which nothing is put in or attached any more."""
    return text.replace("{", "{{").replace("}", "}}").replace("@", "@@")
