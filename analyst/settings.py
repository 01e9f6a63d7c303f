"""What can be set, with its default; and the one place that reads the environment."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import platformdirs
from analyst_kernels import KernelError
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from .errors import BadInput

_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL", re.IGNORECASE)
_SHORTEST_SECRET = 8
"""A shorter value is more likely a flag ("true") or a name than a secret; replacing it would garble the log."""
_KERNEL_TOKENS = ("ANALYST_KERNEL_TOKEN", "JUPYTER_TOKEN")
"""Where the token of a kernel server is looked for: in the environment, and nowhere else."""


class Settings(BaseSettings):
    """How a run works. Each can be set by keyword, or in the environment as `ANALYST_<NAME>`; keywords win."""

    model_config = SettingsConfigDict(env_prefix="ANALYST_", frozen=True, extra="forbid")

    model: str | None = None
    """`provider/name` as litellm spells it, or `rules`; None: found out, and the reason said."""
    plan: Literal["auto", "always", "never"] = "auto"
    """Whether work is planned first; auto: the model plans what needs more than a cell or two."""
    approve: Literal["ask", "risky", "auto"] = "risky"
    """Which code needs a person's yes: all of it, code with effects outside the kernel, or none."""
    max_steps: int = Field(default=40, ge=1)
    """Most turns of the model for one question."""
    max_calls: int = Field(default=100, ge=1)
    """Most tool calls for one question."""
    max_tokens: int | None = Field(default=None, ge=1)
    """Most tokens, sent and received together, for one question."""
    budget: float | None = Field(default=None, gt=0)
    """Most money for one question, in US dollars."""
    timeout: float = Field(default=1800.0, gt=0)
    """Most wall time for one question, in seconds."""
    cell_timeout: float = Field(default=300.0, gt=0)
    """Most wall time for one cell, in seconds."""
    max_revisions: int = Field(default=3, ge=0)
    """How often the plan may be revised."""
    max_failures: int = Field(default=5, ge=1)
    """Failed calls in a row that end a step, or a run that has no plan."""
    verify: Literal["off", "values", "full"] = "off"
    """Whether the code of an answer is run again in a clean kernel: the cells that it needs, or all that worked."""
    review: str | None = None
    """Who tries to refute an answer before it is given, by a check that is run: `provider/name`, "same" (the model itself),
    or None: nobody."""
    strict_numbers: bool = False
    """Whether an answer with a number that no output shows makes a command end with exit code 4."""
    kernel: str = "python3"
    """Name of the Jupyter kernelspec."""
    kernel_server: str | None = None
    """Address of a Jupyter server or gateway whose kernels run the code; None: kernels of this machine. Data must be there
    under the same paths. Its token is in the environment: see `kernel_token`."""
    sandbox: Literal["auto", "bubblewrap", "seatbelt", "landlock", "external", "off"] = "auto"
    """What holds a kernel that we start. auto: the best that this machine has, and nothing runs without one, but for the
    built-in analyst's own code; external: what surrounds this process, such as a container; off: nothing has to."""

    @field_validator("kernel_server")
    @classmethod
    def _address(cls, url: str | None) -> str | None:
        if url:
            from analyst_kernels.server import Server  # noqa: PLC0415 - tornado takes 0.1 s to import

            try:
                Server(url, "")
            except KernelError as error:
                raise ValueError(str(error)) from None
        return url or None

    @classmethod
    def of(cls, **given: Any) -> Settings:
        """Settings from keywords (None: not given), the environment and the defaults.

        Raises:
            BadInput: a name that is no setting, or a value that it does not take.
        """
        ours = (v for v in environment() if v.upper().startswith("ANALYST_") and v not in _KERNEL_TOKENS)
        for name in (*given, *ours):
            _no_key(name)
        try:
            return cls(**{name: value for name, value in given.items() if value is not None})
        except ValidationError as error:
            faults = "; ".join(f"{e['loc'][0]}: {e['msg']}" for e in error.errors(include_url=False))
            raise BadInput(f"A setting is not right: {faults}.") from None


def environment() -> Mapping[str, str]:
    """The process's environment, for those below who need a provider's key or address."""
    return dict(os.environ)  # noqa: TID251 - here it is read, and nowhere else


def kernel_token() -> str:
    """The token of the kernel server: what ANALYST_KERNEL_TOKEN holds, else JUPYTER_TOKEN; "": neither is set."""
    env = environment()
    return next((env[name] for name in _KERNEL_TOKENS if env.get(name)), "")


def user_file() -> Path:
    """Where a user's own settings are, for all projects; it need not exist."""
    return platformdirs.user_config_path("analyst", appauthor=False) / "config.toml"


def always_file() -> Path:
    """Where the effects are kept that the user allowed for every run (`analyst.risk.always`)."""
    return user_file().with_name("always.json")


def read_file(path: Path) -> Mapping[str, Any]:
    """The settings of a TOML file, not checked yet; none when there is no such file.

    Raises:
        BadInput: it cannot be read, or holds a key: those belong to the environment.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise BadInput(f"{path} cannot be read: {error}. Mend it, or take it away.") from None
    for name in found:
        _no_key(name, f"{path}: ")
    return found


def _no_key(name: str, where: str = "") -> None:
    """Keys are no settings: they would be written into the log.

    Raises:
        BadInput: this looks like one.
    """
    field = name.lower().removeprefix("analyst_")
    if field not in Settings.model_fields and _SECRET_NAME.search(field):
        raise BadInput(
            f"{where}{name} looks like a key: keys belong to the environment, into the provider's own variable, such as OPENAI_API_KEY."
        )


def secrets(env: Mapping[str, str]) -> tuple[str, ...]:
    """Values that must never be written anywhere: those whose names say so. Longest first."""
    values = {v for k, v in env.items() if _SECRET_NAME.search(k) and len(v) >= _SHORTEST_SECRET}
    return tuple(sorted(values, key=lambda v: (-len(v), v)))
