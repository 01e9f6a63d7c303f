"""Work that a user may interrupt while it is awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from analyst_kernels import Kernel, Limits

T = TypeVar("T")


async def watched(
    interrupted: asyncio.Event, doing: Coroutine[Any, Any, T], kernel: Kernel | None = None
) -> T | None:
    """Await something until `interrupted` is set; None when it did not come to an end because of that.

    A running cell is asked to stop first, so that what it showed until then is kept.
    """
    task = asyncio.ensure_future(doing)
    bell = asyncio.ensure_future(interrupted.wait())
    try:
        await asyncio.wait({task, bell}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done() and kernel:
            await kernel.interrupt()
            await asyncio.wait({task}, timeout=Limits().grace)
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
        return None if task.cancelled() else task.result()
    finally:
        bell.cancel()
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
