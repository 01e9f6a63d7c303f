"""One question from the notebook: what is known goes to a session; what comes of it stands in the cell."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any, Literal

from analyst_kernels.probe.brief import kind
from IPython import get_ipython
from IPython.core.error import UsageError

from ..binding import bound
from ..errors import BadInput
from ..events import Asked, PlanStep, Reviewed
from ..holding import closed
from ..models import Model
from ..models.choice import choose
from ..rebuild import cells
from ..result import Result
from ..session import Session
from ..settings import environment
from ..trust.completed import statements
from ..views.cell import CellView
from . import of, recording
from .line import FLAGS
from .notebook import Notebook
from .options import Options, options
from .prompt import Prompt, understand
from .replaying import ReplayedModel
from .stopping import AgentFailed, AgentStopped

_BROKEN = ("input", "model", "kernel", "context")
"""Why a run stopped that could not do its work, whatever it had found until then."""
_VALUES = ("frame", "series", "array", "mapping", "sequence", "set", "scalar", "text", "index")


def run(question: str, given: Mapping[str, Any]) -> Result:
    """See `analyst.magic.run`."""
    shell = get_ipython()
    magics = of(shell) if shell is not None else None
    if magics is None:
        raise UsageError("Load the extension first, in a notebook or in IPython: %load_ext analyst")
    rest = dict(given)
    more = {name: rest.pop(name) for name in ("new", "to") if name in rest}
    if strange := [name for name in rest if name not in FLAGS]:
        raise UsageError(f"{strange[0]} is no option. The options are: {', '.join((*FLAGS, 'new', 'to'))}.")
    found = list[Result]()

    async def work() -> None:
        found.extend(filter(None, [await ask(magics.notebook, question, rest, **more)]))

    magics.notebook.drive(work)
    return found[0]


async def asked(notebook: Notebook, text: str, flags: Mapping[str, Any], **more: Any) -> None:
    """What `%%agent` does."""
    await ask(notebook, text, flags, **more)


async def ask(
    notebook: Notebook,
    text: str,
    flags: Mapping[str, Any],
    *,
    new: bool = False,
    to: str = "",
    dry: bool = False,
    plan: Literal["only"] | None = None,
    steps: Sequence[PlanStep] = (),
    context: str = "",
) -> Result | None:
    """Read a prompt and have it answered; None when it was only shown.

    Raises:
        BadInput: the prompt or an option cannot be used.
        AgentStopped, AgentFailed: there is no answer.
    """
    if not text.strip():
        raise BadInput("The cell is empty. Write the question below the line of %%agent.")
    chosen = options(flags, notebook.magics.given, notebook.home, new=new, to=to, dry=dry)
    own = chosen.kernel == "own"
    if to and not own:
        raise BadInput("--to needs your own kernel: a closed one holds other variables.")
    activity, user = notebook.magics.activity, notebook.user
    done = "\n".join(filter(None, [context, activity.told]))
    prompt = understand(text, notebook.shell.user_ns, user, activity.failure, done, {to, *notebook.made})
    if dry:
        _show(notebook, prompt, chosen)
        return None
    if new:
        notebook.forget()
    activity.tell()
    return await _answered(notebook, text, prompt, chosen, plan, steps)


async def _answered(
    notebook: Notebook,
    text: str,
    prompt: Prompt,
    chosen: Options,
    plan: Literal["only"] | None,
    steps: Sequence[PlanStep],
) -> Result:
    own = chosen.kernel == "own"
    before = recording.fingerprints(notebook.user) if own else {}
    theirs = set(notebook.user) - notebook.made
    name = recording.key(text, chosen)
    plain = plan is None and not steps
    model = _recorded(notebook, name, prompt, chosen) if plain else None
    bind = f"Bind the result to the variable {chosen.to}." if chosen.to else ""
    async with opened(notebook, chosen, model=model) as session:
        if own:  # what the user changed since the last question is not what the agent's first cell changed
            await notebook.lent.start()
            await notebook.lent.evaluate("changes")
        result = await session.ask(
            prompt.question,
            prompt.data,
            plan=plan,
            steps=steps,
            variables=prompt.variables if own else (),
            context="\n".join(filter(None, [prompt.context if own else "", bind])),
        )
        notebook.keep_made(theirs)
    concluded(result)
    sent_back = any(isinstance(e, Reviewed) and e.told for e in result.facts)  # by nobody, the next time
    if plain and result.status == "answered" and not sent_back:
        asked = next(e for e in result.facts if isinstance(e, Asked))
        recording.save(notebook.home, name, recording.record(text, asked, result.facts, before))
    if chosen.to:
        _bind(notebook, chosen.to, result)
    return result


@contextlib.asynccontextmanager
async def opened(
    notebook: Notebook, chosen: Options, *, model: Model | None = None
) -> AsyncIterator[Session]:
    """A session on the conversation of this kernel, its work shown in the cell; closed whatever happens."""
    own = chosen.kernel == "own"
    folder = notebook.folder(chosen.kernel)
    view = CellView(notebook.lent.publish, rich=notebook.lent.rich, run=folder.name)
    settings = chosen.settings if own else closed(chosen.settings)
    if model is not None:  # what was recorded was reviewed then
        settings = settings.model_copy(update={"review": None})
    session = Session(
        model or settings.model,
        folder=folder,
        kernel=notebook.lent if own else None,
        host=notebook.host(edit=chosen.edit, waits=view.waits_for_person, wanted=lambda: view.wanted),
        listeners=[view],
        settings=settings,
        undo=own,
        ran=notebook.ran if own else tuple,
    )
    try:
        with notebook.at_work(session):
            yield session
    finally:
        await session.close()
        view.close()


def concluded(result: Result) -> None:
    """A run without an answer ends the cell, so that "Run All" stops there.

    Raises:
        AgentStopped: the user ended it.
        AgentFailed: nothing was found.
    """
    why = result.stopped.reason if result.stopped else ""
    if why == "interrupted":
        raise AgentStopped
    if why == "refused":
        raise AgentStopped("The plan was refused; nothing was run.")
    if result.status == "failed" or why in _BROKEN:
        raise AgentFailed(result.stopped.detail if result.stopped else result.answer)


def _recorded(notebook: Notebook, name: str, prompt: Prompt, chosen: Options) -> Model | None:
    """The recorded run as a model, where there is one that may be used.

    Raises:
        BadInput: only recorded runs are allowed, and there is none that fits.
    """
    if chosen.replay == "never" or chosen.kernel != "own":
        return None
    strict = chosen.replay == "strict"
    kept = recording.find(notebook.home, name)
    if kept is None:
        if strict:
            raise BadInput("There is no recorded run of this cell. Run it once with --replay auto.")
        return None
    if changed := recording.changes(kept, prompt.question, notebook.user):
        if strict:
            raise BadInput(f"The recorded run does not fit any more: {'; '.join(changed)}.")
        notebook.say(f"Since this was recorded, {'; '.join(changed)}: the model is asked.")
        return None
    notebook.say("Recorded: the code is run again, without the model. --replay never asks it anew.")
    model = chosen.settings.model
    return ReplayedModel(kept, None if strict else lambda: choose(model, environment()).model, notebook.say)


def _show(notebook: Notebook, prompt: Prompt, chosen: Options) -> None:
    model = chosen.settings.model or "found out when it is asked"
    lines = [
        f"Model: {model} · kernel: {chosen.kernel} · plan: {chosen.values['plan'].value}",
        f"Question: {prompt.question}",
        f"Surveyed: {', '.join((*prompt.variables, *prompt.data)) or 'nothing'}",
        *([prompt.context] if prompt.context else []),
        "Nothing was asked.",
    ]
    notebook.say("\n".join(lines))


def _bind(notebook: Notebook, name: str, result: Result) -> None:
    """Bind the result: what the code bound to this name itself; else the last table, else the last value that it made.

    Raises:
        BadInput: it made none.
    """
    user = notebook.user
    # not only what is new or different: the same result again is bound again
    made = [
        name
        for call, returned in cells(result.facts)
        if returned.ok
        for name in (*(v.name for v in returned.variables or ()), *_bound(call.code))
        if name in user
    ]
    if name in made:
        return
    for kinds in (("frame",), ("series",), _VALUES):
        for found in reversed(made):
            if kind(user[found]) in kinds:
                notebook.shell.user_ns[name] = user[found]
                notebook.say(f"{name} is bound to {found}.")
                return
    raise BadInput(f"The code left no table and no value behind that {name} could be bound to.")


def _bound(code: str) -> Iterator[str]:
    """Names that a cell binds, in order; not those inside of what it defines."""
    for statement in statements(code):
        if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from bound(statement)
