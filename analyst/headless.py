"""One question without a front end: run it, write the notebook beside the log, give the result."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, TypeVar

from .models import Model
from .session import Result, Session
from .settings import Settings
from .views.notebook import write_notebook

T = TypeVar("T")


def run(
    question: str,
    data: Path | str | Sequence[Path | str] = (),
    *,
    model: str | Model | None = None,
    out: Path | str | None = None,
    **settings: Any,
) -> Result:
    """Answer one question about data; works in a script and in a notebook.

    Args:
        question: in your words.
        data: path of a file or folder, or several.
        model: `provider/name`, a `Model`, or None: found out.
        out: folder for notebook and log; None: a new one under `analyst-runs/`.
        settings: any field of `analyst.Settings`, for example `budget=0.5` (US dollars) or `plan="always"`.

    Raises:
        BadInput: a path, setting or model id cannot be used.
        AnalystError, KernelError: see `analyst.errors`.
    """
    paths = [data] if isinstance(data, str | Path) else list(data)

    async def answer() -> Result:
        async with Session(model, folder=out, settings=Settings.of(**settings)) as session:
            return await with_notebook(session, session.ask(question, paths))

    return _from_anywhere(answer)


async def with_notebook(session: Session, asking: Awaitable[Result]) -> Result:
    """Await the result, and write `notebook.ipynb` of the whole log into the run's folder."""
    result = await asking
    path = session.folder / "notebook.ipynb"
    write_notebook(session.events, path)
    return replace(result, notebook=path)


def to_json(result: Result) -> dict[str, Any]:
    """The object that `analyst run --json` prints; paths as text, money in US dollars or None."""
    usage = asdict(result.usage)
    cost = usage.pop("usd")
    return {
        "status": result.status,
        "answer": result.answer,
        "named": dict(result.named),
        "run": str(result.run),
        "notebook": str(result.notebook) if result.notebook else None,
        "html": None,
        "files": [str(f) for f in result.files],
        "model": result.model,
        "usage": usage,
        "cost": cost,
        "seconds": result.seconds,
    }


def _from_anywhere(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine to its end: here, or in a thread of its own where an event loop runs already (a notebook)."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work())
    with ThreadPoolExecutor(1, "analyst.run") as thread:
        return thread.submit(lambda: asyncio.run(work())).result()
