"""What every kernel must pass, the fake included.

Each check is an async function that takes a started kernel, asserts, and leaves the kernel usable for the next. A new
kind of kernel is tested by running `CHECKS` on it, and `OWNED` as well if its process is ours to kill and to restart.
The cells are plain Python, without magics or top-level `await`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from . import (
    DisplayData,
    Error,
    ExecuteResult,
    Execution,
    Kernel,
    KernelDied,
    KernelError,
    Limits,
    Output,
    Stream,
)

__all__ = ["CHECKS", "OWNED", "PROBE", "Check"]

Check = Callable[[Kernel], Awaitable[None]]

PROBE = """
import sys, types
probe = types.ModuleType("_analyst_probe")
probe.echo = lambda *values: list(values)
probe.names = lambda: sorted(name for name in vars(sys.modules["__main__"]) if not name.startswith("_"))
probe.fail = lambda: {}["nothing"]
sys.modules["_analyst_probe"] = probe
"""
"""A probe that is enough for the checks: kernels under test are made with it."""

_ENDLESS = "import time\nprint('begun')\nwhile True:\n    time.sleep(0.01)"


async def keeps_variables(kernel: Kernel) -> None:
    """A cell sees what the cells before it have made."""
    assert (await kernel.execute("kept = 20")).ok
    assert _text(await kernel.execute("kept + 1")) == "21"


async def shows_prints_and_the_last_value(kernel: Kernel) -> None:
    """What was printed and the value of the last expression are both there, in order."""
    execution = await kernel.execute("print('one')\nprint('two')\n42")
    assert execution == Execution("ok", (Stream("stdout", "one\ntwo\n"), ExecuteResult({"text/plain": "42"})))


async def shows_no_value_where_there_is_none(kernel: Kernel) -> None:
    """A statement, None and a value before a semicolon show nothing."""
    for code in ("x = 1", "None", "1;", "", "# nothing"):
        assert await kernel.execute(code) == Execution("ok")


async def keeps_the_order_of_displays_and_text(kernel: Kernel) -> None:
    """Displays stand where they were made, between the text."""
    execution = await kernel.execute("print('a')\ndisplay('b')\nprint('c')\n'd'")
    assert [_text_of(output) for output in execution.outputs] == ["a\n", "'b'", "c\n", "'d'"]
    assert isinstance(execution.outputs[1], DisplayData)


async def tells_the_streams_apart(kernel: Kernel) -> None:
    """stdout and stderr keep their names."""
    execution = await kernel.execute("import sys\nprint('out')\nprint('err', file=sys.stderr)")
    assert set(execution.outputs) == {Stream("stdout", "out\n"), Stream("stderr", "err\n")}


async def carries_unicode(kernel: Kernel) -> None:
    """Text comes out as it went in."""
    text = "Größe: 3 µm², 東京, 🙂, \\n"
    execution = await kernel.execute(f"print({text!r})")
    assert execution.outputs == (Stream("stdout", text + "\n"),)


async def reports_an_error_after_what_was_printed(kernel: Kernel) -> None:
    """An error has name, value and a traceback; what came before is kept; the kernel goes on."""
    execution = await kernel.execute("print('before')\n1 / 0\nprint('never')")
    assert execution.ending == "error"
    assert not execution.ok
    assert not execution.state_lost
    printed, error = execution.outputs
    assert printed == Stream("stdout", "before\n")
    assert isinstance(error, Error)
    assert (error.ename, error.evalue) == ("ZeroDivisionError", "division by zero")
    assert "ZeroDivisionError: division by zero" in error.traceback[-1]
    assert (await kernel.execute("1")).ok


async def reports_a_syntax_error(kernel: Kernel) -> None:
    """Code that is no Python is an error of the cell, not of the kernel."""
    execution = await kernel.execute("print('never'\nx ===")
    assert execution.ending == "error"
    assert isinstance(execution.outputs[-1], Error)
    assert execution.outputs[-1].ename == "SyntaxError"


async def cannot_be_typed_into(kernel: Kernel) -> None:
    """`input()` fails at once, and the error says what to do instead."""
    execution = await kernel.execute("input('name? ')")
    assert execution.ending == "error"
    assert isinstance(execution.outputs[-1], Error)
    assert "put the value into the code" in execution.outputs[-1].evalue


async def reports_each_output_as_it_comes(kernel: Kernel) -> None:
    """`on_output` is told of an output while the code still runs, and in the end of all of them."""
    told: list[Output] = []
    task = asyncio.ensure_future(kernel.execute(_ENDLESS, told.append))
    await _until(lambda: bool(told))
    assert not task.done()
    await kernel.interrupt()
    execution = await task
    assert _merged(told) == list(execution.outputs)


async def passes_on_what_the_listener_raises(kernel: Kernel) -> None:
    """A fault of `on_output` is its caller's to see; the kernel is idle again."""

    def fail(_: Output) -> None:
        raise LookupError("the listener failed")

    assert (
        await _raised(LookupError, kernel.execute(_ENDLESS, fail, Limits(wall=20))) == "the listener failed"
    )
    assert (await kernel.execute("1")).ok


async def can_be_interrupted(kernel: Kernel) -> None:
    """`interrupt` ends the code, keeps what it printed and the variables."""
    assert (await kernel.execute("kept = 1")).ok
    execution = await _interrupted_once_begun(kernel)
    assert execution.ending == "interrupted"
    assert not execution.state_lost
    assert execution.outputs[0] == Stream("stdout", "begun\n")
    assert _text(await kernel.execute("kept")) == "1"


async def ignores_an_interrupt_when_idle(kernel: Kernel) -> None:
    """An interrupt meant for code that is over hits no later code."""
    await kernel.interrupt()
    assert await kernel.execute("print('well')") == Execution("ok", (Stream("stdout", "well\n"),))


async def stops_at_the_wall_limit(kernel: Kernel) -> None:
    """At the limit the code is stopped, what it printed is kept, and the next cell runs at once."""
    execution = await kernel.execute(_ENDLESS, limits=Limits(wall=0.5, grace=20))
    assert execution.ending == "wall limit"
    assert not execution.state_lost
    assert execution.outputs[0] == Stream("stdout", "begun\n")
    assert (await kernel.execute("1", limits=Limits(wall=10))).ok


async def stops_at_the_silence_limit(kernel: Kernel) -> None:
    """Code that prints may run on; code that has fallen silent is stopped."""
    code = "import time\nfor i in range(8):\n    print(i, flush=True)\n    time.sleep(0.1)\n" + _ENDLESS
    execution = await kernel.execute(code, limits=Limits(wall=60, silence=0.6, grace=20))
    assert execution.ending == "silence limit"
    assert _printed(execution) == "".join(f"{i}\n" for i in range(8)) + "begun\n"


async def is_killed_when_it_does_not_listen(kernel: Kernel) -> None:
    """Code that swallows the interrupt is killed after the grace period; what it printed is kept."""
    code = "import time\nprint('begun')\nwhile True:\n    try:\n        time.sleep(0.01)\n    except Exception:\n        pass\n"
    deaf = code.replace("Exception", "KeyboardInterrupt")
    execution = await kernel.execute(deaf, limits=Limits(wall=0.5, grace=0.5))
    assert execution.ending == "wall limit"
    assert execution.state_lost
    assert execution.outputs[0] == Stream("stdout", "begun\n")
    await _dead_until_restarted(kernel)


async def survives_its_death(kernel: Kernel) -> None:
    """A dead kernel is noticed in under a second, what it printed is kept, and `restart` gives an empty one."""
    assert (await kernel.execute("lost = 1")).ok
    last: list[float] = []
    code = "import os, time\nprint('begun', flush=True)\ntime.sleep(0.3)\nos._exit(1)"
    execution = await kernel.execute(code, lambda _: last.append(time.monotonic()))
    assert time.monotonic() - last[0] < 1.3
    assert execution == Execution("died", (Stream("stdout", "begun\n"),), state_lost=True)
    await _dead_until_restarted(kernel)


async def restarts_empty(kernel: Kernel) -> None:
    """`restart` on a living kernel takes its variables away, and the probe is there again."""
    assert (await kernel.execute("gone = 1")).ok
    await kernel.restart()
    execution = await kernel.execute("gone")
    assert isinstance(execution.outputs[-1], Error)
    assert execution.outputs[-1].ename == "NameError"
    assert await kernel.evaluate("echo", 1) == [1]


async def is_idle_after_its_task_was_cancelled(kernel: Kernel) -> None:
    """Cancelling `execute` interrupts the code; the variables are kept and the next cell runs at once."""
    assert (await kernel.execute("kept = 3")).ok
    told: list[Output] = []
    task = asyncio.ensure_future(kernel.execute(_ENDLESS, told.append, Limits(wall=60, grace=20)))
    await _until(lambda: bool(told))
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    assert _text(await kernel.execute("kept", limits=Limits(wall=10))) == "3"


async def bounds_text(kernel: Kernel) -> None:
    """Head and tail of long text are kept and the cut is stated, also to the listener."""
    told: list[Output] = []
    code = "for i in range(20_000):\n    print(f'line {i}')"
    execution = await kernel.execute(code, told.append, Limits(text=10_000))
    text = _printed(execution)
    assert text.startswith("line 0\nline 1\n")
    assert text.endswith("line 19998\nline 19999\n")
    assert "characters cut" in text
    assert len(text) < 10_100
    assert _merged(told) == list(execution.outputs)


async def bounds_the_number_of_outputs(kernel: Kernel) -> None:
    """Outputs beyond the limit are counted and said; the error at the end is there all the same."""
    told: list[Output] = []
    execution = await kernel.execute(
        "for i in range(50):\n    display(i)\n1 / 0", told.append, Limits(outputs=10)
    )
    assert [_text_of(output) for output in execution.outputs[:10]] == [str(i) for i in range(10)]
    notice, error = execution.outputs[10:]
    assert "40 more outputs cut" in _text_of(notice)
    assert isinstance(error, Error)
    assert _merged(told) == list(execution.outputs)


async def evaluates_in_silence(kernel: Kernel) -> None:
    """The probe gets and gives JSON, and leaves neither names nor a result behind."""
    before = await kernel.evaluate("names")
    values: list[Any] = [1, 2.5, None, True, "ä'\"\\\n", [1], {"a": {"b": []}}]
    assert await kernel.evaluate("echo", *values) == values
    assert await kernel.evaluate("names") == before
    assert (await kernel.execute("made = 1")).ok
    assert await kernel.evaluate("names") == sorted({*before, "made"})


async def tells_that_the_probe_failed(kernel: Kernel) -> None:
    """An exception in the probe is a `KernelError` that names it; the kernel goes on."""
    assert await _raised(KernelError, kernel.evaluate("fail")) == "KeyError: 'nothing'"
    assert "AttributeError" in await _raised(KernelError, kernel.evaluate("missing"))
    assert (await kernel.execute("1")).ok


async def takes_requests_in_turn(kernel: Kernel) -> None:
    """Requests made at the same time run one after the other, each with its own outputs."""
    codes = [f"import time\nfor _ in range(3):\n    print({i})\n    time.sleep(0.01)" for i in range(4)]
    executions = await asyncio.gather(*(kernel.execute(code) for code in codes))
    assert [_printed(execution) for execution in executions] == [f"{i}\n" * 3 for i in range(4)]


async def starts_and_closes_twice(kernel: Kernel) -> None:
    """A second `start` changes nothing, nor does a second `close`; a closed kernel runs nothing until started again."""
    assert (await kernel.execute("kept = 5")).ok
    await kernel.start()
    assert _text(await kernel.execute("kept")) == "5"
    await kernel.close()
    await kernel.close()
    await _is_dead(kernel)
    await kernel.start()
    await _is_alive(kernel)


CHECKS: tuple[Check, ...] = (
    keeps_variables,
    shows_prints_and_the_last_value,
    shows_no_value_where_there_is_none,
    keeps_the_order_of_displays_and_text,
    tells_the_streams_apart,
    carries_unicode,
    reports_an_error_after_what_was_printed,
    reports_a_syntax_error,
    cannot_be_typed_into,
    reports_each_output_as_it_comes,
    passes_on_what_the_listener_raises,
    can_be_interrupted,
    ignores_an_interrupt_when_idle,
    stops_at_the_wall_limit,
    stops_at_the_silence_limit,
    is_idle_after_its_task_was_cancelled,
    bounds_text,
    bounds_the_number_of_outputs,
    evaluates_in_silence,
    tells_that_the_probe_failed,
    takes_requests_in_turn,
    starts_and_closes_twice,
)

OWNED: tuple[Check, ...] = (
    is_killed_when_it_does_not_listen,
    survives_its_death,
    restarts_empty,
)


async def _interrupted_once_begun(kernel: Kernel) -> Execution:
    told: list[Output] = []
    task = asyncio.ensure_future(kernel.execute(_ENDLESS, told.append, Limits(grace=20)))
    await _until(lambda: bool(told))
    await kernel.interrupt()
    return await task


async def _dead_until_restarted(kernel: Kernel) -> None:
    await _is_dead(kernel)
    await kernel.restart()
    await _is_alive(kernel)


async def _is_dead(kernel: Kernel) -> None:
    assert not kernel.alive
    await _raised(KernelDied, kernel.execute("1"))
    await _raised(KernelDied, kernel.evaluate("echo", 1))


async def _is_alive(kernel: Kernel) -> None:
    assert kernel.alive
    assert await kernel.evaluate("echo", 1) == [1]
    assert (await kernel.execute("1")).ok


async def _raised(kind: type[Exception], call: Awaitable[object]) -> str:
    try:
        await call
    except kind as error:
        return str(error)
    raise AssertionError(f"no {kind.__name__} was raised")


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110  (a plain callback has no event to wait for)
            await asyncio.sleep(0.01)


def _merged(outputs: list[Output]) -> list[Output]:
    """Consecutive pieces of one stream as one: a listener hears them as they come."""
    merged: list[Output] = []
    for output in outputs:
        last: Any = merged[-1] if merged else None
        if isinstance(output, Stream) and isinstance(last, Stream) and last.name == output.name:
            merged[-1] = Stream(last.name, last.text + output.text)
        else:
            merged.append(output)
    return merged


def _printed(execution: Execution) -> str:
    return "".join(output.text for output in execution.outputs if isinstance(output, Stream))


def _text(execution: Execution) -> str:
    assert execution.ok, execution
    return _text_of(execution.outputs[-1])


def _text_of(output: Output) -> str:
    if isinstance(output, Stream):
        return output.text
    return (
        str(output.data["text/plain"]) if isinstance(output, DisplayData | ExecuteResult) else output.evalue
    )
