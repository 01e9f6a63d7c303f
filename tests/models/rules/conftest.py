"""Plays the harness for `rules`: builds the question's message, runs the code for real, feeds back what it printed."""

from __future__ import annotations

import contextlib
import io
import json
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
import pytest

from analyst.events import ToolSchema
from analyst.models import Message, Reply
from analyst.models.rules import RulesModel

NAMES = ("python", "propose_plan", "revise_plan", "finish_step", "answer")
TOOLS = tuple(ToolSchema(n, "", {}, "act" if n == "python" else "steer") for n in NAMES)
PENGUINS = Path(__file__).parents[3] / "notebooks" / "data" / "penguins.csv"


def survey(path: str, frame: pd.DataFrame, read: str = "") -> str:
    """The survey of one table, as the probe would write it."""
    head = {"path": path, "format": "csv", "read": read or f"pd.read_csv({path!r})"}
    lines: list[dict[str, Any]] = [{**head, "rows": len(frame), "columns": frame.shape[1]}]
    for place, name in enumerate(frame.columns):
        values = frame.iloc[:, place]
        known = values.dropna()
        line: dict[str, Any] = {"column": str(name), "type": kind(known), "missing": int(values.isna().sum())}
        line["distinct"] = int(known.astype(str).nunique())
        if line["type"] in ("text", "boolean") and line["distinct"] <= 20:
            line["values"] = {str(k): int(v) for k, v in known.value_counts().items()}
        elif line["type"] in ("number", "integer", "date") and len(known):
            low, high = known.min(), known.max()
            line |= (
                {"min": low, "max": high}
                if line["type"] == "date"
                else {"min": float(low), "max": float(high)}
            )
            if line["type"] == "integer":
                line |= {"min": int(low), "max": int(high)}
        lines.append(line)
    return "\n".join(json.dumps(x) for x in lines)


def kind(known: pd.Series[Any]) -> str:
    """The probe's word for a column's type."""
    if not len(known):
        return "other"
    if pd.api.types.is_bool_dtype(known):
        return "boolean"
    if pd.api.types.is_numeric_dtype(known):
        whole = bool((known == known.round()).all()) and bool((known.abs() < 1e15).all())
        return "integer" if whole else "number"
    dates = all(re.fullmatch(r"\d{4}-\d\d-\d\d", str(v)) for v in known)
    return "date" if dates else "text"


@dataclass
class Played:
    """What came of one question."""

    text: str = ""
    named: Mapping[str, str] = field(default_factory=dict)
    cells: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    goals: dict[str, str] = field(default_factory=dict)
    results: list[str] = field(default_factory=list)

    def says(self, value: float, places: int = 2) -> bool:
        """Whether the answer has this number, rounded to so many places or fewer digits lost as trailing zeros."""
        numbers = [float(x) for x in re.findall(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?", self.text)]
        return any(abs(n - value) <= 0.5 * 10**-places + 1e-12 for n in numbers)


class Harness:
    """One conversation with one kernel."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.model = RulesModel()
        self.messages: list[Message] = [{"role": "system", "content": "You are a careful data analyst."}]
        self.namespace: dict[str, Any] = {}
        self.tools = TOOLS
        self.break_cells = 0
        """So many cells from now on fail whatever they hold."""
        self.ran = 0

    def save(self, frame: pd.DataFrame, name: str = "table.csv") -> str:
        """Write a CSV and survey what reads back."""
        path = self.folder / name
        frame.to_csv(path, index=False)
        return survey(str(path), pd.read_csv(path))

    async def ask(self, question: str, data: str, plan: str = "") -> Played:
        """Play the question to its answer."""
        line = f"{plan}\n" if plan else ""
        self.tell(f"<question>\n{question}\n</question>\n{line}<data>\n{data}\n</data>")
        return await self.go_on(Played())

    def tell(self, text: str) -> None:
        """A message of the harness."""
        self.messages.append({"role": "user", "content": text})

    async def reply(self) -> Reply:
        """One reply of the model, taken into the conversation."""
        reply = await self.model.reply(self.messages, self.tools, lambda _: None)
        calls = [
            {"id": c.id, "type": "function", "function": {"name": c.tool, "arguments": c.arguments}}
            for c in reply.calls
        ]
        self.messages.append({"role": "assistant", "content": reply.text, "tool_calls": calls})
        return reply

    async def go_on(self, played: Played) -> Played:
        """Go on until the answer."""
        for _ in range(30):
            reply = await self.reply()
            played.replies.append(reply)
            if not reply.calls:
                played.text = reply.text
                return played
            for call in reply.calls:
                if self.take(call.tool, call.id, json.loads(call.arguments), played):
                    return played
            self.next_step(played)
        raise AssertionError("no answer after 30 replies")

    def take(self, tool: str, call_id: str, arguments: dict[str, Any], played: Played) -> bool:
        """Do what a call asks; true when it is the answer."""
        result = "Noted."
        if tool == "answer":
            played.text, played.named = arguments["text"], arguments.get("named", {})
        elif tool == "python":
            result = self.run(arguments["code"])
            played.cells.append(arguments["code"])
            played.outputs.append(result)
        elif tool in ("propose_plan", "revise_plan"):
            played.goals = {s["id"]: s["goal"] for s in arguments["steps"]}
        elif tool == "finish_step":
            played.results.append(arguments["result"])
        self.messages.append({"role": "tool", "tool_call_id": call_id, "content": result})
        return tool == "answer"

    def next_step(self, played: Played) -> None:
        """Say which step is next, as the loop does."""
        if not played.goals:
            return
        left = list(played.goals)[len(played.results) :]
        if left:
            self.tell(f"Now step {left[0]}: {played.goals[left[0]]}\nIt ends when this is seen: the result")
        else:
            self.tell(
                "All steps of the plan are finished. Call `answer` now: the question, from the results."
            )

    def run(self, code: str) -> str:
        """Run a cell; what it printed, as the model reads it."""
        self.ran += 1
        printed = io.StringIO()
        try:
            if self.break_cells > 0:
                self.break_cells -= 1
                raise KeyError("body_mass_g")
            with contextlib.redirect_stdout(printed), warnings.catch_warnings():
                # a kernel draws inline; here nothing can be shown
                warnings.filterwarnings("ignore", message="FigureCanvasAgg is non-interactive")
                # overflow and the like: a kernel prints these and goes on
                warnings.simplefilter("ignore", RuntimeWarning)
                exec(compile(code, "<cell>", "exec"), self.namespace)
        except Exception as error:  # noqa: BLE001 - whatever a cell raises is its outcome
            return f"[cell {self.ran}] error\n{printed.getvalue()}\n{type(error).__name__}: {error}"
        return f"[cell {self.ran}] ok\n{printed.getvalue()}[new or changed variables]\nvalue: 3 rows"


@pytest.fixture(autouse=True)
def no_window() -> Iterator[None]:
    """Figures are drawn to memory and closed after each test."""
    mpl.use("Agg")
    import matplotlib.pyplot as plt  # noqa: PLC0415 - only after the backend is chosen

    yield
    plt.close("all")


@pytest.fixture
def harness(tmp_path: Path) -> Harness:
    """A fresh conversation."""
    return Harness(tmp_path)


@pytest.fixture
def harnesses(tmp_path: Path) -> Callable[[], Harness]:
    """Fresh conversations, for tests that need several."""
    return lambda: Harness(tmp_path)


@pytest.fixture(scope="session")
def penguins() -> pd.DataFrame:
    """The penguins, as pandas reads them."""
    return pd.read_csv(PENGUINS)


@pytest.fixture(scope="session")
def penguin_data(penguins: pd.DataFrame) -> str:
    """Their survey."""
    return survey(str(PENGUINS), penguins)


@pytest.fixture
def make_survey() -> Callable[..., str]:
    """`survey(path, frame, read)` for tests that need one by hand."""
    return survey


@pytest.fixture
def sales() -> pd.DataFrame:
    """Three years of made-up sales: dates, a category, a quantity, a price, yes-and-no, texts."""
    dates = pd.date_range("2021-01-05", periods=150, freq="7D")
    n = range(len(dates))
    return pd.DataFrame(
        {
            "order_date": dates.strftime("%Y-%m-%d"),
            "region": [("North", "South", "East")[i % 3] for i in n],
            "unit_price": [10.5 + (i * 7) % 13 for i in n],
            "quantity": [1 + (i * 5) % 9 for i in n],
            "revenue": [100 + (i * 37) % 251 + i for i in n],
            "returned": [int(i % 7 == 0) for i in n],
        }
    )
