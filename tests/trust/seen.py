"""A cell run under the probe's eyes in this process, and what the ledger says of it."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
from analyst_kernels.probe import ledger, namespace

from analyst.events import Finding
from analyst.trust.ledger import Past, judge


class Notebook:
    """Cells one after the other in a namespace of their own; outside of IPython that is `__main__`'s."""

    def __init__(self, main: ModuleType) -> None:
        self.names: dict[str, Any] = vars(main)
        self.names |= {"pd": pd, "np": np, "__name__": "__main__"}
        self.past: list[Past] = []
        self.observed: list[dict[str, Any]] = []

    def has(self, **tables: pd.DataFrame | pd.Series) -> Notebook:
        """What was there before the first cell: the user's."""
        self.names |= tables
        namespace.begin()
        return self

    def cell(self, code: str) -> list[str]:
        """Run it; the findings, each as `rule: text`."""
        return [f"{finding.rule}: {finding.text}" for finding in self.findings(code)]

    def findings(self, code: str) -> tuple[Finding, ...]:
        ledger.watch()
        try:
            exec(compile(code, "<cell>", "exec"), self.names)
        finally:
            seen = ledger.told()
        changed = [v["name"] for v in namespace.changes()["variables"]]
        self.observed = seen + ledger.frames(changed)
        found = judge(code, self.observed, self.past)
        self.past.append(Past(code, self.observed, changed, found))
        return found


def notebook() -> Notebook:
    ledger._known.clear()
    namespace.begin()
    return Notebook(sys.modules["__main__"])
