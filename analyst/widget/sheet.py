"""Blocks and a state, and what changed of them in the words of the wire."""

from __future__ import annotations

import copy
from typing import Any

Op = dict[str, Any]


class Sheet:
    """What stands in the panel; every change is an operation, with a number that rises."""

    def __init__(self, **state: Any) -> None:
        """`state`: the state at the beginning."""
        self.blocks: dict[str, dict[str, Any]] = {}
        self.state: dict[str, Any] = state
        self.n = 0
        self._ops: list[Op] = []

    def set(self, **fields: Any) -> list[Op]:
        """Change fields of the state."""
        self._set_state(**fields)
        return self.taken()

    def taken(self) -> list[Op]:
        """The operations since the last time."""
        ops, self._ops = self._ops, []
        return ops

    def snapshot(self) -> dict[str, Any]:
        """Everything, as a copy."""
        return copy.deepcopy({"blocks": list(self.blocks.values()), "state": self.state, "n": self.n})

    def _put(self, id: str, kind: str, **fields: Any) -> None:
        self.blocks[id] = {"id": id, "kind": kind, **fields}
        self._op("block", block=copy.copy(self.blocks[id]))

    def _patch(self, id: str, **fields: Any) -> None:
        if (block := self.blocks.get(id)) is not None:
            changed = {
                name: value for name, value in fields.items() if name not in block or block[name] != value
            }
            if changed:
                block.update(changed)
                self._op("patch", id=id, set=changed)

    def _set_state(self, **fields: Any) -> None:
        changed = {k: v for k, v in fields.items() if k not in self.state or self.state[k] != v}
        if changed:
            self.state.update(changed)
            self._op("state", set=dict(changed))

    def _phase(self, phase: str, activity: str) -> None:
        self._set_state(phase=phase, activity=activity)

    def _op(self, op: str, **fields: Any) -> None:
        self.n += 1
        self._ops.append({"op": op, "n": self.n, **fields})
