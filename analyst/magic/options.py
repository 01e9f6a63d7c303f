"""What stands on the line of `%%agent`, and where each value comes from: flag, %config, environment, files, default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

from ..errors import BadInput
from ..settings import Settings, environment, read_file, user_file
from .line import KERNELS, PLANS, REPLAYS

PROJECT_FILE = "config.toml"
MODES: Mapping[str, tuple[str, ...]] = {"kernel": KERNELS, "replay": REPLAYS}
"""Options that only the magic has; the first value is the default."""
SETTINGS = tuple(name for name in Settings.model_fields if name != "kernel")


@dataclass(frozen=True, slots=True)
class Value:
    """One option's value, and where it was set."""

    value: Any
    origin: str


@dataclass(frozen=True, slots=True)
class Options:
    """Everything that holds for a question."""

    values: Mapping[str, Value]
    new: bool = False
    """Begin a new conversation."""
    to: str = ""
    """The variable that the result is bound to."""
    dry: bool = False
    """Only show what would be asked."""
    settings: Settings = field(default_factory=Settings)

    @property
    def kernel(self) -> Literal["own", "sandbox"]:
        """Where code runs: in the user's kernel, or in a closed one."""
        return cast(Literal["own", "sandbox"], self.values["kernel"].value)

    @property
    def replay(self) -> Literal["auto", "strict", "never"]:
        """What recorded runs are used for."""
        return cast(Literal["auto", "strict", "never"], self.values["replay"].value)

    @property
    def plan(self) -> Literal["auto", "always", "never"]:
        """Whether to plan first."""
        return self.settings.plan

    @property
    def edit(self) -> bool:
        """Whether the user sees the plan before it is worked by."""
        return bool(self.values["plan"].value == "edit")


def options(
    flags: Mapping[str, Any],
    traits: Mapping[str, Any],
    project: Path,
    *,
    new: bool = False,
    to: str = "",
    dry: bool = False,
) -> Options:
    """Put the layers together; None in `flags` and `traits` means: not set there.

    Raises:
        BadInput: a value or a file cannot be used; the message says which.
    """
    if to and not to.isidentifier():
        raise BadInput(f"--to {to}: that is no name for a variable.")
    values = _values(flags, traits, project)
    for name, allowed in {**MODES, "plan": PLANS}.items():
        if values[name].value not in allowed:
            found = values[name]
            raise BadInput(
                f"{name} cannot be {found.value!r} ({found.origin}). It is one of: {', '.join(allowed)}."
            )
    given = {name: values[name].value for name in SETTINGS}
    given["plan"] = "always" if given["plan"] == "edit" else given["plan"]
    return Options(values, new, to, dry, Settings.of(**given))


def _values(flags: Mapping[str, Any], traits: Mapping[str, Any], project: Path) -> dict[str, Value]:
    env = environment()
    names = (*SETTINGS, *MODES)
    from_env = {
        n: env[f"ANALYST_{n.upper()}"] for n in (*SETTINGS, "replay") if f"ANALYST_{n.upper()}" in env
    }
    layers: list[tuple[str, Mapping[str, Any]]] = [
        ("flag", flags),
        ("%config", traits),
        ("environment", from_env),
        (str(project / PROJECT_FILE), _known(project / PROJECT_FILE, names)),
        (str(user_file()), _known(user_file(), names)),
        ("default", {name: Settings.model_fields[name].get_default() for name in SETTINGS}),
        ("default", {name: allowed[0] for name, allowed in MODES.items()}),
    ]
    found = dict[str, Value]()
    for name in names:
        origin, layer = next(
            ((origin, layer) for origin, layer in layers if layer.get(name) is not None), ("default", {})
        )
        found[name] = Value(layer.get(name), origin)
    return found


def _known(path: Path, names: tuple[str, ...]) -> Mapping[str, Any]:
    found = read_file(path)
    if strange := [name for name in found if name not in names]:
        raise BadInput(f"{path}: {strange[0]} is no setting. The settings are: {', '.join(names)}.")
    return found
