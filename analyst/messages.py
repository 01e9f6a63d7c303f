"""The conversation that the model sees is a projection of the log. Pure, and append-only.

What was sent once is sent the same again: each request begins with the bytes of the one before (a `Compacted` fact
apart), so providers' prompt caches work and the tokens that are new grow with the work, not with its square.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from string import Template

from .digest import contract_text, inside, steps_text
from .events import (
    Answered,
    Asked,
    CallDecided,
    Checked,
    Compacted,
    Continued,
    ContractSet,
    Event,
    Isolated,
    ModelReplied,
    Opened,
    PlanDecided,
    PlanProposed,
    PlanRevised,
    PlanStep,
    Proved,
    Reviewed,
    ReviewerReplied,
    StepFinished,
    StepStarted,
    Stopped,
    Surveyed,
    ToolReturned,
    Undone,
)
from .models import Message
from .prompts import load

CHARACTERS_PER_TOKEN = 3.3
"""A cautious estimate for code and tables; prose has more."""
TOKENS_PER_IMAGE = 1_000


class Conversation:
    """Facts in, messages out. Words of the harness wait until all calls of a reply are answered, as providers demand."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.prompts: Mapping[str, str] = load()
        """The words put around facts, by name: those that the log was opened with."""
        self._vision = False
        self._asked = Asked("")
        self._plan: tuple[PlanStep, ...] = ()
        self._ended: dict[str, bool] = {}
        self._notices: list[str] = []
        self._said = ""

    def see(self, event: Event) -> None:
        """Take one fact in."""
        match event:
            case Opened(system=system, prompts=prompts, vision=vision):
                # what is said today stands in for words that an older log does not have
                self.prompts, self._vision = {**load(), **prompts}, vision
                self.messages.append({"role": "system", "content": system})
            case Asked():
                self._asked, self._plan, self._ended = event, (), {}
            case Surveyed(text=text):
                self._ask(text)
            case ContractSet(contract, by):
                if by == "person":
                    self._tell("contract", contract=contract_text(contract))
            case PlanProposed(steps, call_id):
                self._plan = steps
                self._answer(call_id, "noted") if call_id else self._tell(
                    "plan_given", steps=steps_text(steps)
                )
            case PlanDecided(accepted, steps, note):
                self._plan_decided(accepted, steps, note)
            case PlanRevised(steps, _, call_id):
                self._plan = steps
                self._ended = {s.id: True for s in steps if self._ended.get(s.id)}
                self._answer(call_id, "noted") if call_id else self._tell(
                    "plan_changed", steps=steps_text(steps)
                )
                self._when_done()
            case StepStarted(step_id):
                step = next(s for s in self._plan if s.id == step_id)
                self._tell(
                    "step_started",
                    id=step.id,
                    goal=step.goal,
                    evidence=step.evidence or "the goal is reached",
                )
            case StepFinished():
                self._step_finished(event)
            case ModelReplied():
                self._replied(event)
            case Isolated() | CallDecided() | ReviewerReplied() | Proved():
                pass  # what came of a decision follows; the reviewer's talk is its own (`trust.review`)
            case ToolReturned():
                self._returned(event)
            case Compacted(text):
                del self.messages[1:]
                self._notices.clear()
                self._tell("compacted", text=text)
            case Undone():
                self._undone(event)
            case Stopped(detail=detail):
                self._tell("stopped", detail=detail)
            case Continued():
                self._tell("continued")
            case Checked(draft=draft, told=told) | Reviewed(draft=draft, told=told):
                self._sent_back(draft, told)
            case Answered(text, _, _, call_id):
                self._answered(text, call_id)

    def sent(self) -> list[Message]:
        """The messages as they go out now, waiting words of the harness included."""
        return [*self.messages, *self._waiting()]

    def _tell(self, prompt: str, **facts: str) -> None:
        self._notices.append(Template(self.prompts[prompt]).substitute(facts))

    def _waiting(self) -> list[Message]:
        return [{"role": "user", "content": "\n\n".join(self._notices)}] if self._notices else []

    def _answer(self, call_id: str, prompt: str) -> None:
        self.messages.append({"role": "tool", "tool_call_id": call_id, "content": self.prompts[prompt]})

    def _ask(self, data: str) -> None:
        name = {"always": "plan_always", "only": "plan_always", "never": "plan_never"}.get(self._asked.plan)
        plan = f"{self.prompts[name]}\n" if name else ""
        context = f"<context>\n{inside(self._asked.context)}\n</context>\n" if self._asked.context else ""
        self._tell(
            "question", question=inside(self._asked.question), plan=plan, context=context, data=inside(data)
        )

    def _plan_decided(self, accepted: bool, steps: tuple[PlanStep, ...], note: str) -> None:
        if not accepted:
            self._plan = ()
            self._tell("plan_refused", note=note)
        elif steps and steps != self._plan:
            self._plan = steps
            self._tell("plan_changed", steps=steps_text(steps))

    def _undone(self, event: Undone) -> None:
        told = {
            "These variables are again what they were": ", ".join(event.restored),
            "These are gone": ", ".join(event.removed),
            "These could not be brought back": "; ".join(f"{n} ({why})" for n, why in event.lost.items()),
        }
        facts = [f"{what}: {names}." for what, names in told.items() if names]
        cells = ", ".join(map(str, sorted(event.cells)))
        self._tell("undone", cells=cells, facts=" ".join(facts) or "No variable had changed.")

    def _step_finished(self, event: StepFinished) -> None:
        self._ended[event.step_id] = event.ok
        if event.call_id:
            self._answer(event.call_id, "noted")
        if not event.ok:
            self._tell("step_failed", id=event.step_id, result=event.result)
        else:
            self._when_done()

    def _when_done(self) -> None:
        if all(self._ended.get(s.id) for s in self._plan):
            self._tell("steps_done")

    def _replied(self, event: ModelReplied) -> None:
        self.messages += self._waiting()
        self._notices.clear()
        message: Message = {"role": "assistant", "content": event.text}
        if event.calls:
            message["tool_calls"] = [
                {"id": c.id, "type": "function", "function": {"name": c.tool, "arguments": c.arguments}}
                for c in event.calls
            ]
        self.messages.append(message)
        self._said = event.text

    def _returned(self, event: ToolReturned) -> None:
        content: Message = {"role": "tool", "tool_call_id": event.call_id, "content": event.text}
        if event.images and self._vision:
            images = [
                {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{image}"}}
                for image in event.images
            ]
            content["content"] = [{"type": "text", "text": event.text}, *images]
        self.messages.append(content)

    def _sent_back(self, draft: Answered | None, told: str) -> None:
        if draft and draft.call_id:
            self.messages.append({"role": "tool", "tool_call_id": draft.call_id, "content": told})
        elif draft:
            self._notices.append(told)

    def _answered(self, text: str, call_id: str) -> None:
        if call_id:
            self._answer(call_id, "noted")
        elif text != self._said:  # an answer put together by us: the model never said it, but must know it
            self.messages += self._waiting()
            self._notices.clear()
            self.messages.append({"role": "assistant", "content": text})


def project(events: Iterable[Event]) -> list[Message]:
    """The conversation as the model is sent it after these facts."""
    conversation = Conversation()
    for event in events:
        conversation.see(event)
    return conversation.sent()


def sha(messages: Sequence[Message]) -> str:
    """A short hash of a request's messages: equal when an old log still projects to what was sent."""
    return hashlib.sha256(json.dumps(messages, separators=(",", ":")).encode()).hexdigest()[:16]


def tokens(messages: Sequence[Message]) -> int:
    """About how many tokens these messages are."""
    characters = images = 0
    for message in messages:
        content = message["content"]
        parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
        characters += sum(len(p["text"]) for p in parts if p["type"] == "text")
        images += sum(p["type"] == "image_url" for p in parts)
        characters += sum(len(c["function"]["arguments"]) + 40 for c in message.get("tool_calls", ()))
    return int(characters / CHARACTERS_PER_TOKEN) + images * TOKENS_PER_IMAGE
