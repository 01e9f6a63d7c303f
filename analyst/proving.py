"""The proof of a run's answers in a kernel of its own: as the run's was, held by the same kind of sandbox, in an empty folder."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from analyst_kernels import Kernel, KernelError, Limits, SandboxUnavailable

from .events import Answered, Asked, Continued, Event, Proved
from .policy import effects
from .risk import Effect
from .settings import Settings, kernel_token
from .trust.proof import Mode, prove

STOPPED = "it was stopped before its end, and the answer stays as it is; `analyst verify RUN` or `%agent verify` proves it later"
"""Why there is no proof, when the user did not wait for it."""

_UNHELD = "Or prove it without: `analyst verify RUN --sandbox off`, with your rights; `--sandbox external`, when a container holds all of this."


async def proof(
    folder: Path,
    events: Sequence[Event],
    settings: Settings,
    mode: Mode,
    *,
    lent: bool = False,
    trusted: bool = False,
    given: Sequence[str] = (),
) -> Proved:
    """Run the code of a log again and compare. It always comes to a fact: also when there can be no kernel.

    Args:
        folder: the run's; `proof/` beneath it is there while the code runs.
        events: the run's log.
        settings: limits of a cell, kernelspec and sandbox are the run's.
        mode: values: the cells that the answers need; full: every cell that worked.
        lent: the code ran in the user's own kernel: so it may again, in the same folder and with the same rights.
        trusted: the code is our own.
        given: cells that the user ran in that kernel: what the code needs of them is run first.
    """
    place = folder / "proof"
    try:
        kernel = _kernel(place, settings, events, lent, trusted)
        inside: frozenset[Effect] = frozenset() if lent else frozenset({"write"})  # to a folder of its own
        limits = Limits(wall=settings.cell_timeout)
        return await prove(kernel, events, mode, limits, lambda code: effects(code) - inside, given)
    except SandboxUnavailable as error:
        return Proved(
            mode, (), 0, 0, cause=f"nothing holds the code here, so it was not run again. {error} {_UNHELD}"
        )
    except KernelError as error:
        return Proved(mode, (), 0, 0, cause=f"there is no clean kernel: {error}")
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _kernel(place: Path, settings: Settings, events: Sequence[Event], lent: bool, trusted: bool) -> Kernel:
    from analyst_kernels.isolated import IsolatedKernel  # noqa: PLC0415 - jupyter_client takes 0.3 s to import
    from analyst_kernels.managed import ManagedKernel  # noqa: PLC0415 - as above

    if lent:
        return ManagedKernel(settings.kernel, cwd=Path.cwd())
    data = [path for event in events if isinstance(event, Asked) for path in event.data]
    if settings.kernel_server:
        from analyst_kernels.remote import RemoteKernel  # noqa: PLC0415 - rarely needed

        url, how = settings.kernel_server, settings.sandbox
        remote = RemoteKernel(url, kernel_token(), settings.kernel, work=place, sandbox=how, trusted=trusted)
        remote.declare(data)
        return remote
    kernel = IsolatedKernel(settings.kernel, work=place, sandbox=settings.sandbox, trusted=trusted)
    kernel.declare(data)
    place.mkdir(parents=True, exist_ok=True)
    # one that is forked has the seed of hashes of the run's kernel, and so its order of sets: what is clean is started
    return kernel if kernel.isolated else ManagedKernel(settings.kernel, cwd=place)


def unproved(events: Sequence[Event]) -> bool:
    """Whether a log ends with a whole answer that was not proved yet."""
    for event in reversed(events):
        if isinstance(event, Proved | Asked | Continued):
            return False
        if isinstance(event, Answered):
            return not event.partial
    return False
