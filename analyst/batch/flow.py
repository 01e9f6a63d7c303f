"""What all jobs of a process share when they ask a model: calls at once, waits that a provider asks for, one budget."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from ..errors import ModelUnavailable
from ..events import Live, Notice, ToolSchema, Usage
from ..models import Message, Model, OnDelta, Reply
from ..models.choice import choose
from ..models.rules import RulesModel
from ..settings import environment


class Gate:
    """The door to one provider: so many calls at once, and none while one of them is told to wait.

    A call that is tried again has heard that the provider is out of breath (a rate limit, no answer). Until one such
    call gets through, or the last has given up, no other is sent: what a provider asks for is waited for by all.
    """

    def __init__(self, at_once: int) -> None:
        self._slots = asyncio.Semaphore(at_once)
        self._open = asyncio.Event()
        self._open.set()
        self._trying: set[object] = set()

    @asynccontextmanager
    async def call(self) -> AsyncIterator[Callable[[Live], None]]:
        """Room for a call. What it gives is to be told of all that the call shows."""
        one = object()

        def hear(live: Live) -> None:
            if isinstance(live, Notice):
                self._trying.add(one)
                self._open.clear()
            else:
                self._let_in()

        async with self._slots:
            while not self._open.is_set():
                await self._open.wait()
            try:
                yield hear
            finally:
                self._trying.discard(one)
                if not self._trying:
                    self._open.set()

    def _let_in(self) -> None:
        self._trying.clear()
        self._open.set()


class Purse:
    """One budget over all jobs. A call is only made when all that are under way, and it, will fit.

    What a call will cost is not known before: the dearest so far is taken. Until there is one, calls go one by one.
    """

    def __init__(self, total: float | None, spent: float = 0.0) -> None:
        """`total` in US dollars; None: no limit. `spent`: what earlier runs of the batch have cost."""
        self.total = total
        self.spent = spent
        self._dearest: float | None = None
        self._unpriced = False
        self._under_way = 0
        self._changed = asyncio.Condition()

    @property
    def empty(self) -> bool:
        """Whether no further call can be paid."""
        return self.total is not None and (self._unpriced or not self._fits(1))

    def _fits(self, calls: int) -> bool:
        if self.total is None:
            return True
        if self._unpriced:
            return False
        if self._dearest is None:
            return calls == 1 and self.spent < self.total
        return self.spent + calls * self._dearest <= self.total

    @asynccontextmanager
    async def call(self) -> AsyncIterator[Callable[[Usage], None]]:
        """Room in the budget for a call. What it gives is to be told what the call has used.

        Raises:
            ModelUnavailable: there is none.
        """
        async with self._changed:
            await self._changed.wait_for(lambda: not self._under_way or self._fits(self._under_way + 1))
            if not self._fits(1):
                raise ModelUnavailable(self._why())
            self._under_way += 1
        try:
            yield self.paid
        finally:
            self._under_way -= 1
            async with self._changed:
                self._changed.notify_all()

    def paid(self, usage: Usage) -> None:
        """Count a call."""
        if usage.usd is None:
            self._unpriced = self._unpriced or bool(usage.input + usage.output)
            return
        self.spent += usage.usd
        self._dearest = max(self._dearest or 0.0, usage.usd)

    def spend(self, usd: float | None) -> None:
        """Count what was paid elsewhere."""
        if usd is None:
            self._unpriced = True
        else:
            self.spent += usd

    def _why(self) -> str:
        if self._unpriced:
            return "The price of the model is not known, so the budget over all jobs cannot be kept."
        return (
            f"{self.spent:.4f} of the {self.total:g} USD for all jobs are spent, and the next call would pass that. "
            "Go on with --resume and a higher --budget."
        )


def model_of(id: str) -> Model:
    """The model with this id, with keys and addresses of our environment.

    Raises:
        BadInput: it cannot be used.
    """
    return choose(id, environment()).model


class Flow:
    """Models for the jobs of a process. A model is made once, however many jobs ask it."""

    def __init__(self, make: Callable[[str], Model], *, calls: int, purse: Purse) -> None:
        """`make`: a model from its id. `calls`: most calls at once for each provider."""
        self.purse = purse
        self._make = make
        self._models: dict[str, Model] = {}
        self._gates: dict[str, Gate] = defaultdict(lambda: Gate(calls))

    def model(self, id: str) -> Model:
        """The model with this id, as one job may ask it."""
        if id not in self._models:
            self._models[id] = self._make(id)
        if isinstance(self._models[id], RulesModel):
            return self._models[id]  # it costs nothing, needs no turn, and is trusted as itself
        return _Shared(self._models[id], self._gates[id.partition("/")[0]], self.purse)

    async def close(self) -> None:
        """Give the models' connections back."""
        for model in self._models.values():
            await model.close()
        self._models.clear()


class _Shared:
    """A model as one job sees it; closing it closes nothing, as others ask on."""

    def __init__(self, inner: Model, gate: Gate, purse: Purse) -> None:
        self._inner = inner
        self._gate = gate
        self._purse = purse

    @property
    def id(self) -> str:
        return self._inner.id

    @property
    def window(self) -> int:
        return self._inner.window

    @property
    def vision(self) -> bool:
        return self._inner.vision

    async def prepare(self) -> None:
        await self._inner.prepare()

    async def reply(
        self, messages: Sequence[Message], tools: Sequence[ToolSchema], on_delta: OnDelta
    ) -> Reply:
        async with self._gate.call() as hear, self._purse.call() as paid:

            def both(live: Live) -> None:
                hear(live)
                on_delta(live)

            reply = await self._inner.reply(messages, tools, both)
            paid(reply.usage)
            return reply

    async def close(self) -> None:
        pass
