"""In CI nothing may be skipped: a test that did not run has shown nothing. And what it tries is the same each time."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest

IN_CI = bool(os.environ.get("CI"))  # noqa: TID251 - tests ask the environment they run in

hypothesis.settings.register_profile("ci", derandomize=True, deadline=None)
hypothesis.settings.register_profile("here", deadline=None)
hypothesis.settings.load_profile("ci" if IN_CI else "here")


# Who is started in the background of a script ignores Ctrl-C, and so does what it starts: tests that send one would wait.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_report_header() -> str | None:
    """Who attacks: an ordinary user cannot be root, and says so."""
    if os.getuid() == 0:
        return "attacks on the sandbox: as root and as an ordinary user"
    return "attacks on the sandbox: as this ordinary user; not as root, which takes root"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[Any]:
    report: Any = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped in CI: {report.longrepr}"
    return report
