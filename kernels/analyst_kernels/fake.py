"""A kernel for tests that starts in a millisecond: code runs in a thread of this process."""

from __future__ import annotations

import ast
import asyncio
import builtins
import contextlib
import ctypes
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from types import ModuleType
from typing import Any

from .managed import ManagedKernel
from .process import Message

__all__ = ["FakeKernel"]


class FakeKernel(ManagedKernel):
    """Keeps the contract of every kernel; its limits, endings and outputs are the managed kernel's own code.

    What it does not do: no process and no protection from the code, which can do anything to the caller. Printing is
    seen through the name `print`, not through `sys.stdout`; threads that the code starts print nothing. No top-level
    `await`, no magics, no figures, no working directory. An interrupt comes through between two bytecodes, so not in
    a long `time.sleep`; code that does not listen is left behind in its thread. `os._exit(…)` and other `…._exit(…)`
    written in a cell kill the fake, not the caller. Where the caller itself runs in IPython, the probe looks there.
    """

    def __init__(self, *, probe: str | None = None) -> None:
        super().__init__("fake", probe=probe)

    async def _launch(self) -> _Thread:
        return _Thread(self._probe_text())


class _Died(BaseException):
    """The end of the fake, as seen by the code in it."""


class StdinNotImplementedError(Exception):
    """As in a real kernel."""


class _Thread:
    """Runs one request at a time in a thread; speaks in the kernel's messages."""

    ipython = False

    def __init__(self, probe: str) -> None:
        self._loop = asyncio.get_running_loop()
        self._messages: asyncio.Queue[Message] = asyncio.Queue()
        self._ids = count(1)
        self._thread: threading.Thread | None = None
        self._main = ModuleType("__main__")
        self._probe: dict[str, ModuleType] = {}
        self.alive = True
        ours = {"print": self._print, "display": self._display, "input": _no_input, "_end": _end}
        vars(self._main)["__builtins__"] = vars(builtins) | ours
        with self._inside():
            exec(probe, {})  # the probe is our own text

    def epitaph(self) -> str:
        return "It was killed."

    def request(
        self, code: str, *, silent: bool = False, expressions: Mapping[str, str] | None = None
    ) -> str:
        request = f"fake-{next(self._ids)}"
        self._thread = threading.Thread(
            target=self._run, args=(code, silent, expressions or {}), name=request, daemon=True
        )
        self._thread.start()
        return request

    async def receive(self, patience: float, parsed: int = 0) -> Message | None:  # noqa: ARG002
        with contextlib.suppress(TimeoutError):
            return await asyncio.wait_for(self._messages.get(), patience if self.alive else 0.01)
        return None

    async def connect(self) -> None:
        """There is nothing to connect to."""

    async def interrupt(self) -> None:
        self._throw(KeyboardInterrupt)

    async def kill(self) -> None:
        self.alive = False
        self._throw(_Died)
        self._thread = None

    async def close(self) -> None:
        await self.kill()

    def _throw(self, exception: type[BaseException]) -> None:
        if self._thread is not None and self._thread.ident is not None:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(self._thread.ident), ctypes.py_object(exception)
            )

    # ── in the thread ───────────────────────────────────────────────────────────────────────────────────────────────

    def _run(self, code: str, silent: bool, expressions: Mapping[str, str]) -> None:
        with contextlib.suppress(_Died, KeyboardInterrupt):  # an interrupt that came when the code was over
            self._send("execute_input" if not silent else "status", {"code": code, "execution_state": "busy"})
            try:
                self._cell(code)
                reply: dict[str, Any] = {"status": "ok"}
            except _Died:
                self._loop.call_soon_threadsafe(setattr, self, "alive", False)
                return
            except BaseException as error:  # noqa: BLE001  (whatever a cell raises is its output)
                reply = {"status": "error"}
                self._send("error", _failure(error))
            reply["user_expressions"] = {name: self._value(text) for name, text in expressions.items()}
            self._send("execute_reply", reply)
            self._send("status", {"execution_state": "idle"})

    def _cell(self, code: str) -> None:
        tree = ast.fix_missing_locations(_Exits().visit(ast.parse(code, "cell")))
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "cell", "exec"), vars(self._main))
        if last is not None:
            value = eval(compile(ast.Expression(last.value), "cell", "eval"), vars(self._main))
            if value is not None and not code.rstrip().endswith(";"):
                self._send("execute_result", {"data": _data(value)})

    def _value(self, expression: str) -> dict[str, Any]:
        try:
            with self._inside():
                return {"status": "ok", "data": {"text/plain": repr(eval(expression, {}))}}
        except Exception as error:  # noqa: BLE001  (told to the one who asked)
            return {"status": "error", **_failure(error)}

    @contextlib.contextmanager
    def _inside(self) -> Iterator[None]:
        """While the probe is at work, `__main__` and the probe's modules are the fake's own."""
        outside = sys.modules["__main__"]
        sys.modules.update({"__main__": self._main, **self._probe})
        try:
            yield
        finally:
            sys.modules["__main__"] = outside
            names = [name for name in sys.modules if name.split(".")[0] == "_analyst_probe"]
            self._probe = {name: sys.modules.pop(name) for name in names}

    def _print(
        self, *values: object, file: Any = None, sep: str = " ", end: str = "\n", flush: bool = False
    ) -> None:
        if file not in {None, sys.stdout, sys.stderr}:
            print(*values, file=file, sep=sep, end=end, flush=flush)
            return
        text = sep.join(map(str, values)) + end
        self._send("stream", {"name": "stderr" if file is sys.stderr else "stdout", "text": text})

    def _display(self, *values: object) -> None:
        for value in values:
            self._send("display_data", {"data": _data(value)})

    def _send(self, kind: str, content: dict[str, Any]) -> None:
        thread = threading.current_thread()
        if thread is self._thread:
            message = Message(kind, thread.name, content)
            self._loop.call_soon_threadsafe(self._messages.put_nowait, message)


class _Exits(ast.NodeTransformer):
    """`anything._exit(…)` → `_end()`."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "_exit":
            return ast.Call(ast.Name("_end", ast.Load()), [], [])
        return node


def _end() -> None:
    raise _Died


def _no_input(*_: object) -> str:
    raise StdinNotImplementedError("input was called, but nobody can type")


def _data(value: object) -> dict[str, Any]:
    html: Callable[[], str] | None = getattr(value, "_repr_html_", None)
    return {"text/plain": repr(value)} | ({"text/html": html()} if html is not None else {})


def _failure(error: BaseException) -> dict[str, Any]:
    lines = traceback.format_exception(
        type(error), error, error.__traceback__ and error.__traceback__.tb_next
    )
    return {"ename": type(error).__name__, "evalue": str(error), "traceback": lines}
