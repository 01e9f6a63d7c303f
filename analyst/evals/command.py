"""`analyst eval`: run a suite, grade it, report. stdout is the report, stderr the talk."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import BadInput

if TYPE_CHECKING:  # imported where they are used: `--help` answers at once
    from collections.abc import Mapping, Sequence

    from ..settings import Settings
    from .grading import Key, Verdict
    from .predictions import Prediction
    from .report import Report
    from .tasks import Suite, Task

FAILED, INTERRUPTED = 1, 130
_file = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command("eval")
@click.argument("tasks")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="DIR",
    help="Folder for predictions.jsonl and the runs. A folder of an evaluation that was cut off: it goes on.",
)
@click.option(
    "--model",
    metavar="ID",
    help="provider/name as litellm spells it, or `rules`. [default: as for `analyst run`; when it goes on, the same]",
)
@click.option(
    "--review",
    metavar="ID",
    help="A model that tries to refute each answer, as for `analyst run`. [default: nobody; when it goes on, the same]",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=4,
    show_default=True,
    metavar="N",
    help="Tasks at once, each with a kernel of its own.",
)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Only the first N tasks.")
@click.option("--ids", metavar="ID,…", help="Only these tasks.")
@click.option(
    "--set",
    "answers",
    type=_file,
    metavar="FILE",
    help="The right answers (set.jsonl): grade, and print a report. [default for a suite of ours: its own]",
)
@click.option(
    "--against",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="DIR",
    help="Compare with another evaluation of the same suite, pair by pair.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
@click.option("-q", "--quiet", is_flag=True, help="No progress on stderr.")  # fmt: skip
def command(
    tasks: str,
    out: Path,
    model: str | None,
    review: str | None,
    jobs: int,
    limit: int | None,
    ids: str | None,
    answers: Path | None,
    against: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Run the tasks of a suite and grade what comes of them.

    TASKS is a file with one JSON object a line: id, question, constraints, answer_format, files (relative to the file),
    and where needed history and setup. Or it is the name of a suite that comes with the package: `regress`.

    DIR/predictions.jsonl has the answers, DIR/runs/ID each run with its notebook and its log. The same command on the same
    DIR goes on: what is done is not run again, but for tasks whose model or kernel could not be had. Limits for each
    task are set in the environment: ANALYST_BUDGET, ANALYST_MAX_STEPS, ANALYST_TIMEOUT.

    \b
    analyst eval regress --model rules --out evals/rules
    analyst eval my/tasks.jsonl --set my/set.jsonl --out evals/a --against evals/rules

    Exit code 1 when a task could not be put to the model, whatever the grades.
    """
    from .tasks import OWN, read_suite  # noqa: PLC0415

    folder = OWN.get(tasks)
    suite = read_suite(folder / "tasks.jsonl" if folder else Path(tasks))
    answers = answers or (folder / "set.jsonl" if folder else None)
    if (against or as_json) and not answers:
        raise BadInput("--against and --json need the right answers: give --set FILE.")
    chosen = suite.chosen([i.strip() for i in ids.split(",")] if ids else (), limit)
    keys = _keys(answers, chosen) if answers else {}
    predictions = _run(suite, chosen, keys, out, (model, review), jobs, quiet)
    if answers:
        _print(_report(suite, [keys[t.id] for t in chosen], answers, out, predictions, against), as_json)
    unfair = [p for p in predictions.values() if not p.fair]
    if unfair:
        click.echo(
            f"{len(unfair)} of {len(chosen)} tasks could not be put to the model: {', '.join(p.id for p in unfair)}. "
            "The same command runs them again.",
            err=True,
        )
        sys.exit(FAILED)


def _keys(answers: Path, chosen: Sequence[Task]) -> Mapping[str, Key]:
    from .grading import read_keys  # noqa: PLC0415

    keys = read_keys(answers)
    missing = [t.id for t in chosen if t.id not in keys]
    if missing:
        raise BadInput(f"{answers} has no answer for {', '.join(missing)}.")
    return keys


def _run(
    suite: Suite,
    chosen: Sequence[Task],
    keys: Mapping[str, Key],
    out: Path,
    asked: tuple[str | None, str | None],
    jobs: int,
    quiet: bool,
) -> Mapping[str, Prediction]:
    from .grading import with_checks  # noqa: PLC0415
    from .predictions import load  # noqa: PLC0415
    from .progress import TaskProgress  # noqa: PLC0415
    from .running import run_suite  # noqa: PLC0415

    settings, id, reason = _models(*asked, out)
    checked = with_checks(chosen, keys)
    before = load(out)
    todo = sum(t.id not in before or not before[t.id].fair for t in chosen)
    if not quiet:
        click.echo(f"{suite.name}: {todo} of {len(chosen)} tasks to run with {id}. {reason}", err=True)

    async def body(progress: TaskProgress) -> Mapping[str, Prediction]:
        loop, main_task = asyncio.get_running_loop(), asyncio.current_task()
        assert main_task
        loop.add_signal_handler(signal.SIGTERM, main_task.cancel)  # asyncio does the same for SIGINT
        return await run_suite(
            suite, checked, out, lambda _: id, jobs=jobs, settings=settings, progress=progress
        )

    try:
        with TaskProgress(todo, quiet=quiet) as progress:
            return asyncio.run(body(progress))
    except (KeyboardInterrupt, asyncio.CancelledError):
        done = sum(p.fair for p in load(out).values())
        click.echo(f"Interrupted: {done} tasks are done. The same command goes on.", err=True)
        sys.exit(INTERRUPTED)


def _models(asked: str | None, review: str | None, out: Path) -> tuple[Settings, str, str]:
    """Settings, the model's id, and the reason why it is this one.

    Raises:
        BadInput: it or the reviewer cannot be used, or `out` has runs with others.
    """
    from ..models.choice import choose  # noqa: PLC0415
    from ..session import reviewer  # noqa: PLC0415
    from ..settings import Settings, environment  # noqa: PLC0415
    from .predictions import model_of, reviewer_of  # noqa: PLC0415

    before, reviewed = model_of(out), reviewer_of(out)
    settings = Settings.of(review=reviewed if review is None else review)
    choice = choose(asked or before or settings.model, environment())
    if before and choice.model.id != before:
        raise BadInput(f"{out} has runs with {before}, not with {choice.model.id}. Choose another --out.")
    found = reviewer(settings.review or "", choice.model)
    name = "" if found is None else "same" if found is choice.model else found.id
    if reviewed is not None and name != reviewed:
        was = f"reviewed by {reviewed}" if reviewed else "without a review"
        raise BadInput(
            f"{out} has runs {was}, not {f'by {name}' if name else 'without one'}. Choose another --out."
        )
    return settings, choice.model.id, "It goes on." if before else choice.reason


def _report(
    suite: Suite,
    keys: Sequence[Key],
    answers: Path,
    out: Path,
    predictions: Mapping[str, Prediction],
    against: Path | None,
) -> Report:
    from .grading import grade  # noqa: PLC0415
    from .predictions import load, model_of, run_folder  # noqa: PLC0415
    from .report import compare, report, spent  # noqa: PLC0415

    def verdicts(folder: Path, given: Mapping[str, Prediction]) -> list[Verdict]:
        return [grade(key, given.get(key.id), answers.parent, folder) for key in keys]

    here = verdicts(out, predictions)
    reviews = {key.id: predictions[key.id].reviewed or "" for key in keys}
    spending = [spent(run_folder(out, key.id)) for key in keys]
    seconds = [predictions[key.id].seconds for key in keys]
    comparison = compare(str(against), here, verdicts(against, load(against))) if against else None
    return report(suite.name, model_of(out) or "?", here, spending, seconds, comparison, reviews)


def _print(report: Report, as_json: bool) -> None:
    from .report import text, to_json  # noqa: PLC0415

    click.echo(to_json(report) if as_json else text(report))
