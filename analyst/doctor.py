"""What this machine can do for a run: isolation first, then what makes kernels start slowly. Nothing is changed."""

from __future__ import annotations

import importlib.util
import platform
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .risk import always
from .settings import always_file

if TYPE_CHECKING:  # imported where it is used: `--help` answers at once
    from analyst_kernels.sandbox import Tier

__all__ = ["ISOLATION_MISSING", "command", "report"]

ISOLATION_MISSING = 5
"""Exit code when this machine has no sandbox at all."""

_LOADED = ("ipykernel", "IPython", "zmq", "pandas", "numpy", "matplotlib", "sklearn")
"""What a kernel imports first, and every cell after it."""


@click.command("doctor")
@click.pass_context
def command(context: click.Context) -> None:
    """Say which sandbox this machine has, why not a better one, and what would give it."""
    from analyst_kernels.sandbox import best, tiers  # noqa: PLC0415 - only when asked

    click.echo(report(tiers()))
    click.echo(f"\n{always.told(always_file())}")
    if best().name == "none":
        context.exit(ISOLATION_MISSING)


def report(tiers: tuple[Tier, ...]) -> str:
    """The text of `analyst doctor`."""
    return "\n".join([*_machine(), "", *_isolation(tiers), "", *_bytecode()])


def _machine() -> Iterator[str]:
    yield f"notebook-analyst {version('notebook-analyst')}, Python {platform.python_version()}"
    yield f"{platform.system()} {platform.release()} on {platform.machine()}"


def _isolation(tiers: tuple[Tier, ...]) -> Iterator[str]:
    used = next(tier for tier in tiers if tier.available)
    yield f"Isolation: {used.name} ({used.holds})"
    for tier in tiers:
        if tier.name in ("none", used.name):
            continue
        if tier.available:
            yield f"  {tier.name:10}  available, not needed"
            continue
        yield f"  {tier.name:10}  no: {tier.why}"
        if tier.fix:
            yield f"  {'':10}  to get it: {tier.fix}"
    if used.name == "none":
        yield "Code of a model is not run here: `analyst run` with a model ends with exit code 5."


def _bytecode() -> Iterator[str]:
    """A sandboxed kernel cannot write bytecode: without it each start compiles every module anew."""
    missing = []
    for name in _LOADED:
        found = importlib.util.find_spec(name)
        if found is not None and found.origin and not _compiled(Path(found.origin)):
            missing.append(name)
    if missing:
        yield f"Bytecode: missing for {', '.join(missing)}; kernels start two to three times slower."
        yield f"  to get it: {sys.executable} -m compileall -q {_site(missing[0])}"
    else:
        yield "Bytecode: compiled."


def _compiled(module: Path) -> bool:
    return Path(importlib.util.cache_from_source(str(module))).exists()


def _site(name: str) -> Path:
    found = importlib.util.find_spec(name)
    assert found is not None
    assert found.origin
    return Path(found.origin).parent.parent
