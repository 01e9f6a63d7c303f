"""The command line. stdout is the result, stderr the talk.

Exit codes: 0 answered · 1 failed · 2 usage or bad input · 3 limit reached, partial answer given · 4 finished, but a check
failed · 5 isolation not available · 130 interrupted.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import click
from analyst_kernels import SandboxUnavailable

from .batch.command import command as batch_command
from .doctor import ISOLATION_MISSING
from .doctor import command as doctor_command
from .errors import AnalystError, BadInput
from .evals.command import command as eval_command
from .export_command import command as export_command
from .verify_command import command as verify_command

if TYPE_CHECKING:  # imported where they are used: `--help` answers at once
    from .result import Result
    from .session import Session

ANSWERED, FAILED, BAD_INPUT, PARTIAL, CHECK_FAILED, INTERRUPTED = 0, 1, 2, 3, 4, 130
_GO_ON = {
    "run": "go on with `analyst resume`",
    "resume": "go on with `analyst resume`",
    "batch": "go on with the same command and --resume",
    "eval": "the same command goes on",
}
"""What to do after an interrupt, by command."""


class Commands(click.Group):
    """Turns errors into one sentence on stderr and an exit code."""

    def invoke(self, context: click.Context) -> Any:
        """Run the command that was given."""
        try:
            return super().invoke(context)
        except (click.exceptions.Exit, click.ClickException, click.Abort):
            raise
        except (KeyboardInterrupt, asyncio.CancelledError):
            go_on = _GO_ON.get(context.invoked_subcommand or "")
            click.echo(f"Interrupted.{f' What was done is kept; {go_on}.' if go_on else ''}", err=True)
            context.exit(INTERRUPTED)
        except Exception as error:
            if context.params.get("debug"):
                raise
            click.echo(_sentence(error), err=True)
            if isinstance(error, SandboxUnavailable):
                context.exit(ISOLATION_MISSING)
            context.exit(BAD_INPUT if isinstance(error, BadInput) else FAILED)


def _sentence(error: Exception) -> str:
    from analyst_kernels import KernelError  # noqa: PLC0415 - only when something failed

    if isinstance(error, AnalystError | KernelError):
        return str(error)
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}."
    return (
        f"An error that was not foreseen, {type(error).__name__}: {error}. `analyst --debug …` shows where."
    )


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.version_option(package_name="notebook-analyst")
def main(debug: bool) -> None:
    """Ask questions about data; get answers that code computed in a live Jupyter kernel.

    \b
    analyst run "Which region grew fastest?" sales.csv
    analyst run "What is interesting here?" data/ --model anthropic/claude-sonnet-4-5
    """


class PlanOption(click.ParamType[str]):
    """`auto`, `always`, `never`, or the path of a plan file."""

    name = "auto|always|never|FILE"


_folder = click.Path(path_type=Path, file_okay=False)
_run = click.argument("run", type=click.Path(path_type=Path, file_okay=False, exists=True))
_limits: list[Callable[[Any], Any]] = [
    click.option("--model", metavar="ID", help="provider/name as litellm spells it, or `rules`, the built-in analyst that needs none."),
    click.option("--budget", type=click.FloatRange(min=0, min_open=True), metavar="USD", help="Most money to spend, in US dollars."),
    click.option("--max-steps", type=click.IntRange(min=1), metavar="N", help="Most turns of the model. [default: 40]"),
    click.option("--max-tokens", type=click.IntRange(min=1), metavar="N", help="Most tokens, sent and received together."),
    click.option("--timeout", type=click.FloatRange(min=0, min_open=True), metavar="S", help="Most time for the whole run, in seconds. [default: 1800]"),
    click.option("--approve", type=click.Choice(["risky", "auto", "ask"]), help="Code that may not run, as nobody is there to say yes: risky (shell, network, deleting, installing), none (auto), all (ask). [default: risky]"),
    click.option("--sandbox", type=click.Choice(["auto", "bubblewrap", "seatbelt", "landlock", "external", "off"]), help="What holds the code: the best sandbox of this machine (auto; see `analyst doctor`), this one, the container around all of this (external), or nothing (off). [default: auto]"),
    click.option("--kernel-server", metavar="URL", help="Run the code in a kernel of this Jupyter server or gateway, which must see the data under the same paths. Its token: ANALYST_KERNEL_TOKEN or JUPYTER_TOKEN in the environment."),
    click.option("--verify", type=click.Choice(["off", "values", "full"]), help="Run the answer's code again in a clean kernel: the cells it needs, or all that worked. [default: off]"),
    click.option("--strict-numbers", is_flag=True, default=None, help="End with exit code 4 when the answer states a number that no output shows."),
    click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of the answer."),
    click.option("-q", "--quiet", is_flag=True, help="No progress on stderr."),
]  # fmt: skip


def limits(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that `run` and `resume` share."""
    for option in reversed(_limits):
        command = option(command)
    return command


@main.command("run")
@click.argument("question")
@click.argument("data", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=_folder,
    metavar="DIR",
    help="Folder for notebook and log. [default: a new one in analyst-runs/]",
)
@click.option(
    "--plan",
    default="auto",
    type=PlanOption(),
    show_default=True,
    help="Whether to plan first, or a file with the plan (YAML or JSON).",
)
@click.option(
    "--show-plan",
    is_flag=True,
    help="Stop when the plan stands, and print it, with what the answer must contain.",
)
@click.option(
    "--want",
    multiple=True,
    metavar="PART: …",
    help='What the answer must contain, in place of what the question says of that part: rows, grouped by, quantities, values, units, rounded, files. "rows: only adults", "rounded: 1 decimal". Once for each part.',
)
@click.option("--kernel", metavar="NAME", help="Jupyter kernelspec to run the code in. [default: python3]")
@click.option(
    "--review",
    metavar="ID",
    help="A model that tries to refute the answer, by a check that is run, before it is given: provider/name, or `same`. End with exit code 4 when the answer fails it. [default: nobody]",
)
@limits
def run_command(
    question: str,
    data: tuple[Path, ...],
    out: Path | None,
    plan: str,
    show_plan: bool,
    want: tuple[str, ...],
    **options: Any,
) -> None:
    """Answer QUESTION about DATA: files or folders (CSV, Excel, Parquet, JSON, SQLite).

    The answer goes to stdout. The folder of the run has an executed notebook, the files that the code wrote (work/) and
    the log, from which `analyst resume` goes on after a crash or a limit.
    """
    from .events import Contract  # noqa: PLC0415
    from .magic.editing import read_contract  # noqa: PLC0415
    from .plans import read_plan  # noqa: PLC0415
    from .trust.contract import settled  # noqa: PLC0415

    asked_for = settled(question, read_contract("\n".join(want), Contract()), "model") if want else None
    named = plan in ("auto", "always", "never")
    steps = () if named else read_plan(Path(plan))
    mode = cast(
        Literal["auto", "always", "never", "only"], "only" if show_plan else plan if named else "auto"
    )
    if out and (out / "log.jsonl").exists():
        raise BadInput(
            f"{out} holds a run already. Choose another folder, or go on with `analyst resume {out}`."
        )

    async def work(session: Session) -> Result:
        from .headless import with_notebook  # noqa: PLC0415

        asking = session.ask(question, data, plan=mode, steps=steps, contract=asked_for)
        return await with_notebook(session, asking)

    _run_session(work, out, **options)


@main.command("resume")
@_run
@limits
def resume_command(run: Path, **options: Any) -> None:
    """Go on with RUN, the folder of a run: after a crash, or after a limit that is raised now.

    What was paid for is not asked again. The kernel is made anew from the cells that worked.
    """
    if not options["model"]:
        options["model"] = _opened_model(run)

    async def work(session: Session) -> Result:
        from .headless import with_notebook  # noqa: PLC0415

        return await with_notebook(session, session.resume())

    _run_session(work, run, **options)


@main.command("show")
@_run
@click.option("--why", metavar="NUMBER", help="Only tell where this number of the last answer comes from.")
def show_command(run: Path, why: str | None) -> None:
    """Show what RUN, the folder of a run, did and answered."""
    from .events import Answered, Checked, Stopped  # noqa: PLC0415
    from .log import read  # noqa: PLC0415
    from .trust.claims import explain, last_check  # noqa: PLC0415
    from .views.console import Console, render_answer  # noqa: PLC0415

    if why:
        known = last_check(line.event for line in read(run))
        click.echo(explain(known.claims if known else (), why))
        return
    stopped = checked = None
    view = Console(stream=sys.stdout, live=False)
    for line in read(run):
        view(line.event)
        if isinstance(line.event, Stopped):
            stopped = line.event
        if isinstance(line.event, Checked):
            checked = line.event
        if isinstance(line.event, Answered):
            render_answer(line.event, stopped, sys.stdout, checked)
            stopped = checked = None
    view.close()


@main.command("replay")
@_run
@click.option(
    "--out", type=_folder, metavar="DIR", help="Folder for the new run. [default: a new one in analyst-runs/]"
)
@click.option("-q", "--quiet", is_flag=True, help="No progress on stderr.")
def replay_command(run: Path, out: Path | None, quiet: bool) -> None:
    """Run RUN again without a model: its recorded replies, its code, a new kernel.

    Prints the answer and how many cells came to the same. Exit code 4 when one did not.
    """
    from .replay import replay  # noqa: PLC0415
    from .views.console import Console  # noqa: PLC0415

    view = Console(quiet=quiet)
    try:
        replayed = asyncio.run(replay(run, out, view))
    finally:
        view.close()
    click.echo(replayed.answer)
    click.echo(f"{replayed.same} of {replayed.cells} cells came to the same.", err=True)
    sys.exit(ANSWERED if replayed.same == replayed.cells else CHECK_FAILED)


main.add_command(export_command)
main.add_command(eval_command)
main.add_command(batch_command)
main.add_command(doctor_command)
main.add_command(verify_command)

# ── a session under the command line ────────────────────────────────────────────────────────────────────────────────


def _run_session(
    work: Callable[[Session], Coroutine[Any, Any, Result]],
    folder: Path | None,
    *,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> None:
    from .headless import told_limits  # noqa: PLC0415
    from .safe import one_line  # noqa: PLC0415
    from .session import Session  # noqa: PLC0415
    from .settings import Settings  # noqa: PLC0415
    from .views.console import Console  # noqa: PLC0415

    settings = Settings.of(**options)
    view = Console(quiet=quiet)

    async def body() -> Result:
        async with Session(folder=folder, settings=settings, listeners=[view]) as session:
            _stop_on_signals(session)
            return await work(session)

    try:
        result = asyncio.run(body())
    finally:
        view.close()
    _print(result, as_json, quiet)
    if not quiet and result.status != "failed":
        if said := told_limits(result):
            click.echo(
                "\n".join(["Limits and assumptions:", *(f"- {one_line(limit, 1_000)}" for limit in said)]),
                err=True,
            )
        click.echo(f"Notebook: {result.notebook}\nReport: {result.html}", err=True)
    sys.exit(_exit_code(result, strict=settings.strict_numbers))


def _stop_on_signals(session: Session) -> None:
    """The first signal ends the run with what is known; the second ends it at once."""
    loop, main_task = asyncio.get_running_loop(), asyncio.current_task()
    assert main_task
    first = True

    def stop() -> None:
        nonlocal first
        if first:
            click.echo("\nStopping with what is known. Once more to stop at once.", err=True)
            session.interrupt()
            first = False
        else:
            main_task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)


def _print(result: Result, as_json: bool, quiet: bool) -> None:
    from .digest import contract_text  # noqa: PLC0415
    from .events import Answered  # noqa: PLC0415
    from .headless import asked_for, to_json  # noqa: PLC0415
    from .trust.claims import last_check  # noqa: PLC0415
    from .views.console import render_answer  # noqa: PLC0415

    if as_json:
        click.echo(json.dumps(to_json(result), ensure_ascii=False, indent=2))
    elif result.stopped and result.stopped.reason == "plan only":
        for number, step in enumerate(result.plan, 1):
            click.echo(f"{number}. {step.goal}" + (f" — {step.evidence}" if step.evidence else ""))
        if said := contract_text(asked_for(result)):
            click.echo(f"\nAsked for:\n{said}")
    elif result.status == "failed":
        if quiet or not result.stopped or result.answer != result.stopped.detail:  # else the view has said it
            click.echo(result.answer, err=True)
    else:
        answered = Answered(result.answer, partial=result.status != "answered")
        render_answer(answered, result.stopped, sys.stdout, last_check(result.facts))


def _loose(result: Result) -> bool:
    """Whether the answer states what nothing shows."""
    from .trust.claims import last_check, loose  # noqa: PLC0415

    checked = last_check(result.facts)
    return checked is not None and bool(loose(checked.claims))


def _exit_code(result: Result, *, strict: bool) -> int:
    if result.status == "answered":
        unproved = result.proved is not None and not result.proved.ok
        refuted = result.reviewed is not None and result.reviewed.verdict == "refuted"
        return CHECK_FAILED if unproved or refuted or (strict and _loose(result)) else ANSWERED
    reason = result.stopped.reason if result.stopped else ""
    if reason == "interrupted":
        return INTERRUPTED
    if result.status == "partial":
        return PARTIAL
    if reason == "isolation":
        return ISOLATION_MISSING
    limit = reason in ("steps", "calls", "tokens", "budget", "time")
    return PARTIAL if limit else BAD_INPUT if reason == "input" else FAILED


def _opened_model(run: Path) -> str | None:
    from .events import Opened  # noqa: PLC0415
    from .log import read  # noqa: PLC0415

    return next((line.event.model for line in read(run) if isinstance(line.event, Opened)), None)


if __name__ == "__main__":
    main()
