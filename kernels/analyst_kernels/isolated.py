"""A managed kernel that is held: by the best sandbox of this machine, or by the one that is named."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from . import SandboxUnavailable
from .managed import ManagedKernel
from .process import Start
from .sandbox import Tier, choose, without
from .sandbox.view import narrow

__all__ = ["IsolatedKernel", "Sandbox"]

Sandbox = Literal["auto", "bubblewrap", "seatbelt", "landlock", "external", "off"]
"""auto: the best there is. external: something around this process holds it. off: nothing has to."""
_PLAIN = "python3"


class IsolatedKernel(ManagedKernel):
    """A Python kernel that sees `data`, writes to `work`, and reaches nothing else.

    Where nothing holds it (`external`, `off`), the kernelspec `python3` is forked from a process that has imported
    everything already (`zygote`); any other kernelspec is started as it says.
    """

    held_by: Tier
    """What holds the code; `none` when nothing does."""

    def __init__(
        self,
        name: str = _PLAIN,
        *,
        work: Path,
        sandbox: Sandbox = "auto",
        trusted: bool = False,
        limits: Mapping[str, Any] | None = None,
    ) -> None:
        """Choose what holds the kernel; nothing is started.

        Args:
            name: of a kernelspec; in a sandbox, of one for Python.
            work: the one folder that may be written; the working directory. It is made when the kernel starts.
            sandbox: which one.
            trusted: with `auto`, code may run plainly where there is no sandbox, as it is our own.
            limits: traits of `SandboxProvisioner`, such as `memory_mb`.

        Raises:
            SandboxUnavailable: this machine has no such sandbox; says what would give it.
        """
        self.held_by = _held_by(sandbox, trusted=trusted)
        self._bounds = dict(limits or {})
        self._data: tuple[str, ...] = ()
        self._work = work.absolute()
        super().__init__(name, cwd=self._work)
        self._start = self._how(name)

    @property
    def isolated(self) -> bool:
        """Whether a sandbox of ours holds it."""
        return self.held_by.name not in ("external", "none")

    async def start(self) -> None:
        """Start the process. See `ManagedKernel.start`.

        Raises:
            KernelNotStarted: as there.
        """
        self._work.mkdir(parents=True, exist_ok=True)
        await super().start()

    def declare(self, data: Iterable[str]) -> bool:
        """Let it read these files and folders too, from its next start on; whether it has to be started anew for that.

        A sandbox is closed when it is built: what is declared later can be shown to a new one only.

        Raises:
            KernelNotStarted: a path is missing, or wide enough to undo the sandbox.
        """
        new = [path for path in data if not self._sees(path)]
        if not self.isolated:
            return False
        self._data = (*self._data, *narrow(new))
        self._start = self._how(self._name)
        return bool(new) and self._process is not None

    def _how(self, name: str) -> Start:
        if self.isolated:
            own = {"tier": self.held_by.name, "work": str(self._work), "data": list(self._data)}
            return Start("analyst-sandbox", {**self._bounds, **own})
        return Start("analyst-zygote" if name == _PLAIN else "")

    def _sees(self, path: str) -> bool:
        return any(_within(path, top) for top in (*self._data, str(self._work)))


def _held_by(sandbox: Sandbox, *, trusted: bool) -> Tier:
    if sandbox in ("external", "off"):
        return without("external" if sandbox == "external" else "none")
    try:
        return choose(sandbox)
    except SandboxUnavailable:
        if trusted and sandbox == "auto":
            return without("none")
        raise


def _within(path: str, top: str) -> bool:
    inner, outer = os.path.realpath(path), os.path.realpath(top)
    return inner == outer or inner.startswith(outer.rstrip("/") + "/")
