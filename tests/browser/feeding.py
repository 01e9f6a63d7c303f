"""A recorded run fed to the cell's view in a kernel, piece by piece: what `%%agent` does, without an agent."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from analyst.events import Event, codec

CELL = """
import time
from pathlib import Path
from IPython.display import publish_display_data
from analyst.events import codec
from analyst.views.cell import CellView

def publish(data, metadata, *, display_id, update):
    publish_display_data(dict(data), dict(metadata), transient={{"display_id": display_id}}, update=update)

view = CellView(publish)
for number, line in enumerate(Path("{log}").read_text().splitlines()):
    while not Path("{log}.go").exists() and number >= {stop}:
        time.sleep(0.02)
    view(codec.validate_json(line))
view.close()
"""


def feeding(folder: Path, events: Sequence[Event], *, stop: int | None = None) -> str:
    """The code of a cell that shows these events; it waits before the one at `stop` until `go` is called."""
    log = folder / "run.jsonl"
    log.write_bytes(b"\n".join(codec.dump_json(event) for event in events))
    (folder / "run.jsonl.go").unlink(missing_ok=True)
    return CELL.format(log=log, stop=len(events) if stop is None else stop)


def go(folder: Path) -> None:
    """Let the rest of the events be shown."""
    (folder / "run.jsonl.go").touch()
