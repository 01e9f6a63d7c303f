"""Many pieces of work, several at once: for the tasks of a suite and the jobs of a batch.

`run_all` does them; `progress` shows them on standard error.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

__all__ = ["run_all"]

T = TypeVar("T")
_NO_MORE = object()


async def _at_once() -> None:
    """There is always room."""


async def run_all(
    items: Iterable[T],
    work: Callable[[T], Awaitable[None]],
    *,
    at_once: int,
    room: Callable[[], Awaitable[None]] = _at_once,
    stopping: Callable[[], bool] = lambda: False,
) -> None:
    """Do `work` for each item, `at_once` at a time, begun in their order.

    An item is taken when there is room for it, so that no more than those under way are in memory. An exception ends
    all that is under way, and is raised: what may fail without an end to the others is caught in `work`.

    Args:
        items: read one by one.
        work: what is done with each.
        at_once: how many at a time.
        room: returns when there is room for one more.
        stopping: whether no more is to be begun; what is under way goes on to its end.
    """
    waiting = iter(items)

    async def worker() -> None:
        while not stopping():
            await room()
            item = _NO_MORE if stopping() else next(waiting, _NO_MORE)
            if item is _NO_MORE:
                return
            await work(item)  # type: ignore[arg-type]  # a sentinel has no type of its own

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(worker())
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None
