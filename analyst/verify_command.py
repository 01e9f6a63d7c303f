"""`analyst verify`: the code of a run again, alone, in a clean kernel."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .errors import BadInput

if TYPE_CHECKING:  # imported where they are used: `--help` answers at once
    from .events import Proved
    from .trust.proof import Mode

_CHECK_FAILED = 4


@click.command("verify")
@click.argument("run", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option(
    "--mode",
    type=click.Choice(["values", "full"]),
    default="values",
    show_default=True,
    help="values: the cells that the answers need. full: every cell that worked, and all that it shows.",
)
@click.option(
    "--kernel-server", metavar="URL", help="In a kernel of this Jupyter server, as for `analyst run`."
)
@click.option(
    "--sandbox",
    type=click.Choice(["auto", "bubblewrap", "seatbelt", "landlock", "external", "off"]),
    help="What holds the code, as for `analyst run`. [default: auto]",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of a sentence.")
def command(run: Path, mode: str, kernel_server: str | None, sandbox: str | None, as_json: bool) -> None:
    """Run the code of RUN, the folder of a run, again in a clean kernel; compare what it comes to.

    The values that the answers rest on are compared, tables by a hash of their content, figures by the data they show. No
    model is asked. Notebook and report are written again, with what came of it. Exit code 4 when something is different.
    """
    held = {"kernel_server": kernel_server, "sandbox": sandbox}
    proved = asyncio.run(_verify(run, "full" if mode == "full" else "values", held))
    if as_json:
        click.echo(json.dumps(asdict(proved) | {"ok": proved.ok}, ensure_ascii=False, indent=2))
    else:
        click.echo(str(proved))
        for moved in proved.moved[3:]:
            click.echo(f"  {moved.where}: {moved.was} was {moved.now} this time")
    sys.exit(0 if proved.ok else _CHECK_FAILED)


async def _verify(run: Path, mode: Mode, held: dict[str, str | None]) -> Proved:
    from .events import Asked  # noqa: PLC0415
    from .headless import write_views  # noqa: PLC0415
    from .session import Session  # noqa: PLC0415
    from .settings import Settings  # noqa: PLC0415

    if not (run / "log.jsonl").is_file():
        raise BadInput(f"{run} has no log.jsonl, so it is not the folder of a run. Give one that is.")
    async with Session("rules", folder=run, settings=Settings.of(**held)) as session:
        if not any(isinstance(event, Asked) for event in session.events):
            raise BadInput(f"Nothing was asked in {run}: there is nothing to prove.")
        proved = await session.verify(mode)
        write_views(session.folder)
    return proved
