"""A conversation with every kind of block, as the kernel would tell it."""

from __future__ import annotations

import base64
import io
from typing import Any

from matplotlib.figure import Figure

CODE = """import pandas as pd

sales = pd.read_csv("sales.csv", parse_dates=["date"])
# the region is missing in some rows
by_region = sales.groupby("region")["revenue"].sum().sort_values(ascending=False)
print(f"{len(sales):,} rows")
by_region.head(3)"""


def figure() -> bytes:
    """A PNG with a chart."""
    drawn = Figure(figsize=(6, 2.6), dpi=100, layout="constrained")
    axes = drawn.subplots()
    axes.bar(["North", "East", "South", "West"], [412, 388, 301, 214], color="#1976d2")
    axes.set_ylabel("Revenue, k")
    axes.spines[["top", "right"]].set_visible(False)
    file = io.BytesIO()
    drawn.savefig(file, format="png")
    return file.getvalue()


COLUMNS = ["", "revenue", "orders", "best month"]
ROWS = [
    ["North", "412,050", "1204", "2026-03"],
    ["East", "88,410", "1187", "2026-05"],
    ["South", "301,122", "NaN", "2026-05"],
]


def _row(name: str, *values: str) -> str:
    return f"<tr><th>{name}</th>{''.join(f'<td>{value}</td>' for value in values)}</tr>"


TABLE = {
    "type": "html",
    "html": f"<table><thead><tr>{''.join(f'<th>{name}</th>' for name in COLUMNS)}</tr></thead>"
    f"<tbody>{''.join(_row(*row) for row in ROWS)}</tbody></table>",
}
"""As the kernel sends a frame of pandas."""
CHOICES = [
    {"value": "allow", "label": "Allow"},
    {"value": "skip", "label": "Skip"},
    {"value": "always", "label": "Always in this run"},
]
STEPS = [
    {"id": "s1", "goal": "Load sales.csv and check it", "evidence": "", "state": "done", "ask": False},
    {
        "id": "s2",
        "goal": "Revenue and growth per region",
        "evidence": "a table per region",
        "state": "active",
        "ask": False,
    },
    {
        "id": "s3",
        "goal": "Save the result to growth.xlsx",
        "evidence": "the file is there",
        "state": "todo",
        "ask": True,
    },
]
STATE: dict[str, Any] = {
    "phase": "waiting",
    "activity": "Needs your yes",
    "model": "anthropic/claude-sonnet-4-5",
    "model_reason": "A key for this provider is set in the environment.",
    "approve": "risky",
    "plan": "auto",
    "usd": 0.0131,
    "budget": 0.5,
    "tokens": 18_402,
    "seconds": 12.4,
    "context": 0.12,
    "variables": [
        {
            "name": "sales",
            "type": "DataFrame",
            "about": "3,592 × 6: date, region, product, revenue, units, channel",
        },
        {"name": "rates", "type": "dict", "about": "4 items"},
    ],
    "history": ["Which products sell best?", "Which region grew fastest?"],
    "connected": True,
    "run": "analyst-runs/growth",
    "sandbox": "",
    "models": ["rules", "anthropic/claude-sonnet-4-5", "ollama/qwen3"],
    "approves": [
        {"value": "ask", "label": "Ask for each cell"},
        {"value": "risky", "label": "Ask for risky code"},
    ],
    "plans": [
        {"value": "auto", "label": "Plan when it helps"},
        {"value": "always", "label": "Always plan first"},
    ],
    "commands": [
        {"name": "/help", "about": "this list"},
        {"name": "/history", "about": "the questions so far"},
    ],
}


def blocks() -> list[dict[str, Any]]:
    """Blocks of two questions: one answered, one that waits for a yes."""
    png = base64.b64encode(figure()).decode()
    return [
        {"id": "q1", "kind": "question", "text": "Which region sells most, and is anything odd about the data?"},
        {"id": "q1-said-1", "kind": "said", "text": "I will sum **revenue** by region, and look at gaps.", "streaming": False},
        {
            "id": "q1-c1", "kind": "cell", "number": 1, "code": CODE.replace("region", "Region", 1), "state": "error",
            "attempt": 1, "changed": [], "undoable": False,
            "outputs": [{"type": "error", "name": "KeyError", "message": "'Region'",
                         "traceback": "Cell In[agent 1], line 5\n----> 5 by_region = …\nKeyError: 'Region'"}],
        },
        {
            "id": "q1-c2", "kind": "cell", "number": 2, "code": CODE, "state": "ok", "attempt": 2, "undoable": True,
            "seconds": 0.4, "changed": [{"name": "sales", "what": "new: 3,592 × 6"}, {"name": "by_region", "what": "new: 4 values"}],
            "outputs": [
                {"type": "text", "stream": "stdout", "text": "3,592 rows\n"},
                {"type": "text", "stream": "stderr", "text": "FutureWarning: the default will change\n"},
                TABLE,
                {"type": "image", "png": png, "alt": "Bars of revenue per region; North leads with 412 k."},
            ],
        },
        {"id": "q1-notice", "kind": "notice", "text": "The model took long to answer and was asked again."},
        {
            "id": "q1-answer", "kind": "answer", "partial": False, "undone": [],
            "text": "**North** sells most: 412,050.",
            "html": "<p><strong>North</strong> sells most: 412,050\ue0000\ue001, which is 31.3 %\ue0001\ue001 of all revenue.</p>"
                    "<p>24\ue0002\ue001 rows have no region; they were left out.</p>",
            "limits": ["region: 24 of 3,592 rows have none."],
            "named": {"region": "North"},
            "claims": [
                {"text": "412,050", "status": "supported", "about": "shown by cell 2", "cell": 2},
                {"text": "31.3 %", "status": "derived", "about": "412,050 / 1,315,400, cell 2", "cell": 2},
                {"text": "24", "status": "unsupported", "about": "in no output", "cell": None},
            ],
        },
        {"id": "q2", "kind": "question", "text": "Which region grew fastest?\nSave the growth rates to Excel."},
        {"id": "q2-plan", "kind": "plan", "steps": STEPS, "review": False, "editable": False, "note": ""},
        {"id": "q2-s1", "kind": "step", "step_id": "s1", "number": 1, "title": "Load sales.csv and check it", "state": "done",
         "summary": "3,592 rows, 24 without a region.", "seconds": 1.2, "open": False},
        {"id": "q2-c3", "kind": "cell", "step": "q2-s1", "number": 3, "code": "sales.isna().sum()", "state": "ok", "attempt": 1,
         "outputs": [], "changed": [], "undoable": True},
        {"id": "q2-s2", "kind": "step", "step_id": "s2", "number": 2, "title": "Revenue and growth per region", "state": "active",
         "summary": "", "seconds": None, "open": True},
        {"id": "q2-said", "kind": "said", "step": "q2-s2", "streaming": True,
         "text": "Growth per region:\n\n| region | growth |\n|---|---:|\n| East | 18.2 % |\n| North | 4.1 % |\n"},
        {"id": "q2-ask", "kind": "approval", "step": "q2-s2", "call_id": "call-4", "decided": None, "choices": CHOICES,
         "code": 'growth.to_excel("growth.xlsx")', "reasons": ["It writes the file growth.xlsx", "It runs in your own kernel"]},
        {"id": "q2-stopped", "kind": "stopped", "reason": "money", "detail": "The budget of 0.50 USD is used up. Raise it and go on."},
    ]  # fmt: skip


def doc() -> dict[str, Any]:
    """What the kernel would answer to a greeting."""
    return {"blocks": blocks(), "state": STATE, "n": 40}
