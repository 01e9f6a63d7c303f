"""A front end without a page: it runs cells, keeps what the panel would show, and clicks. On a real kernel."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from jupyter_client.manager import KernelManager
from jupyter_client.session import Session

PATIENCE = 60.0
"""Seconds to wait for anything: the machine may be busy."""


class Front:
    """The cells and the panel of a notebook in `folder`."""

    def __init__(self, folder: Path, **env: str) -> None:
        kept = {k: v for k, v in os.environ.items() if "API_KEY" not in k}  # noqa: TID251 - tests ask theirs
        home = {"IPYTHONDIR": str(folder / "ipython"), "XDG_CONFIG_HOME": str(folder / "config")}
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(cwd=str(folder), env=kept | home | {"ANALYST_MODEL": "rules"} | env)
        self._connect()

    def _connect(self) -> None:
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=PATIENCE)
        self.blocks: dict[str, dict[str, Any]] = {}
        self.state: dict[str, Any] = {}
        self.ops: list[tuple[float, int, dict[str, Any]]] = []
        """Each with when it came and how many bytes it took."""
        self.outputs: dict[str, list[tuple[str, dict[str, Any]]]] = {}
        """What cells showed, by the id of their request."""
        self.comm = ""
        self._idle: set[str] = set()
        self._open = True
        self._last = 0
        self._docs: list[dict[str, Any]] = []
        self._iopub = self.client.connect_iopub()
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        self.client.control_channel.send(self.client.session.msg("create_subshell_request", {}))
        self._subshell = self.client.get_control_msg(timeout=PATIENCE)["content"].get("subshell_id")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._leave()
        self.manager.shutdown_kernel(now=True)

    def restart(self) -> None:
        """A fresh kernel, as from the menu; the page has lost its panel."""
        self._leave()
        self.manager.restart_kernel(now=True)
        self._connect()

    def _leave(self) -> None:
        self._open = False
        self._thread.join()
        self.client.stop_channels()

    # ── cells ──

    def start(self, code: str) -> str:
        """Run a cell and do not wait; gives its id."""
        return str(self.client.execute(code, allow_stdin=False))

    def finish(self, cell: str) -> str:
        """Wait for a cell; what it showed, as text."""
        self.wait(lambda: cell in self._idle)
        return self.shown(cell)

    def shown(self, cell: str) -> str:
        """What a cell has shown until now, as text."""
        parts = self.outputs.get(cell, [])
        return "".join(
            c.get("text") or "\n".join(c.get("traceback", ())) or c.get("data", {}).get("text/plain", "")
            for _, c in parts
        )

    def run(self, code: str) -> str:
        return self.finish(self.start(code))

    def value(self, expression: str) -> str:
        return self.run(f"print(repr({expression}))").strip()

    # ── the panel ──

    def chat(self, argument: str = "") -> str:
        """Open the panel, as the last value of a cell; its plain text."""
        text = self.run(f"import analyst\npanel = analyst.chat({argument})\npanel")
        assert self.comm, text
        self.say(do="hello")
        self.wait(lambda: "phase" in self.state)
        return text

    def say(self, **message: Any) -> None:
        """What a click sends, on a thread of the kernel's own as JupyterLab asks for."""
        content = {"comm_id": self.comm, "data": {"method": "custom", "content": message}}
        msg = self.client.session.msg("comm_msg", content)
        msg["header"]["subshell_id"] = self._subshell
        self.client.shell_channel.send(msg)

    def ask(self, text: str) -> None:
        """Type a question and send it."""
        self.say(do="send", text=text, id=f"typed-{len(self.ops)}")

    def answer(self, text: str) -> dict[str, Any]:
        """Ask, and wait for the answer."""
        before = len(self.of("answer"))
        self.ask(text)
        self.wait(lambda: len(self.of("answer")) > before)
        self.idle()
        return self.of("answer")[-1]

    def idle(self) -> None:
        """Wait until nothing is worked on."""
        self.wait(lambda: self.state.get("phase") == "idle")

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The blocks of a kind."""
        return [block for block in list(self.blocks.values()) if block["kind"] == kind]

    def said(self, op: str) -> list[dict[str, Any]]:
        """Messages of a kind that came."""
        return [content for _, _, content in list(self.ops) if content["op"] == op]

    def text(self) -> str:
        """All that the panel shows, as JSON."""
        return json.dumps(list(self.blocks.values()), ensure_ascii=False)

    def doc(self) -> dict[str, Any]:
        """The content as a page gets it that is loaded again."""
        content = {"comm_id": self.comm, "data": {"method": "request_state"}}
        self.client.shell_channel.send(self.client.session.msg("comm_msg", content))
        before = len(self._docs)
        self.wait(lambda: len(self._docs) > before)
        return self._docs[-1]

    def wait(self, for_what: Callable[[], object], seconds: float = PATIENCE) -> None:
        """Wait until something is so.

        Raises:
            TimeoutError: it does not come.
        """
        deadline = time.monotonic() + seconds
        with self._changed:
            while not for_what():  # it need not be something that comes from the kernel
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{self.state}\n{self.text()[-3_000:]}")
                self._changed.wait(0.1)

    # ── what comes ──

    def _listen(self) -> None:
        session = Session(key=self.client.session.key, signature_scheme=self.client.session.signature_scheme)
        while self._open:
            if self._iopub.poll(50):
                _, parts = session.feed_identities(self._iopub.recv_multipart())
                with self._changed:
                    self._take(session.deserialize(parts))
                    self._changed.notify_all()
        self._iopub.close()

    def _take(self, message: dict[str, Any]) -> None:
        kind, content = message["msg_type"], message["content"]
        parent = message["parent_header"].get("msg_id", "")
        if kind == "comm_open" and "doc" in content["data"].get("state", {}):
            self.comm, self._last = (
                content["comm_id"],
                0,
            )  # the panel that came last is the one that is looked at
        elif kind == "comm_msg" and content["comm_id"] == self.comm:
            data = content["data"]
            if data["method"] == "custom":
                size = len(
                    json.dumps(
                        [message[k] for k in ("header", "parent_header", "metadata", "content")], default=str
                    )
                )
                self.ops.append((time.monotonic(), size, data["content"]))
                self._do(data["content"], message["buffers"])
            elif "doc" in data.get("state", {}):
                self._docs.append(data["state"]["doc"])
        elif kind == "status" and content["execution_state"] == "idle":
            self._idle.add(parent)
        elif kind in ("stream", "display_data", "execute_result", "error"):
            self.outputs.setdefault(parent, []).append((kind, content))

    def _do(self, op: dict[str, Any], buffers: list[Any]) -> None:
        if "n" in op and op["op"] != "snapshot":
            assert op["n"] > self._last, "operations come in their order"
            self._last = op["n"]
        match op["op"]:
            case "snapshot":
                self.blocks = {block["id"]: block for block in op["blocks"]}
                self.state = op["state"]
                self._last = op["n"]
            case "block":
                self.blocks[op["block"]["id"]] = op["block"]
            case "patch":
                self.blocks[op["id"]].update(op["set"])
            case "append":
                self.blocks[op["id"]]["text"] += op["text"]
            case "output":
                self._output(self.blocks[op["id"]]["outputs"], op["output"], buffers)
            case "outputs":
                outputs = self.blocks[op["id"]]["outputs"]
                self.blocks[op["id"]]["outputs"] = [
                    op["new"].get(str(n)) or outputs[n] for n in range(op["count"])
                ]
            case "state":
                self.state.update(op["set"])
            case _:
                pass

    def _output(self, outputs: list[dict[str, Any]], output: dict[str, Any], buffers: list[Any]) -> None:
        last = outputs[-1] if outputs else {}
        if output["type"] == "text" == last.get("type") and output["stream"] == last["stream"]:
            last["text"] += output["text"]
            return
        outputs.append(output)
        if output["type"] == "image":
            assert bytes(buffers[output["buffer"]]).startswith(b"\x89PNG")
