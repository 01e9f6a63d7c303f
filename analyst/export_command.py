"""`analyst export`: the log of a run as a document."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("export")
@click.argument("run", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--to", required=True, metavar="ipynb|html|md|json|messages", help="The format.")
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="File to write. [default: ipynb and html beside the log, the others to stdout]",
)
def command(run: Path, to: str, out: Path | None) -> None:
    """Make a document of RUN, the folder of a run; no model is asked and no code runs.

    \b
    ipynb     the executed notebook
    html      a report in one file
    md        the answer in short, for a pull request or a wiki
    json      the object that `analyst run --json` prints
    messages  the conversation as the model is sent it
    """
    from .export import export  # noqa: PLC0415 - `--help` answers at once

    made = export(run, to, out)
    if isinstance(made, Path):
        click.echo(f"Written: {made}", err=True)
    else:
        click.echo(made, nl=False)
