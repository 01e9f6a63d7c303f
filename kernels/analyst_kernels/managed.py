"""A kernel that we start, watch and end, through jupyter_client: any kernelspec, any provisioner."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import time
from collections.abc import Mapping
from math import inf
from pathlib import Path
from typing import Any

from . import Ending, Execution, KernelDied, KernelError, KernelNotStarted, Limits, OnOutput, guard
from .collect import Outputs
from .probing import probe_source
from .process import LARGEST, Engine, Message, Process, Start
from .settling import quiet

__all__ = ["ManagedKernel"]

TICK = 0.2
"""Seconds after which limits are looked at when the kernel says nothing."""
TRAILING = 1.0
"""Seconds that the second of the two messages which end an execution may come after all others."""

_PASSED_ON = re.compile(
    r"PATH|HOME|USER|LOGNAME|SHELL|TERM|TZ|TMPDIR|TEMP|TMP|LANG|LANGUAGE|LC_[A-Z]+|XDG_\w+|PYTHON\w*|VIRTUAL_ENV|CONDA_\w+|"
    r"JUPYTER_\w+|IPYTHONDIR|MPL\w+|\w+_NUM_THREADS|LD_LIBRARY_PATH|DYLD_\w+|CUDA_\w+|SSL_CERT_\w+|JAVA_HOME|R_\w+|"
    r"JULIA_\w+|SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|PATHEXT|APPDATA|LOCALAPPDATA|PROGRAMDATA|USERPROFILE|USERNAME",
    re.IGNORECASE,
)
"""Where programs are and keep their files, language, threads."""
_SECRET = re.compile("KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL", re.IGNORECASE)
_REPLY, _IDLE = "execute_reply", "idle"

# files that code has left open would lose what is still in their buffers
_FLUSH = """
import gc, io
for thing in gc.get_objects():
    if type(thing) in (io.TextIOWrapper, io.BufferedWriter) and not thing.closed and thing.writable():
        thing.flush()
"""


class ManagedKernel:
    """A kernel in a process of its own.

    Its process group gets the signals, so that children die with it. Code that does not listen to an interrupt within
    `Limits.grace` is killed; then the kernel is dead until `restart`.

    Args:
        name: of a kernelspec; `jupyter kernelspec list` shows which there are.
        cwd: working directory of the kernel; the current one by default.
        env: its whole environment; by default what programs commonly need of ours (`environment`): no keys.
        probe: Python text that makes the module `_analyst_probe`; by default the package's own.
        provisioner: name of the one of jupyter_client that starts it; by default the kernelspec's own.
        config: for the provisioner, over what the kernelspec itself says.
    """

    def __init__(
        self,
        name: str = "python3",
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        probe: str | None = None,
        provisioner: str = "",
        config: Mapping[str, Any] | None = None,
    ) -> None:
        self._name = name
        self._start = Start(provisioner, config or {})
        self._cwd = cwd
        self._env = env
        self._probe = probe
        self._process: Engine | None = None
        self._run: _Run | None = None
        self._turn = asyncio.Lock()

    async def start(self) -> None:
        """Start the process and install the probe; nothing happens when it was started before.

        Raises:
            KernelNotStarted: the kernelspec is missing, or the process did not come up; says why.
        """
        async with self._turn:
            if self._process is None:
                self._process = await self._launch()

    async def execute(
        self, code: str, on_output: OnOutput | None = None, limits: Limits | None = None
    ) -> Execution:
        """Run code as a cell. See `Kernel.execute`.

        Raises:
            KernelDied: the kernel was dead before the code could run; says how it died.
        """
        limits = limits or Limits()
        run = _Run(code, limits, Outputs(limits, on_output))
        await self._perform(run)
        return Execution(run.ending or "ok", run.outputs.finish(), state_lost=run.died)

    async def evaluate(self, function: str, *arguments: object) -> Any:
        """Call a function of the probe in the kernel. See `Kernel.evaluate`.

        Raises:
            KernelDied: the kernel is not alive, or died of it.
            KernelError: the function failed.
        """
        module = "__import__('sys').modules['_analyst_probe']"
        given = f"__import__('json').loads({json.dumps(arguments)!r})"
        return await self._value(f"{module}.{function}(*{given})", function)

    async def interrupt(self) -> None:
        """Stop the running code: interrupt it, and kill it after the grace period. Nothing happens when none runs."""
        if self._run is not None:
            self._run.stop("interrupted")
            await self._run.enforce()

    async def restart(self) -> None:
        """A fresh process, whatever state the old one is in. Code that still runs dies.

        Raises:
            KernelNotStarted: the new one did not come up.
        """
        await self._end()
        async with self._turn:
            self._process = await self._launch()

    async def close(self) -> None:
        """End the process; remove its folder, sockets and connection file."""
        await self._end()

    @property
    def notice(self) -> str:
        """What the kernelspec's provisioner has to say of how the kernel was started; "" when all is as asked for."""
        return self._process.notice if isinstance(self._process, Process) else ""

    @property
    def alive(self) -> bool:
        """Whether the process is there (known within 0.2 s)."""
        return self._process is not None and self._process.alive

    # ── inside ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _launch(self) -> Engine:
        env = self._env if self._env is not None else environment()
        return await Process.launch(self._name, self._probe_text(), self._cwd, env, self._start)

    async def _value(self, expression: str, what: str) -> Any:
        """The value (JSON) of a Python expression; `what` names it in errors. Raises as `evaluate` does."""
        limits = Limits()
        text = f"__import__('json').dumps({expression})"
        run = _Run("", limits, Outputs(limits), silent=True, expressions={"value": text})
        await self._perform(run)
        if run.died:
            raise KernelDied(f"The kernel died in {what}; `restart` gives an empty one.")
        if run.ending != "ok":
            raise KernelError(f"{what} did not return: {run.ending}")
        return guard.value_of(run.reply, what)

    def _probe_text(self) -> str:
        return self._probe if self._probe is not None else probe_source()

    async def _end(self) -> None:
        process = self._process
        if process is None:
            return
        if process.alive and process.ipython and self._run is None:
            limits = Limits(wall=1.0, grace=0.0)
            with contextlib.suppress(KernelDied):  # just now: that is all that was wanted
                await self._perform(_Run(quiet(_FLUSH), limits, Outputs(limits), silent=True))
        await process.kill()
        async with self._turn:  # what was running has noticed the end by then
            await process.close()
            if self._process is process:
                self._process = None

    async def _perform(self, run: _Run) -> None:
        """Do the run in its turn. If this task is cancelled the code is stopped first, so that the kernel is idle."""
        work = asyncio.ensure_future(self._take_turn(run))
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            if self._run is not run:
                work.cancel()
            run.stop("interrupted")
            while not work.done():
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.wait([work])
            if not work.cancelled():
                work.exception()  # nobody waits for it any more; asyncio would complain that nobody looked
            raise

    async def _take_turn(self, run: _Run) -> None:
        async with self._turn:
            process = self._process
            if process is None:
                raise KernelDied("The kernel is not started, or is closed already.")
            if not process.alive:
                raise KernelDied(f"The kernel is dead. {process.epitaph()} `restart` gives an empty one.")
            self._run = run
            try:
                await run.perform(process)
            finally:
                self._run = None
                if not process.alive:
                    await process.close()  # children of it, sockets, files


class _Run:
    """One request, from its sending to its end."""

    def __init__(
        self,
        code: str,
        limits: Limits,
        outputs: Outputs,
        *,
        silent: bool = False,
        expressions: Mapping[str, str] | None = None,
    ) -> None:
        self.code = code
        self.limits = limits
        self.outputs = outputs
        self.silent = silent
        self.expressions = expressions
        self.ending: Ending | None = None
        """Once it is there it stays: code that was stopped may still end well, but was stopped."""
        self.reply: Mapping[str, Any] = {}
        self.died = False
        self._process: Engine | None = None
        self._request = ""
        self._running = False
        self._awaited = {_REPLY, _IDLE}
        self._began = self._heard = 0.0
        self._signal_at = self._kill_at = self._over_at = inf

    def stop(self, why: Ending) -> None:
        """Have the code interrupted, and killed when the grace period is over."""
        if self.ending is None:
            self.ending = why
            self._signal_at = time.monotonic()
            self._kill_at = self._signal_at + self.limits.grace

    async def perform(self, process: Engine) -> None:
        """Run to the end, whatever the end is."""
        if self.ending is not None:
            return
        self._process = process
        self._request = process.request(self.code, silent=self.silent, expressions=self.expressions)
        self._began = self._heard = time.monotonic()
        try:
            await self._follow(process)
        except Exception:
            # whoever was told of an output failed: the kernel is left idle before that is passed on
            self.outputs.mute()
            self.stop("interrupted")
            await self._follow(process)
            raise

    async def _follow(self, process: Engine) -> None:
        parsed = max(4 * self.limits.text, self.limits.data) + 1_000_000
        while self._awaited and time.monotonic() < self._over_at:
            message = await process.receive(TICK, parsed)
            if message is not None:
                self._take(message)
            elif not process.alive:
                self.died = True
                self.ending = self.ending or "died"
                return
            await self.enforce()
        if self._awaited:
            await self._reconnect(process)
        if self.ending is None:
            self.ending = "ok" if self.reply.get("status") == "ok" else "error"

    async def _reconnect(self, process: Engine) -> None:
        """One of the two last messages has not come: its channel was cut because of a message beyond all bounds."""
        if _IDLE in self._awaited:
            self.outputs.say(f"Some output is lost: a piece of it was larger than {LARGEST:,} bytes")
        try:
            await process.connect()
        except KernelNotStarted:
            await process.kill()
            self.died, self.ending = True, self.ending or "died"

    def _take(self, message: Message) -> None:
        if message.parent != self._request:
            return
        self._heard = time.monotonic()
        if message.kind == _REPLY:
            self.reply = message.content
            self._awaited.discard(_REPLY)
            for payload in message.content.get("payload", ()):
                if payload.get("source") == "page":  # what `thing?` tells
                    self.outputs.take("display_data", payload)
        elif message.kind == "status":
            self._running = self._running or self.silent
            if message.content.get("execution_state") == _IDLE:
                self._awaited.discard(_IDLE)
        elif message.kind == "execute_input":
            self._running = True
        elif message.unread is not None:
            self.outputs.take_unread(message.kind, message.unread)
        else:
            self.outputs.take(message.kind, message.content)
        if len(self._awaited) == 1:
            self._over_at = self._heard + TRAILING

    async def enforce(self) -> None:
        """Look at the limits; interrupt or kill what has been stopped."""
        if self._process is None:
            return
        now = time.monotonic()
        if now - self._began > self.limits.wall:
            self.stop("wall limit")
        elif self.limits.silence is not None and now - self._heard > self.limits.silence:
            self.stop("silence limit")
        # an interrupt before the code has begun would be lost on the kernel
        due = self._signal_at if self._running else self._kill_at - self.limits.grace / 2
        if now >= due and now >= self._signal_at and _IDLE in self._awaited:
            self._signal_at = now + self.limits.grace / 2  # `!cmd`, for one, keeps the first for itself
            await self._process.interrupt()
        if now > self._kill_at and _IDLE in self._awaited:
            await self._process.kill()


def environment() -> dict[str, str]:
    """What of our environment a kernel is given: a list of what is passed on, as nobody can list what is secret."""
    ours = os.environ  # noqa: TID251  (the kernel's environment is made from ours, here alone)
    return {name: ours[name] for name in ours if _PASSED_ON.fullmatch(name) and not _SECRET.search(name)}
