"""What a suite asks: tasks, read from JSON lines and checked; and the suites that come with the package."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from ..errors import BadInput

OWN = {"regress": Path(__file__).parent / "regress"}
"""Suites that come with the package, by name: a folder with `tasks.jsonl` and `set.jsonl`."""


def _inside(path: str) -> str:
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or not pure.parts:
        raise ValueError(f"{path!r} does not lie beneath the folder of the tasks")
    return path


Id = Annotated[str, Field(pattern=r"^\w[\w.-]*$", max_length=100)]
"""Names a folder too."""


class Turn(BaseModel):
    """A turn of the conversation before the question."""

    model_config = ConfigDict(frozen=True)

    role: Literal["user", "assistant"]
    content: str


class Task(BaseModel):
    """One line of a file of tasks; fields that are not named here are left to others."""

    model_config = ConfigDict(frozen=True)

    id: Id
    question: str = Field(pattern=r"\S")
    constraints: str = ""
    answer_format: str = ""
    files: tuple[Annotated[str, AfterValidator(_inside)], ...] = ()
    """Files and folders, relative to the file of tasks."""
    setup: str = ""
    """Code that has run in the kernel before the question: its variables are there."""
    history: tuple[Turn, ...] = ()
    """What was said before. The user's turns are asked; the assistant's are there to be read, not played."""
    post_check: str = ""
    """Code that runs in the kernel afterwards: each name that it assigns is a check, passed if it is true."""

    @property
    def questions(self) -> tuple[str, ...]:
        """What is asked, one after the other: earlier questions, then this one with its constraints and format."""
        parts = (
            self.question.strip(),
            self.constraints.strip() and f"Constraints:\n{self.constraints.strip()}",
            self.answer_format.strip() and f"Answer format:\n{self.answer_format.strip()}",
        )
        return (*(t.content for t in self.history if t.role == "user"), "\n\n".join(filter(None, parts)))


@dataclass(frozen=True, slots=True)
class Suite:
    """Tasks and the folder in which their files lie."""

    name: str
    folder: Path
    tasks: tuple[Task, ...]

    def chosen(self, ids: Collection[str] = (), limit: int | None = None) -> tuple[Task, ...]:
        """Those with these ids (none named: all), the first `limit` of them.

        Raises:
            BadInput: there is no task with one of the ids.
        """
        unknown = sorted(set(ids) - {t.id for t in self.tasks})
        if unknown:
            raise BadInput(f"{self.name} has no task {', '.join(unknown)}.")
        return tuple(t for t in self.tasks if not ids or t.id in ids)[:limit]


def read_suite(path: Path) -> Suite:
    """Read a file of tasks.

    Raises:
        BadInput: the file cannot be read, a line is no task, an id stands twice, or a data file is not there.
    """
    tasks = read_lines(path, Task, lambda task: task.id)
    for task in tasks:
        missing = [name for name in task.files if not (path.parent / name).exists()]
        if missing:
            raise BadInput(f"{path}, task {task.id}: there is no {', '.join(missing)} in {path.parent}.")
    return Suite(path.parent.name, path.parent, tuple(tasks))


M = TypeVar("M", bound=BaseModel)


def read_lines(path: Path, model: type[M], id: Callable[[M], str]) -> list[M]:
    """The lines of a JSONL file as values of `model`, each with an id of its own.

    Raises:
        BadInput: the file cannot be read or is empty, a line is not right, or an id stands twice.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise BadInput(f"{path} is not UTF-8 text. Give a file with one JSON object a line.") from None
    values: dict[str, M] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = model.model_validate_json(line)
        except ValidationError as error:
            raise BadInput(f"{path}, line {number}: {_faults(error)}.") from None
        if id(value) in values:
            raise BadInput(f"{path}, line {number}: the id {id(value)!r} was there before.")
        values[id(value)] = value
    if not values:
        raise BadInput(f"{path} is empty. Give a file with one JSON object a line.")
    return list(values.values())


def _faults(error: ValidationError) -> str:
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, f['loc']))}: {f['msg']}".lstrip(": ") for f in faults)
