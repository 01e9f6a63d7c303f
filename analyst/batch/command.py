"""`analyst batch`: jobs in, results out. stdout is the summary (or `--json` lines), stderr the talk."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

_file = click.Path(path_type=Path, dir_okay=False, exists=True)


class Workers(click.ParamType[int]):
    """A number, or `auto`: 0."""

    name = "N|auto"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number that was given."""
        return 0 if value in ("auto", 0) else click.IntRange(min=1).convert(value, param, ctx)


def _pairs(_: click.Context, option: click.Parameter, given: Sequence[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in given]
    if not all(name.isidentifier() and equals for name, equals, _ in pairs):
        raise click.BadParameter("write NAME=VALUE.", param=option)
    if len({name for name, _, _ in pairs}) < len(pairs):
        raise click.BadParameter("each name once; several values of one are a --grid.", param=option)
    return {name: value for name, _, value in pairs}


@click.command("batch")
@click.argument("jobs")
@click.argument("data", nargs=-1)
@click.option(
    "--out", required=True, metavar="PLACE", help="Folder for the results, or a URL such as s3://bucket/run7."
)
@click.option(
    "--plan", metavar="FILE", help="Work by this plan (YAML or JSON); its steps may hold {name} too."
)
@click.option(
    "--grid", type=_file, metavar="CSV", help="Put the question once for each row; a column is a parameter."
)
@click.option(
    "-p",
    "parameters",
    multiple=True,
    callback=_pairs,
    metavar="NAME=VALUE",
    help="A parameter of all jobs: stands for {NAME} in questions, plans, paths.",
)
@click.option("--model", metavar="ID", help="For jobs that name none. [default: as for `analyst run`]")
@click.option(
    "--review",
    metavar="ID",
    help="For jobs that name none: a model that tries to refute the answer, as for `analyst run`. [default: nobody]",
)
@click.option(
    "--verify",
    type=click.Choice(["off", "values", "full"]),
    help="Run each answer's code again in a clean kernel, as for `analyst run`. [default: off]",
)
@click.option("--kernel", metavar="NAME", help="Jupyter kernelspec to run the code in. [default: python3]")
@click.option(
    "--kernel-server", metavar="URL", help="Kernels of this Jupyter server or gateway, as for `analyst run`."
)
@click.option(
    "--sandbox",
    type=click.Choice(["auto", "bubblewrap", "seatbelt", "landlock", "external", "off"]),
    help="What holds the code, as for `analyst run`. [default: auto]",
)
@click.option(
    "--workers",
    type=Workers(),
    default="auto",
    show_default=True,
    help="Jobs at once; auto: as many as memory and processors allow.",
)
@click.option(
    "--calls",
    type=click.IntRange(min=1),
    default=16,
    show_default=True,
    metavar="N",
    help="Most model calls at once for each provider.",
)
@click.option(
    "--budget",
    type=click.FloatRange(min=0, min_open=True),
    metavar="USD",
    help="Most money for all jobs together, earlier runs into the same place counted.",
)
@click.option(
    "--dask", metavar="ADDRESS", help="Run on the workers of this Dask scheduler, such as tcp://host:8786."
)
@click.option(
    "--resume",
    is_flag=True,
    help="Go on in a place that has results: skip what is done, go on with what was cut off, try again what failed in passing.",
)
@click.option(
    "--only-failed",
    is_flag=True,
    help="Go on with those jobs only whose result is no full answer, beyond limits that stopped them.",
)
@click.option("--keep-going", is_flag=True, help="Run the good rows though others are bad.")
@click.option("--fail-fast", is_flag=True, help="Stop at the first job that fails.")
@click.option(
    "--limit", type=click.IntRange(min=1), metavar="N", help="Only the first N jobs that are to be done."
)
@click.option("--dry-run", is_flag=True, help="Only say what would run, and what it may cost.")
@click.option(
    "--json", "as_json", is_flag=True, help="Write a JSON line to stdout for each thing that happens."
)
@click.option("-q", "--quiet", is_flag=True, help="No progress on stderr.")  # fmt: skip
def command(**given: Any) -> None:
    """Run many analyses with nobody there.

    JOBS is a file (.jsonl, .csv, .yaml) with a job in each row: question or plan, and where wanted id, data (relative to
    the file), parameters, model, review, limits (budget, max_steps, max_tokens, timeout, …), expected (files, or @name
    for named values). In CSV further columns are parameters, and ; stands between several paths. Or JOBS is a question
    about DATA, put once for each row of --grid.

    PLACE/jobs/ID has each result: notebook, report, answer.json, log, files. Beside them are summary.csv and index.html.

    \b
    analyst batch jobs.jsonl --out results/
    analyst batch "Mean {what} by species?" penguins.csv --grid grid.csv --out results/
    analyst batch jobs.csv --out s3://bucket/run7 --dask tcp://scheduler:8786 --resume

    Exit codes: 0 all answered, 1 a job failed, 2 a row was bad, 3 a limit was reached, 4 an expected output is missing, an
    answer was refuted or did not come again, 5 no isolation, 130 interrupted; where several hold, the first of 130, 5, 1,
    2, 3, 4.
    """
    from .calling import Call  # noqa: PLC0415 - `--help` answers at once

    sys.exit(Call(**given).run())
