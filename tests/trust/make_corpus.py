"""Make the corpus of answers with outputs: real runs in a real kernel, and answers about them, some of them false.

uv run python -m tests.trust.make_corpus
"""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from shutil import copy
from tempfile import TemporaryDirectory
from typing import Any

from analyst_kernels import Output
from analyst_kernels.managed import ManagedKernel
from analyst_kernels.probing import probe_source
from pydantic import TypeAdapter

from . import (
    fresh,
    fresh_runs,
    hand,
    hand_runs,
    phrasings_held,
    phrasings_second,
    phrasings_seen,
    prose,
    prose_runs,
)
from .sources import SOURCES, Source, cells, truth
from .voice import CLOSE, OPEN, Voice, unmark

CORPUS = Path(__file__).parent / "corpus"
ROOT = Path(__file__).parent.parent.parent
DATA = (ROOT / "notebooks" / "data", ROOT / "analyst" / "evals" / "regress" / "files")
OUTPUTS: TypeAdapter[list[Output]] = TypeAdapter(list[Output])
SEED = 20260
LIES = 0.15
INVENTED = 0.35


async def _run(source: Source) -> dict[str, Any]:
    """The run of a source, and what is true of it."""
    name = re.search(r'"(\w+\.csv)"', source.load)
    question = f"How does {source.measure} differ by {source.group}, and how does it go with {source.other}?"
    run = await _worked(source.name, question, (name[1],) if name else (), (*cells(source), truth(source)))
    told = run["cells"].pop()["outputs"][0]["text"]
    return {**run, "values": json.loads(told)}


async def _worked(name: str, question: str, files: Sequence[str], codes: Sequence[str]) -> dict[str, Any]:
    """One run: the survey, its cells with their outputs and variables."""
    with TemporaryDirectory() as folder:
        for file in files:
            copy(next(d / file for d in DATA if (d / file).exists()), folder)
        kernel = ManagedKernel(probe=probe_source(), cwd=Path(folder))
        await kernel.start()
        try:
            survey = await kernel.evaluate("survey", list(files))
            done = []
            await kernel.evaluate("changes")
            for code in codes:
                execution = await kernel.execute(code)
                assert execution.ok, (name, execution.outputs)
                changes = await kernel.evaluate("changes")
                outputs = _light(execution.outputs)
                done.append({"code": code, "outputs": outputs, "variables": changes["variables"]})
        finally:
            await kernel.close()
    tables = [{**t, "path": Path(t["path"]).name, "read": ""} for t in survey["tables"]]
    return {"name": name, "question": question, "tables": tables, "cells": done}


def _light(outputs: Sequence[Output]) -> list[dict[str, Any]]:
    """Outputs without pictures: the corpus is about numbers."""
    made = OUTPUTS.dump_python(list(outputs), mode="json")
    for output in made:
        output.get("data", {}).pop("image/png", None)
    return made


def _answers(runs: Sequence[dict[str, Any]], half: Any, rng: random.Random) -> list[dict[str, Any]]:
    made = []
    for run, source in zip(runs, SOURCES, strict=True):
        words = {
            "measure": source.measure, "unit": source.unit, "noun": source.noun, "group": source.group,
            "other": source.other.replace("_", " "), "column": source.column, "other_column": source.other,
        }  # fmt: skip
        for phrase in half.PHRASES:
            voice = Voice(run["values"], words, rng, LIES)
            marked = phrase(voice)
            if rng.random() < INVENTED:
                marked += rng.choice(half.INVENTED)(voice)
            text, spans = unmark(marked)
            made.append({"run": run["name"], "phrase": phrase.__name__, "answer": text, "numbers": spans})
    return made


_KINDS = {"t": "true", "r": "rounded", "d": "derived", "a": "altered", "i": "invented"}


def _written(run: str, text: str) -> dict[str, Any]:
    """An answer that was written by hand, with its marks as those of a voice."""
    marked = re.sub(r"\{(\w):([^}]*)\}", lambda m: f"{OPEN}{_KINDS[m[1]]}:{m[2]}{CLOSE}", text)
    plain, spans = unmark(marked)
    return {"run": run, "phrase": "prose", "answer": plain, "numbers": spans}


def _is_held(text: str) -> bool:
    """Whether an answer is put aside: one in two, by a hash of its text, so that nobody chooses."""
    return blake2b(text.encode(), digest_size=1).digest()[0] % 2 == 1


def main() -> None:
    runs = [asyncio.run(_run(source)) for source in SOURCES]
    for half in (phrasings_seen, phrasings_second, phrasings_held):
        rng = random.Random(f"{SEED} {half.__name__}")
        name = half.__name__.rpartition("_")[2]
        _lines(CORPUS / f"{name}.jsonl", _answers(runs, half, rng))
    _lines(CORPUS / "prose.jsonl", [_written(run, text) for run, text in prose.ANSWERS])
    for part, kept in (("hand_dev", False), ("hand_held", True)):
        answers = [_written(run, text) for run, text in hand.ANSWERS if _is_held(text) == kept]
        _lines(CORPUS / f"{part}.jsonl", answers)
    for number, part in enumerate(
        ("fresh_dev", "fresh_held")
    ):  # by run: answers about one run know each other
        runs_of = list(fresh_runs.RUNS)[number::2]
        _lines(
            CORPUS / f"{part}.jsonl", [_written(run, text) for run, text in fresh.ANSWERS if run in runs_of]
        )
    more = [
        asyncio.run(_worked(name, *rest))
        for name, rest in (prose_runs.RUNS | hand_runs.RUNS | fresh_runs.RUNS).items()
    ]
    told = [{k: v for k, v in run.items() if k != "values"} for run in runs]
    _lines(CORPUS / "runs.jsonl", [*told, *more])


def _lines(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    text = "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
