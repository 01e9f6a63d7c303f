"""Importing ahead, and touching what libraries do only at their first use, without leaving a trace of it."""

from __future__ import annotations

import atexit
import builtins
import contextlib
import gc
import importlib
import io
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_environment = os.environ  # noqa: TID251 - to see what imports add to it
_KERNEL = (
    # what a kernel is, then what it imports while it starts or runs its first cells
    "ipykernel.kernelapp",
    "asyncio",
    "comm",
    "concurrent.futures.thread",
    "encodings.idna",
    "executing",
    "IPython.core.completer",
    "IPython.core.debugger",
    "IPython.core.history",
    "IPython.core.magics",
    "IPython.core.pylabtools",
    "IPython.extensions.storemagic",
    "ipykernel.codeutil",
    "ipykernel.comm.manager",
    "ipykernel.compiler",
    "ipykernel.debugger",
    "ipykernel.subshell_manager",
    "jedi",
    "matplotlib_inline.config",
    "multiprocessing",
    "pdb",
    "pygments.formatters.terminal256",
    "pygments.lexers.python",
    "pygments.styles.default",
    "sqlite3",
    "stack_data",
    "subprocess",
)


_INLINE = "matplotlib_inline.backend_inline"
"""Importing it is what joins figures and shell, so each kernel has to do that for itself."""


def warm(preload: list[str]) -> tuple[dict[str, str], list[str]]:
    """Import ipykernel and the modules; use each a little.

    Returns:
        What that has added to the environment; and what has failed, in a line each. A module that is not installed is
        left out in silence, one that fails is left out too: the kernel that imports it gets the error where it belongs.
    """
    before = set(_environment)
    failed: list[str] = []
    for name in (*_KERNEL, *preload):
        with _told(name, failed):
            importlib.import_module(name)
    with warnings.catch_warnings(), _mute():
        warnings.simplefilter("ignore")
        _shell()
        if "pandas" in sys.modules:
            with _told("the use of pandas", failed):
                _frames()
        if "matplotlib.pyplot" in sys.modules:
            with _told("the use of matplotlib", failed):
                _figure()
    sys.modules.pop(_INLINE, None)
    gc.collect()
    gc.freeze()  # what is there now is never looked at by the collector, so its pages stay shared
    return {name: value for name, value in _environment.items() if name not in before}, failed


@contextlib.contextmanager
def _told(what: str, failed: list[str]) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever a package does, there can be kernels without it
        missing = isinstance(error, ModuleNotFoundError) and f"{what}.".startswith(f"{error.name}.")
        if not missing:
            failed.append(f"{what} ({type(error).__name__}: {error})"[:300])


def threads() -> int:
    """How many threads this process has, those of C libraries included."""
    return len(os.listdir("/proc/self/task"))  # noqa: PTH208 - counted at each fork


def installed() -> dict[str, int]:
    """The folders in which packages are installed, with their times (ns): an installation changes them."""
    folders = [Path(place) for place in sys.path if place.endswith(("site-packages", "dist-packages"))]
    return {str(folder): folder.stat().st_mtime_ns for folder in folders if folder.is_dir()}


@contextlib.contextmanager
def _mute() -> Iterator[None]:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield


def _shell() -> None:
    """A throw-away shell fills the caches of traitlets, inspect, re and ast."""
    from IPython.core.interactiveshell import InteractiveShell  # noqa: PLC0415 - imported with ipykernel by now
    from traitlets.config import Config  # noqa: PLC0415

    hooks = sys.displayhook, sys.excepthook
    main, known = sys.modules["__main__"], set(vars(builtins))
    config = Config()
    config.HistoryManager.enabled = False
    make: Any = InteractiveShell  # untyped
    shell = make(config=config)
    for cell in ("1 + 1", "1 / 0", "def f(x):\n    return x\nf(1)"):
        shell.run_cell(cell)
    atexit.unregister(shell.atexit_operations)
    InteractiveShell.clear_instance()
    sys.displayhook, sys.excepthook = hooks
    sys.modules["__main__"] = main
    for name in set(vars(builtins)) - known:
        delattr(builtins, name)


def _frames() -> None:
    import pandas as pd  # noqa: PLC0415

    frame: Any = pd.read_csv(io.StringIO("a,b,c\n1,2.5,x\n3,4.5,y\n"))
    frame.groupby("c").agg({"a": "sum"})
    frame.merge(frame, on="c").sort_values("a_x")
    frame.describe()._repr_html_()
    repr(frame)
    frame["c"].str.upper()
    frame.to_csv(io.StringIO())
    pd.to_datetime(pd.Series(["2020-01-01"]))
    pd.date_range("2020", periods=3)


def _figure() -> None:
    from matplotlib import font_manager  # noqa: PLC0415
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure()
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.plot([1, 2], label="x")
    axes.set_title("t")
    axes.legend()
    figure.savefig(io.BytesIO(), format="png", bbox_inches="tight")
    figure.clear()
    # an open font file would have one position for all siblings
    cached = getattr(font_manager, "_get_font", None)
    if cached is not None:
        cached.cache_clear()
