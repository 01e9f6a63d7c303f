"""A kernel whose code sends what it likes on the kernel's own channels: the host takes no harm and no false end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from analyst_kernels import KernelDied, Limits, Stream
from analyst_kernels.managed import ManagedKernel

SEND = """
from IPython import get_ipython as _g
def send(kind, content, parent=None):
    k = _g().kernel
    k.session.send(k.iopub_socket, kind, content, parent=k.get_parent() if parent is None else parent)
"""
LIMITS = Limits(wall=30.0)


@pytest.fixture
async def kernel(tmp_path: Path) -> AsyncIterator[ManagedKernel]:
    kernel = ManagedKernel(cwd=tmp_path)
    await kernel.start()
    await kernel.execute(SEND)
    yield kernel
    await kernel.close()


def printed(outputs: object) -> str:
    assert isinstance(outputs, tuple)
    return "".join(o.text for o in outputs if isinstance(o, Stream))


async def test_an_early_idle_does_not_end_the_cell(kernel: ManagedKernel) -> None:
    code = "import time\nsend('status', {'execution_state': 'idle'})\ntime.sleep(2.5)\nprint('late')"
    await kernel.execute(code, limits=LIMITS)
    after = await kernel.execute("print('next')", limits=LIMITS)
    assert (after.ok, printed(after.outputs)) == (True, "next\n")


async def test_outputs_for_another_request_belong_to_nobody(kernel: ManagedKernel) -> None:
    code = "send('stream', {'name': 'stdout', 'text': 'forged'}, {'header': {'msg_id': 'x', 'msg_type': 'y'}})\nprint(1)"
    done = await kernel.execute(code, limits=LIMITS)
    assert printed(done.outputs) == "1\n"


async def test_asking_for_input_gets_none(kernel: ManagedKernel) -> None:
    done = await kernel.execute("input('Password: ')", limits=LIMITS)
    assert done.ending == "error"


async def test_a_comm_and_a_next_cell_are_not_passed_on(kernel: ManagedKernel) -> None:
    code = (
        "send('comm_open', {'comm_id': '1', 'target_name': 'jupyter.widget', 'data': {'_esm': 'alert(1)'}})\n"
        "_g().set_next_input('evil()')\n_g().payload_manager.write_payload({'source': 'edit_magic', 'filename': 'x'})"
    )
    assert (await kernel.execute(code, limits=LIMITS)).outputs == ()


async def test_what_the_shell_was_taught_to_say_is_gone_with_a_restart(kernel: ManagedKernel) -> None:
    await kernel.execute(
        "import builtins\nbuiltins.print = lambda *a: send('stream', {'name': 'stdout', 'text': 'ALL OK'})"
    )
    await kernel.restart()
    done = await kernel.execute("print('true')", limits=LIMITS)
    assert printed(done.outputs) == "true\n"


async def test_a_reply_where_outputs_belong_does_not_end_the_cell(kernel: ManagedKernel) -> None:
    code = (
        "send('execute_reply', {'status': 'ok', 'user_expressions': {}, 'payload': []})\n"
        "send('status', {'execution_state': 'idle'})\nimport time\ntime.sleep(2)\nraise ValueError('real')"
    )
    assert (await kernel.execute(code, limits=LIMITS)).ending == "error"


async def test_messages_of_no_known_shape_are_left_out(kernel: ManagedKernel) -> None:
    code = (
        "send('stream', {'name': 3, 'text': {'a': []}})\nsend('display_data', {'data': [1]})\n"
        "send('status', {})\nsend('error', {'traceback': 1})\nprint('still here')"
    )
    assert printed((await kernel.execute(code, limits=LIMITS)).outputs) == "still here\n"


async def test_a_kernel_that_sends_nothing_else_is_ended(kernel: ManagedKernel) -> None:
    done = await kernel.execute("for _ in range(3000):\n    send('stream', {})\nprint('end')", limits=LIMITS)
    assert (done.ending, done.state_lost) == ("died", True)
    with pytest.raises(KernelDied, match="1,000 messages of no known shape"):
        await kernel.execute("1")
    await kernel.restart()
    assert (await kernel.execute("1")).ok
