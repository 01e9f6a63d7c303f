"""Runs inside the user's kernel, sent there as text (`analyst_kernels.probing`). Values in and out are JSON.

It looks and never touches: nothing of the user's is called, changed or kept alive, and importing it imports only the
standard library. pandas, numpy and matplotlib are used where the user has imported them; `survey` may import pandas.

* `install()`           figures and tables carry a digest of themselves from now on (`digests`)
* `watch()`             look at what the next cell does to data (`ledger`) and outside of the kernel (`audit`)
* `changes()`           what is new, changed and gone among the user's variables (`namespace`), and what was seen
* `describe(target)`    a variable, a column or a file, in text (`describe`)
* `survey(paths)`       what is in these files and folders, and in variables (`survey`, `held`)
* `snapshot(label)`     the variables as they are now, kept; `restore(label)`, `forget(labels)` (`snapshots`)
"""

from __future__ import annotations

import os
from typing import Any

from . import audit, digests, ledger, namespace, snapshots
from . import describe as describing
from . import survey as surveying

__all__ = ["changes", "describe", "forget", "install", "restore", "snapshot", "survey", "watch"]

# in a kernel the parts are compiled when something of theirs is asked for, so nothing of them is imported here by name


def install() -> None:
    """Register the digests with the shell, if there is one, and take the namespace as it is for the beginning."""
    digests.register(namespace.shell())
    namespace.begin()


def watch() -> None:
    """Look at what is done to data and outside of the kernel until `changes` is called. See `ledger` and `audit`."""
    ledger.watch()
    audit.watch(os.getcwd())  # noqa: PTH109 - compiled anew in every kernel


def changes() -> dict[str, Any]:
    """What is new, changed and gone, see `namespace.changes`; `observed` (see `ledger.told`) and `noticed` (see
    `audit.noticed`): what was seen since `watch`.
    """
    noticed = audit.noticed()
    observed = ledger.told()
    found = namespace.changes()
    snapshots.note([*found["gone"], *(variable["name"] for variable in found["variables"])])
    return {
        **found,
        "noticed": noticed,
        "observed": observed + ledger.frames(v["name"] for v in found["variables"]),
    }


def describe(target: str) -> dict[str, str]:
    """One thing at length. See `describe.describe`."""
    return describing.describe(target)


def survey(paths: list[str], variables: list[str] | None = None) -> dict[str, Any]:
    """What is in files and folders, and in frames of the kernel. See `survey.survey`."""
    return surveying.survey(paths, variables or [])


def snapshot(label: str) -> dict[str, Any]:
    """Keep the variables as they are. See `snapshots.snapshot`."""
    return snapshots.snapshot(label)


def restore(label: str) -> dict[str, Any]:
    """Make the variables what they were. See `snapshots.restore`."""
    return snapshots.restore(label)


def forget(labels: list[str] | None = None) -> list[str]:
    """Let go of snapshots. See `snapshots.forget`."""
    return snapshots.forget(labels)
