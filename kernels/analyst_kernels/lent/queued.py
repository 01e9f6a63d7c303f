"""The third way on to the main thread: jobs wait their turn in the kernel's own queue, between the user's cells.

A thread with a loop of its own sends its kernel silent execute requests, which name a job. So the front end shows
nothing of them, counts and history stay, and a job that has not begun can be taken back.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import queue
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from functools import partial
from typing import Any

from .. import KernelError
from .executor import step
from .stops import stop_control
from .ways import Job

__all__ = ["Queued", "perform", "perform_stepped"]

_ids = itertools.count(1)


class _Turn:
    """One stay on the main thread, for several jobs."""

    def __init__(self, opening: Job) -> None:
        self.opening = opening
        self.begun = False
        self.jobs: queue.SimpleQueue[tuple[Job, Future[Any]] | None] = queue.SimpleQueue()
        """Further jobs; None is the end."""

    async def first(self, job: Job, stepped: bool) -> Any:
        """Its first job, after what comes before it."""
        self.begun = True
        await self.opening(stepped)
        return await job(stepped)


class Queued:
    """Jobs as silent execute requests on the shell channel of the kernel that this process is."""

    def __init__(self, shell: Any, on_change: Callable[[], object], on_stop: Callable[[], object]) -> None:
        """On the loop of those who will ask; it is `loop` from now on.

        Args:
            shell: the kernel's.
            on_change: called on the loop when `waiting` may have changed.
            on_stop: called on the loop when the user presses the kernel's Stop while a job runs.

        Raises:
            KernelError: the shell is not that of a kernel.
        """
        if not hasattr(shell, "kernel"):
            raise KernelError("Only a Jupyter kernel has a queue; this is a terminal.")
        self.loop = asyncio.get_running_loop()
        self._shell = shell
        self._on_change = on_change
        self._on_stop = on_stop
        self._sent: dict[str, str] = {}
        self._client: Any = None
        self._listening: asyncio.Task[None] | None = None
        self._hers: Any = None
        self._turn: _Turn | None = None
        shell.events.register("pre_run_cell", self._cell_begins)

    async def perform(self, job: Job) -> Any:
        """See `Way` and `_done`."""
        future = Future[Any]()
        if (turn := self._turn) is not None and turn.begun:
            turn.jobs.put((job, future))
            return await _done(future)
        id = str(next(_ids))
        _waiting[id] = self, job, turn, future
        try:
            self._send(id)
            self._on_change()
            return await _done(future)
        finally:
            _waiting.pop(id, None)
            self._sent = {sent: other for sent, other in self._sent.items() if other != id}
            self._on_change()

    def hold(self, opening: Job) -> None:
        """Keep the main thread from the next job on: until `release` no cell of the user's comes between two of ours.

        `opening` is done before that job. Between jobs the kernel does nothing else, so they have to follow each other.
        """
        self.release()
        self._turn = _Turn(opening)

    def release(self) -> None:
        """Let the user's cells have their turn again."""
        if self._turn is not None:
            self._turn.jobs.put(None)
            self._turn = None

    def withdraw(self, ended: Job | None) -> None:
        """Take back what has not begun. What was `ended` before is done here and now: it only says so."""
        for id, (owner, job, _, future) in list(_waiting.items()):
            if owner is not self or not _taken(id) or not future.set_running_or_notify_cancel():
                continue
            if job is ended:
                step(_settle(future, job(True)))
            else:
                future.set_exception(KernelError("It was taken back before its turn came."))

    @property
    def waiting(self) -> bool:
        """Whether a job waits for its turn."""
        return any(owner is self for owner, *_ in list(_waiting.values()))

    async def close(self) -> None:
        """Listen no more."""
        self.release()
        with contextlib.suppress(ValueError):  # closed before
            self._shell.events.unregister("pre_run_cell", self._cell_begins)
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.wait([self._listening])
            self._client.stop_channels()
            self._client = self._listening = None

    def _cell_begins(self, _: Any) -> None:
        self._hers = self._shell.get_parent()

    def begin(self) -> None:
        """On the main thread, before a job: what the user's threads print goes on to belong to her last cell."""
        if self._hers is not None:
            self._shell.set_parent(self._hers)
        with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile: nobody looks
            self.loop.call_soon_threadsafe(self._on_change)

    def _send(self, id: str) -> None:
        if self._client is None:
            self._connect()
        awaited = "await __import__('analyst_kernels.lent.queued', fromlist=['perform']).perform"
        stepped = "__import__('analyst_kernels.lent.queued', fromlist=['perform']).perform_stepped"
        code = f"{awaited if self._shell.autoawait else stepped}({id!r})"
        request = self._client.execute(
            code, silent=True, store_history=False, allow_stdin=False, stop_on_error=False
        )
        self._sent[request] = id

    def _connect(self) -> None:
        from ipykernel import get_connection_file  # noqa: PLC0415 - a terminal's IPython need not have it
        from jupyter_client.asynchronous.client import AsyncKernelClient  # noqa: PLC0415 - slow, and only needed here

        self._client = AsyncKernelClient()
        self._client.load_connection_file(get_connection_file())
        self._client.start_channels(shell=True, iopub=False, stdin=False, hb=False, control=False)
        self._listening = asyncio.ensure_future(self._listen())

    async def _listen(self) -> None:
        """Replies only tell of requests that did not come to their job: results come by the job's future."""
        while True:
            reply = await self._client.get_shell_msg(timeout=None)
            id = self._sent.pop(reply["parent_header"].get("msg_id", ""), "")
            if id not in _waiting:
                continue
            content = reply["content"]
            if content["status"] == "aborted":  # a cell of the user's failed, and the queue was emptied
                self._send(id)
                continue
            *_, future = _waiting.pop(id)
            if future.set_running_or_notify_cancel():
                why = f"{content.get('ename', content['status'])}: {content.get('evalue', '')}"
                future.set_exception(KernelError(f"The kernel did not come to the code: {why}"))


_Entry = tuple[Queued, Job, _Turn | None, Future[Any]]
_waiting: dict[str, _Entry] = {}
"""Jobs that have not begun, by the id that stands in the request."""


async def perform(id: str) -> None:
    """What a request does on the main thread."""
    if begun := _begin(id):
        queued, job, turn, future = begun
        with _controlled(queued):
            await _settle(future, job(False))
            for job, future in _following(turn):
                await _settle(future, job(False))


def perform_stepped(id: str) -> None:
    """The same where nothing can be awaited: `%autoawait off`."""
    if begun := _begin(id):
        queued, job, turn, future = begun
        with _controlled(queued):
            step(_settle(future, job(True)))
            for job, future in _following(turn):
                step(_settle(future, job(True)))


def _begin(id: str) -> _Entry | None:
    found = _taken(id)
    if found is None or not found[-1].set_running_or_notify_cancel():
        return None
    queued, job, turn, future = found
    queued.begin()
    return queued, partial(turn.first, job) if turn else job, turn, future


def _following(turn: _Turn | None) -> Iterator[tuple[Job, Future[Any]]]:
    """The further jobs of a turn, until it is over. The thread does nothing else meanwhile."""
    while turn is not None and (todo := turn.jobs.get()) is not None:
        if todo[1].set_running_or_notify_cancel():
            yield todo


def _taken(id: str) -> _Entry | None:
    """The job, for whoever is first to take it. From any thread."""
    return _waiting.pop(id, None)


def _controlled(queued: Queued) -> contextlib.AbstractContextManager[Any]:
    """The kernel's Stop is the run's while a job of its runs."""
    if threading.current_thread() is not threading.main_thread():
        return contextlib.nullcontext()
    return stop_control(queued._on_stop, cancel=queued._on_stop, call=queued.loop.call_soon_threadsafe)


async def _settle(future: Future[Any], doing: Coroutine[Any, Any, Any]) -> None:
    try:
        future.set_result(await doing)
    except BaseException as error:  # noqa: BLE001 - the one who asked gets it
        future.set_exception(error)


async def _done(future: Future[Any]) -> Any:
    """What a job comes to; cancelled before it began, it is never done, and afterwards its end is awaited."""
    doing = asyncio.wrap_future(future)
    try:
        return await asyncio.shield(doing)
    except asyncio.CancelledError:
        if not future.cancel():  # it has begun
            await asyncio.wait([doing])
        raise
