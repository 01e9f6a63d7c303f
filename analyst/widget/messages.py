"""What the panel may say to the kernel: every message is checked as any input is, and bounded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from ..errors import BadInput
from ..magic.hosts import Choice

Id = Annotated[str, Field(max_length=200)]
Line = Annotated[str, Field(max_length=2_000)]
LARGEST = 200_000
"""Characters of the longest question."""


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Hello(_Message):
    """A view was drawn: it wants to know everything."""

    do: Literal["hello"]


class Send(_Message):
    """A question or a slash command."""

    do: Literal["send"]
    text: str = Field(max_length=LARGEST)
    id: Id


class Stop(_Message):
    """End the run; what was found is kept."""

    do: Literal["stop"]


class Cancel(_Message):
    """Take back the code that waits for its turn."""

    do: Literal["cancel"]


class Decide(_Message):
    """A yes or a no to code."""

    do: Literal["decide"]
    call_id: Id
    choice: Choice


class Step(_Message):
    """A step of a plan that a person edited; a new one has no id."""

    id: Id = ""
    goal: Line
    evidence: Line = ""
    ask: bool = False
    """Ask before this step begins."""


class Plan(_Message):
    """A plan was looked at."""

    do: Literal["plan"]
    accepted: bool
    steps: list[Step] = Field(default=[], max_length=100)
    note: Line = ""


class Revise(_Message):
    """The plan as it is wanted from now on, while it is worked on."""

    do: Literal["revise"]
    steps: list[Step] = Field(max_length=100)
    seen: list[Id] = Field(max_length=100)
    """Ids of the plan that was edited."""


class Undo(_Message):
    """Take back what this cell and all after it did to the variables."""

    do: Literal["undo"]
    cell: int = Field(ge=1)


class Insert(_Message):
    """Put a cell, or the script of all that worked, into the notebook."""

    do: Literal["insert"]
    cell: Annotated[int, Field(ge=1)] | Literal["all"]


class Export(_Message):
    """The conversation as a document."""

    do: Literal["export"]
    to: Literal["ipynb", "html", "md", "json"]


class Set(_Message):
    """Settings for the questions that follow: those that stand in the message (`changes`), not the defaults here."""

    do: Literal["set"]
    model: str = Field(default="", min_length=1, max_length=200)
    approve: Literal["ask", "risky", "auto"] = "ask"
    plan: Literal["auto", "always", "never", "edit"] = "auto"
    kernel: Literal["own", "sandbox"] = "own"
    """Where code runs."""
    budget: Annotated[float, Field(gt=0, le=1e6)] | None = None
    """In US dollars; null: none."""


class Complete(_Message):
    """What could stand for this word."""

    do: Literal["complete"]
    text: Line
    id: Id


Message = Hello | Send | Stop | Cancel | Decide | Plan | Revise | Undo | Insert | Export | Set | Complete
_messages: TypeAdapter[Message] = TypeAdapter(Annotated[Message, Field(discriminator="do")])


def read(content: object) -> Message:
    """Check a message of the front end.

    Raises:
        BadInput: it is none that we know; nothing was done.
    """
    try:
        return _messages.validate_python(dict(content) if isinstance(content, Mapping) else content)
    except (ValidationError, RecursionError) as error:
        places = error.errors(include_url=False) if isinstance(error, ValidationError) else []
        where = ".".join(map(str, places[0]["loc"]))[:80] if places else ""
        raise BadInput(
            f"The panel sent what it cannot say ({where or 'message'}); nothing was done."
        ) from None


def changes(message: Set) -> dict[str, Any]:
    """What a `Set` says: only what stands in it."""
    return {name: getattr(message, name) for name in message.model_fields_set if name != "do"}
