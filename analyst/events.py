"""What happened, as values: frozen, comparable, JSON in and out. Read this file first.

A run is its log, and the log is a list of these facts. Everything else (what to do next, what the model reads, what
a person sees) is derived from them. Facts carry no clock and no identity: those belong to the log's line.

The order in a run: `Opened`, then for each question `Asked`, `Surveyed`, and turns of `ModelReplied` → (`CallDecided`) →
what the call came to. A call to a tool that works on the world ends in `ToolReturned`. A call by which the model
steers the run *is* its fact: `PlanProposed`, `PlanRevised`, `StepFinished`, `Answered` carry the call's id and answer it.

Names are for ever: old logs must stay readable. A new fact is no breaking change; a renamed one is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from analyst_kernels import Output
from pydantic import Field, TypeAdapter

from .parts import Call as Call
from .parts import Claim as Claim
from .parts import Contract as Contract
from .parts import Finding as Finding
from .parts import Live as Live
from .parts import Moved as Moved
from .parts import Notice as Notice
from .parts import OutputDelta as OutputDelta
from .parts import Place as Place
from .parts import PlanStep as PlanStep
from .parts import StopReason as StopReason
from .parts import TextDelta as TextDelta
from .parts import ToolSchema as ToolSchema
from .parts import Usage as Usage
from .parts import Variable as Variable
from .parts import Wanted as Wanted

# ── facts ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Opened:
    """A log begins. What is needed to project it later as it was sent, whatever has changed in the code since."""

    system: str
    tools: tuple[ToolSchema, ...]
    prompts: Mapping[str, str]
    """The words put around facts in the conversation, by name (`prompts/*.md`)."""
    model: str
    model_reason: str
    """Why this model: said, from the environment, a key was there, a local server answered, nothing else was there."""
    window: int
    """The model's context window in tokens; 0 when it is not known."""
    vision: bool
    versions: Mapping[str, str]
    settings: Mapping[str, Any]
    kind: Literal["opened"] = "opened"


@dataclass(frozen=True, slots=True)
class Isolated:
    """What holds the code from here on. In a sandbox the kernel looks around before it answers for the first time: one
    that is not held as it is said here does not start."""

    tier: Literal["bubblewrap", "seatbelt", "landlock", "external", "none"]
    holds: str
    """What that is, and where it is weaker, in a sentence."""
    kind: Literal["isolated"] = "isolated"


@dataclass(frozen=True, slots=True)
class Asked:
    """The user asked. `data` are absolute paths of files or folders, in the order they were named."""

    question: str
    data: tuple[str, ...] = ()
    plan: Literal["auto", "always", "never", "only"] = "auto"
    """Whether to plan first; only: stop when the plan stands."""
    steps: tuple[PlanStep, ...] = ()
    """A plan that the user gave; a `PlanProposed` follows the survey."""
    variables: tuple[str, ...] = ()
    """Names of the kernel's variables that are surveyed beside the files."""
    context: str = ""
    """What else goes with the question: what the user ran since the last one, what was attached to it. Bounded."""
    review: str = ""
    """Who tries to refute the answer before it is given: a model's id, or "same"; "": nobody."""
    contract: Contract | None = None
    """What the answer must contain, where the user said so beside the question; None: what the question says."""
    kind: Literal["asked"] = "asked"


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What data there is, looked at without a model before the first call. `tables` is the probe's JSON."""

    text: str
    """What the model reads."""
    tables: tuple[Mapping[str, Any], ...] = ()
    kind: Literal["surveyed"] = "surveyed"


@dataclass(frozen=True, slots=True)
class ContractSet:
    """What the answer must contain, before any code is written; the last one of a question holds."""

    contract: Contract
    by: Literal["question", "model", "person"] = "question"
    """Read from the question's words, proposed with a plan, or changed by a person."""
    kind: Literal["contract_set"] = "contract_set"


@dataclass(frozen=True, slots=True)
class PlanProposed:
    """A plan: from the model (`call_id` is the call it answers), or given by the user (`call_id` is empty)."""

    steps: tuple[PlanStep, ...]
    call_id: str = ""
    contract: Contract | None = None
    """What the model says that the answer must contain; a `ContractSet` follows."""
    kind: Literal["plan_proposed"] = "plan_proposed"


@dataclass(frozen=True, slots=True)
class PlanDecided:
    """A person looked at the plan: took it, changed it (`steps` are the changed ones) or refused it with a note."""

    accepted: bool
    steps: tuple[PlanStep, ...] = ()
    note: str = ""
    contract: Contract | None = None
    """The contract as the person changed it; a `ContractSet` follows."""
    kind: Literal["plan_decided"] = "plan_decided"


@dataclass(frozen=True, slots=True)
class PlanRevised:
    """The plan changed: by the model, on evidence (`call_id` is the call it answers), or by the user (it is empty).

    `steps` is the whole new plan; steps that are done stand in it unchanged.
    """

    steps: tuple[PlanStep, ...]
    reason: str
    call_id: str
    kind: Literal["plan_revised"] = "plan_revised"


@dataclass(frozen=True, slots=True)
class StepStarted:
    """Work on a step of the plan begins."""

    step_id: str
    by: Literal["policy", "person"] = "policy"
    """person: she wanted to be asked before it, and said yes."""
    kind: Literal["step_started"] = "step_started"


@dataclass(frozen=True, slots=True)
class StepFinished:
    """A step ended: reached (`ok`) with its result in a sentence or two, or given up with the reason."""

    step_id: str
    ok: bool
    result: str
    call_id: str = ""
    """The `finish_step` call it answers; empty when the model just said it, or when a bound ended the step."""
    kind: Literal["step_finished"] = "step_finished"


@dataclass(frozen=True, slots=True)
class ModelReplied:
    """The model spoke. `prompt_sha` is the hash of the messages it was sent: an old log can be checked against it."""

    text: str
    calls: tuple[Call, ...]
    usage: Usage
    finish: str
    """The provider's word for why the reply ended: "stop", "tool_calls", "length", …"""
    model: str
    prompt_sha: str
    reasoning: str = ""
    """What the model thought aloud. Shown, never sent back."""
    kind: Literal["model_replied"] = "model_replied"


@dataclass(frozen=True, slots=True)
class CallDecided:
    """A call that acts on the world may run, or may not. From here until its `ToolReturned` it may have run."""

    call_id: str
    allowed: bool
    by: Literal["policy", "person"] = "policy"
    reason: str = ""
    scope: Literal["once", "run", "always"] = "once"
    """How far a person's yes goes: this call; what has the same effects in this run, or in every run."""
    kind: Literal["call_decided"] = "call_decided"


@dataclass(frozen=True, slots=True)
class ToolReturned:
    """What a call came to. `text` and `images` are what the model reads, `outputs` what a person sees."""

    call_id: str
    ok: bool
    text: str
    outputs: tuple[Annotated[Output, Field(discriminator="output_type")], ...] = ()
    images: tuple[str, ...] = ()
    """PNG as base64, for a model that sees."""
    cell: int = 0
    """Number of the cell that was run, counted from 1 over the whole log; 0 when none was run."""
    ending: str = ""
    """How the execution ended (`analyst_kernels.Ending`); empty when nothing was executed."""
    variables: tuple[Variable, ...] | None = None
    """New and changed variables after the call; None when nothing was executed."""
    gone: tuple[str, ...] = ()
    """Names that are not there any more."""
    state: str = ""
    """Fingerprint of the namespace after the call: the same code on the same state need not be run again."""
    observed: tuple[Mapping[str, Any], ...] = ()
    """What the probe saw of the data while the code ran: joins, filters, groups, frames. Its own JSON."""
    ledger: tuple[Finding, ...] = ()
    """What is to be said of that, and of the code."""
    kind: Literal["tool_returned"] = "tool_returned"


@dataclass(frozen=True, slots=True)
class Compacted:
    """The conversation so far is replaced, for the model, by this text. The log keeps everything."""

    text: str
    kind: Literal["compacted"] = "compacted"


@dataclass(frozen=True, slots=True)
class Undone:
    """The user took back what cells did to the variables; what they did outside the kernel stays done."""

    cells: tuple[int, ...]
    """Numbers of the cells, the last one first."""
    restored: tuple[str, ...] = ()
    """Variables that are again what they were."""
    removed: tuple[str, ...] = ()
    """Variables that the cells had made, and that are gone."""
    lost: Mapping[str, str] = field(default_factory=dict)
    """Variables that could not be brought back, each with the reason."""
    kind: Literal["undone"] = "undone"


@dataclass(frozen=True, slots=True)
class Stopped:
    """The run must end before it is done. A partial `Answered` follows, unless nothing was found out at all."""

    reason: StopReason
    detail: str
    """A sentence for a person: what happened and what to do."""
    kind: Literal["stopped"] = "stopped"


@dataclass(frozen=True, slots=True)
class Continued:
    """The user let a run that had stopped go on: what stopped it does not count any more, what was learnt does."""

    kind: Literal["continued"] = "continued"


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer. `named` holds the values of a format like `@name[value]`, where one was asked for."""

    text: str
    named: Mapping[str, str] = field(default_factory=dict)
    partial: bool = False
    call_id: str = ""
    kind: Literal["answered"] = "answered"


@dataclass(frozen=True, slots=True)
class Checked:
    """An answer was held against what was shown and against the contract, before it was given.

    With `told` it went back to the model, once; else its `Answered` follows.
    """

    claims: tuple[Claim, ...]
    unkept: tuple[str, ...] = ()
    """What it does not keep of the contract, a sentence each."""
    told: str = ""
    """What the model was told."""
    draft: Answered | None = None
    """The answer that went back; it is given after all when nothing better comes."""
    kind: Literal["checked"] = "checked"


@dataclass(frozen=True, slots=True)
class ReviewerReplied:
    """The reviewer spoke of an answer that had passed the checks. It is asked once for a question."""

    text: str
    call: Call | None
    """The check by which it would refute the answer; what comes of it is a `Reviewed`."""
    usage: Usage
    model: str
    prompt_sha: str
    kind: Literal["reviewer_replied"] = "reviewer_replied"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """An answer was held against the reviewer's check, which was run: no verdict comes from words.

    With `told` it went back to the model, once; the same check is run on what it answers then.
    """

    verdict: Literal["held", "refuted", "undecided"]
    code: str = ""
    """The check; "" when there was none."""
    output: str = ""
    """What the check came to, or why it decided nothing."""
    told: str = ""
    """What the model was told."""
    draft: Answered | None = None
    """The answer that went back; it is given after all when nothing better comes."""
    kind: Literal["reviewed"] = "reviewed"


@dataclass(frozen=True, slots=True)
class Proved:
    """The code of the answer was run again, alone, in a kernel of its own; what it came to was compared."""

    mode: Literal["values", "full"]
    """values: the cells that the answer needs; full: every cell that worked."""
    cells: tuple[int, ...]
    """Numbers of the cells that were run, in their order."""
    reproduced: int
    total: int
    """Values, tables and figures that were compared."""
    moved: tuple[Moved, ...] = ()
    """What is different now; the first ones of very many."""
    cause: str = ""
    """The likely cause of that; or why there is no proof, when nothing could be compared."""
    kind: Literal["proved"] = "proved"

    @property
    def ok(self) -> bool:
        """Whether everything came again."""
        return self.total > 0 and self.reproduced == self.total

    def __str__(self) -> str:
        if not self.total:
            return f"Not proved: {self.cause}"
        told = f"reproduced {self.reproduced}/{self.total}"
        moved = "; ".join(f"{m.where}: {m.was} was {m.now} this time" for m in self.moved[:3])
        return told if self.ok else f"{told}. {moved}. {self.cause}".rstrip()


Event = (
    Opened
    | Isolated
    | Asked
    | Surveyed
    | ContractSet
    | PlanProposed
    | PlanDecided
    | PlanRevised
    | StepStarted
    | StepFinished
    | ModelReplied
    | CallDecided
    | ToolReturned
    | Compacted
    | Undone
    | Stopped
    | Continued
    | Checked
    | ReviewerReplied
    | Reviewed
    | Answered
    | Proved
)
Paid = ModelReplied | ReviewerReplied
"""Facts with the usage of a model's call."""
codec: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="kind")])
