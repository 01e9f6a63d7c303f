"""The agent's own thread and loop: it thinks and streams while the kernel runs the user's cells."""

from __future__ import annotations

import asyncio
import threading
from functools import cache


@cache
def loop() -> asyncio.AbstractEventLoop:
    """The loop, running in a daemon thread from the first call on; it ends with the kernel."""
    made = asyncio.new_event_loop()
    threading.Thread(target=made.run_forever, name="analyst-agent", daemon=True).start()
    return made
