"""A question without a front end: run it, write notebook and report beside the log, give the result."""

from __future__ import annotations

import asyncio
import json
import threading
import weakref
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .errors import BadInput
from .events import Contract, ContractSet
from .files import write_whole
from .log import read
from .models import Model
from .result import Result
from .session import Session
from .settings import Settings
from .story import read as stories
from .trust.claims import last_check
from .trust.claims import to_json as claims_json
from .trust.limits import limits
from .views.html import write_html
from .views.notebook import write_notebook

NOTEBOOK, REPORT, CLAIMS = "notebook.ipynb", "report.html", "claims.json"
CLOSING = 30.0
"""Most seconds that the end of a script waits for a kernel to go."""


def run(
    question: str,
    data: Path | str | Sequence[Path | str] = (),
    *,
    model: str | Model | None = None,
    out: Path | str | None = None,
    **settings: Any,
) -> OpenResult:
    """Answer a question about data; works in a script and in a notebook. The result can be asked on.

    Args:
        question: in your words.
        data: path of a file or folder, or several.
        model: `provider/name`, a `Model`, or None: found out.
        out: folder for notebook, report and log; None: a new one under `analyst-runs/`.
        settings: any field of `analyst.Settings`, for example `budget=0.5` (US dollars) or `plan="always"`.

    Raises:
        BadInput: a path, setting or model id cannot be used.
        SandboxUnavailable: nothing holds the code here; `sandbox="off"` does without.
        AnalystError, KernelError: see `analyst.errors`.
    """
    thread = _Thread(Session(model, folder=out, settings=Settings.of(**settings)))
    try:
        return thread.ask(question, data)
    except BaseException:
        thread.close()
        raise


@dataclass(frozen=True, slots=True)
class OpenResult(Result):
    """A result whose kernel is still there: `ask` goes on with it.

    The kernel goes when `close` is called, when a `with` block ends, when no result of the conversation is referred to
    any more, and at the latest when the interpreter ends.
    """

    _thread: _Thread | None = field(default=None, repr=False, compare=False)

    def ask(self, question: str, data: Path | str | Sequence[Path | str] = ()) -> OpenResult:
        """Ask on, in the same kernel and the same log: earlier questions, answers and variables are known.

        Raises:
            BadInput: the question is empty, a path does not exist, or the result is closed.
            LogError: the log cannot be written.
        """
        if self._thread is None:
            raise BadInput("This result was not made by `analyst.run`. Ask with `analyst.Session`.")
        return self._thread.ask(question, data)

    def close(self) -> None:
        """Shut the kernel down; what was found out stays."""
        if self._thread:
            self._thread.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


async def with_notebook(session: Session, asking: Awaitable[Result]) -> Result:
    """Await the result, and write notebook and report of the whole log into the run's folder."""
    result = await asking
    notebook, html = write_views(session.folder)
    return replace(result, notebook=notebook, html=html)


def write_views(folder: Path) -> tuple[Path, Path]:
    """Write notebook, report and `claims.json` (what is on record for each number) of the log in a run's folder, beside it."""
    lines = list(read(folder))
    events = [line.event for line in lines]
    notebook, html = folder / NOTEBOOK, folder / REPORT
    write_notebook(events, notebook)
    write_html(events, html, at=[line.at for line in lines])
    if checked := last_check(events):
        write_whole(
            folder / CLAIMS, json.dumps(claims_json(checked.claims), ensure_ascii=False, indent=1) + "\n"
        )
    return notebook, html


def to_json(result: Result) -> dict[str, Any]:
    """The object that `analyst run --json` prints; paths as text, money in US dollars or None."""
    usage = asdict(result.usage)
    cost = usage.pop("usd")
    return {
        "status": result.status,
        "answer": result.answer,
        "named": dict(result.named),
        "limits": told_limits(result),
        "plan": [asdict(step) for step in result.plan],
        "contract": asdict(asked_for(result)),
        "run": str(result.run),
        "notebook": str(result.notebook) if result.notebook else None,
        "html": str(result.html) if result.html else None,
        "files": [str(f) for f in result.files],
        "model": result.model,
        "isolation": result.isolation,
        "reviewed": result.reviewed.verdict if result.reviewed else None,
        "proved": str(result.proved) if result.proved else None,
        "usage": usage,
        "cost": cost,
        "seconds": result.seconds,
    }


def asked_for(result: Result) -> Contract:
    """What the answer must contain."""
    return next((e.contract for e in reversed(result.facts) if isinstance(e, ContractSet)), Contract())


def told_limits(result: Result) -> list[str]:
    """What is to be known of an answer before it is relied on, a sentence each; none where there is no answer."""
    story = stories(result.facts)[-1] if result.facts else None
    return limits(story) if story and story.answered else []


# ── a session in a thread of its own ────────────────────────────────────────────────────────────────────────────────


class _Thread:
    """A session that lives on between calls which are not async, whether an event loop runs around them or not."""

    def __init__(self, session: Session) -> None:
        self._desk = _Desk(session)
        self._loop = asyncio.new_event_loop()
        # a daemon: the interpreter waits for other threads before it calls the finalizer that ends this one
        thread = threading.Thread(target=_spin, args=(self._loop,), name="analyst.run", daemon=True)
        thread.start()
        self._end = weakref.finalize(self, _finish, self._desk, self._loop, thread)

    def ask(self, question: str, data: Path | str | Sequence[Path | str]) -> OpenResult:
        """Ask, and wait for the result. Ctrl-C stops the code that runs there."""
        if not self._end.alive:
            raise BadInput("This result is closed. Go on with `analyst.Session(folder=result.run)`.")
        paths = [data] if isinstance(data, str | Path) else list(data)
        future = asyncio.run_coroutine_threadsafe(self._desk.ask(question, paths), self._loop)
        try:
            found = future.result()
        except BaseException:
            future.cancel()
            raise
        return OpenResult(**{f.name: getattr(found, f.name) for f in fields(found)}, _thread=self)

    def close(self) -> None:
        """End the session and the thread; nothing happens the second time."""
        self._end()


@dataclass
class _Desk:
    """What is done in the thread. It knows nothing of the object that is collected when nobody needs it any more."""

    session: Session
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    asking: set[asyncio.Task[Any]] = field(default_factory=set)

    async def ask(self, question: str, paths: Sequence[Path | str]) -> Result:
        task = asyncio.current_task()
        assert task
        self.asking.add(task)
        try:
            async with self.turn:
                return await with_notebook(self.session, self.session.ask(question, paths))
        finally:
            self.asking.discard(task)

    async def close(self) -> None:
        await _cancel(self.asking)
        await self.session.close()


def _spin(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
        loop.run_until_complete(_cancel(asyncio.all_tasks(loop)))
    finally:
        loop.close()


async def _cancel(tasks: Iterable[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _finish(desk: _Desk, loop: asyncio.AbstractEventLoop, thread: threading.Thread) -> None:
    """Called once, in any thread: the garbage collector does not ask which."""
    closed = asyncio.run_coroutine_threadsafe(desk.close(), loop)
    closed.add_done_callback(lambda _: loop.call_soon_threadsafe(loop.stop))
    if threading.current_thread() is not thread:
        closed.result(CLOSING)
        thread.join(CLOSING)
