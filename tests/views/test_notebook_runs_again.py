from __future__ import annotations

from typing import Any

import pytest
from analyst_kernels import Error, ExecuteResult, Output, Stream
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient

from .notebooks import made

# ── in a real kernel ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def kernel() -> Any:
    manager, client = start_new_kernel(kernel_name="python3")
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    manager.context.destroy()


def executed(client: Any, story: Any, code: str) -> None:
    """Run a cell in the kernel and tell the story what came out."""
    outputs: list[Output] = []

    def hook(message: Any) -> None:
        content = message["content"]
        match message["msg_type"]:
            case "stream":
                outputs.append(Stream(content["name"], content["text"]))
            case "execute_result":
                outputs.append(ExecuteResult(content["data"], content["metadata"]))
            case "error":
                error = Error(content["ename"], content["evalue"], tuple(content["traceback"]))
                outputs.append(error)

    client.execute_interactive(code, output_hook=hook, timeout=60)
    story.cell(code, *outputs)


def test_the_notebook_runs_again_from_top_to_bottom_with_the_same_outputs(kernel: Any, Story: Any) -> None:
    story = Story().ask("How heavy?").plan("load", "compare", "sum up").start("s1")
    # the failed cell loads the data that all later cells use; its error lies in a function of another cell
    executed(kernel, story, "def of(table, name):\n    return table[name]")
    executed(
        kernel, story, "\n\n# load\nmass = {'a': [1, 2],\n        'b': [3]}\nn = len(mass)\nof(mass, 'c')"
    )
    executed(kernel, story, "of(mass, 'b'), n")
    story.finish("s1", "loaded").start("s2")
    executed(kernel, story, "import math\nfor i in range(3):\n    k = i\n    1 / 0")  # never repaired
    executed(kernel, story, "x = (")
    story.finish("s2", "given up", ok=False).start("s3")
    executed(kernel, story, "print(math.fsum(mass['a'] + mass['b']))")
    story.finish("s3", "6").answer("6")
    notebook = made(story.events)
    before = [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]
    assert [bool(outputs) for outputs in before] == [False, False, True, False, True]
    again = NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    assert [cell.outputs for cell in again.cells if cell.cell_type == "code"][2] == [
        {**before[2][0], "execution_count": 3}
    ]
    assert again.cells[-2].outputs[0].text == "6.0\n"
