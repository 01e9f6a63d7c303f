"""What makes a kernel of Jupyter one that serves a program and not a person. For IPython kernels, as they start."""

from __future__ import annotations

__all__ = ["IPYTHON", "SETTLE", "UNTOLD", "quiet"]

IPYTHON = (
    "--HistoryManager.enabled=False",  # no database of everything that was run, and no thread for it
    "--InteractiveShell.xmode=Plain",  # a coloured traceback with context costs more than most cells
    "--InteractiveShell.colors=NoColor",
)
"""Its options."""

UNTOLD = """
from IPython import get_ipython

shell = get_ipython()
shell.history_manager.enabled = False
shell.InteractiveTB.set_mode(mode="Plain")
shell.colors = "nocolor"
"""
"""The same, for one that somebody else has started without them."""

SETTLE = """
import contextlib, contextvars, functools, io, os, sys, threading, zmq
from IPython import get_ipython

def stop():
    raise SystemExit("exit() ends the cell, not the kernel")

shell = get_ipython()
shell.ask_exit = stop
if hasattr(shell, "_tee"):
    # since version 9 IPython keeps a copy of all that is ever printed, for a magic that nobody here calls
    shell._tee = lambda channel: contextlib.nullcontext()

def never_drop(socket):
    # when the host is slower than the kernel, code waits: the default is to lose messages in silence
    socket.setsockopt(zmq.XPUB_NODROP, 1)
    # few wait on the way, or the news of an interrupt would come long after it
    socket.setsockopt(zmq.SNDHWM, 20)

publisher = sys.stdout.pub_thread
publisher.schedule(lambda: never_drop(publisher.socket))

def in_pieces(stream, size=1_000_000):
    write, since = stream.write, 0

    def bounded(text):
        nonlocal since
        if not isinstance(text, str):
            return write(text)
        for start in range(0, len(text), size):
            since += write(text[start : start + size]) or 0
            if since >= size:
                since = 0
                stream.flush()
        return len(text)

    return bounded

null = os.open(os.devnull, os.O_WRONLY)
for stream in (sys.stdout, sys.stderr):
    # no message is larger than a few MB, and who prints faster than they are sent has to wait too
    stream.write = in_pieces(stream)
    # what child processes print is published; the second copy, to our log file, could fill the disk
    with contextlib.suppress(io.UnsupportedOperation):
        os.dup2(null, stream.fileno())
os.close(null)

def start(thread, start=threading.Thread.start):
    # what a thread prints belongs to the cell that started it, not to the one that runs by then
    thread.run = functools.partial(contextvars.copy_context().run, thread.run)
    return start(thread)

threading.Thread.start = start
"""
"""The first thing that it runs."""


def quiet(*texts: str) -> str:
    """One expression that runs each text in a namespace of its own."""
    calls = (f"__import__('builtins').exec({text!r}, {{'__name__': '_analyst'}})" for text in texts)
    return f"({', '.join(calls)},)"
