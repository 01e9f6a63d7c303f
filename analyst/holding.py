"""What holds a session's kernel, and what it may read: from the settings to a kernel, from the kernel to a fact."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from analyst_kernels import Kernel, KernelError, KernelNotStarted, SandboxUnavailable

from .errors import BadInput
from .events import Asked, Event, Isolated
from .models import Model
from .settings import Settings, kernel_token

if TYPE_CHECKING:
    from analyst_kernels.sandbox import Tier

WITHOUT = "Or let it run without: --sandbox off, with your rights; --sandbox external, when a container holds all of this."
"""What can be done where no sandbox is; goes with the reason and the fix."""

ELSEWHERE = "Choose --sandbox external, when a container holds the server; --sandbox off, when code may do what its user may."
"""The same for kernels of a server."""

OWN = "Or let the agent work in your own kernel, where risky cells wait for your yes: --kernel own."
"""The choice that a notebook has beside."""


class Held(Protocol):
    """A kernel of which is known what holds it, and that wants to know what data it has to read."""

    held_by: Tier

    @property
    def isolated(self) -> bool:
        """Whether a sandbox of ours holds it."""
        ...

    def declare(self, data: Iterable[str]) -> bool:
        """It will read these files and folders too; whether it has to be started anew for that."""
        ...


def new_kernel(settings: Settings, model: Model, work: Path) -> Kernel:
    """A kernel for the code of this model, not started; `work` is made when it starts.

    Raises:
        SandboxUnavailable: nothing holds it here; says what would, and how to do without.
        BadInput: the token of the kernel server cannot be one.
    """
    if settings.kernel_server:
        return _of_server(settings.kernel_server, settings, model, work)
    from analyst_kernels.isolated import IsolatedKernel  # noqa: PLC0415 - jupyter_client takes 0.3 s to import

    try:
        return IsolatedKernel(settings.kernel, work=work, sandbox=settings.sandbox, trusted=is_ours(model))
    except SandboxUnavailable as error:
        raise SandboxUnavailable(f"{error}\n{WITHOUT}") from None


def _of_server(url: str, settings: Settings, model: Model, work: Path) -> Kernel:
    from analyst_kernels.remote import RemoteKernel  # noqa: PLC0415 - as above

    how = settings.sandbox
    try:
        return RemoteKernel(
            url, kernel_token(), settings.kernel, work=work, sandbox=how, trusted=is_ours(model)
        )
    except SandboxUnavailable as error:
        raise SandboxUnavailable(f"{error}\n{ELSEWHERE}") from None
    except KernelError as error:
        raise BadInput(str(error)) from None


def closed(settings: Settings) -> Settings:
    """The settings for a kernel that has to be held, whoever wrote the code: a sandbox of this machine is named in them.

    Raises:
        SandboxUnavailable: there is none; offers the choices that are left in a notebook.
    """
    from analyst_kernels.sandbox import choose  # noqa: PLC0415 - as above

    asked = "auto" if settings.sandbox in ("external", "off") else settings.sandbox
    try:
        return settings.model_copy(update={"sandbox": choose(asked).name, "kernel_server": None})
    except SandboxUnavailable as error:
        raise SandboxUnavailable(f"{error}\n{OWN}") from None


def is_ours(model: Model) -> bool:
    """Whether the code of this model is our own, and may run plainly where there is no sandbox."""
    if model.id != "rules":
        return False
    from .models.rules import RulesModel  # noqa: PLC0415 - a room of its own, that a run with a model never enters

    return isinstance(model, RulesModel)


def held(kernel: Kernel) -> Held | None:
    """The kernel, if what holds it is known."""
    return cast(Held, kernel) if hasattr(kernel, "held_by") else None


def isolation(kernel: Kernel, events: Sequence[Event]) -> Isolated | None:
    """What holds the kernel, as a fact; None when that is not known, or stands in the log already."""
    found = held(kernel)
    if found is None:
        return None
    fact = Isolated(found.held_by.name, found.held_by.holds)
    return None if fact == next((e for e in reversed(events) if isinstance(e, Isolated)), None) else fact


def show_data(kernel: Kernel, events: Iterable[Event], data: Sequence[str]) -> bool:
    """Let the kernel read what is asked about now, and what was before: its cells may be run again. Whether it has to be
    started anew for that.

    Raises:
        BadInput: it is too much to be shown to a sandbox.
    """
    found = held(kernel)
    if found is None:
        return False
    asked = (path for e in events if isinstance(e, Asked) for path in e.data)
    try:
        return found.declare([*(path for path in asked if Path(path).exists()), *data])
    except KernelNotStarted as error:
        raise BadInput(str(error)) from None
