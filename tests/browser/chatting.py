"""A person at the panel in a notebook: she opens it, types, presses."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, expect

from analyst.models import Reply
from analyst.models.scripted_server import ScriptedServer
from tests.scripts import call, does, runs

from .asking import load
from .lab import Lab

NOTEBOOKS = Path(__file__).parent.parent.parent / "notebooks"
PENGUINS = f"import pandas as pd\npenguins = pd.read_csv({str(NOTEBOOKS / 'data' / 'penguins.csv')!r})"
CHAT = "import analyst\nanalyst.chat()"
FIGURE = """import matplotlib.pyplot as plt
figure, axes = plt.subplots(figsize=(6, 2.6))
mass.plot.barh(ax=axes, color="#5b8ff9")
axes.set(title="Mean body mass by species", xlabel="g", ylabel="")
plt.show()"""
STEPS = [
    {
        "id": "s1",
        "goal": "Compare the mean body mass of the species",
        "evidence": "one mean for each species",
    },
    {"id": "s2", "goal": "Draw it", "evidence": "a bar for each species"},
]
ANSWER = """**Gentoo** penguins are the heaviest: 5,076 g on average, against 3,733 g (Chinstrap) and 3,701 g (Adelie).

| species | penguins | mean body mass |
|:--|--:|--:|
| Gentoo | 123 | 5,076 g |
| Chinstrap | 68 | 3,733 g |
| Adelie | 151 | 3,701 g |

Two penguins have no mass and are left out."""


def panel(lab: Lab) -> Locator:
    return lab.page.get_by_role("region", name="Analyst").first


def press(lab: Lab, name: str) -> None:
    panel(lab).get_by_role("button", name=name, exact=True).first.click()


def type_(lab: Lab, text: str) -> None:
    box = panel(lab).get_by_label("Question or command")
    box.fill(text)
    box.press("Enter")


def opened(lab: Lab, server: ScriptedServer | None, *cells: str) -> None:
    """A notebook with a model, the penguins and the panel; further cells come after them.

    JupyterLab's model is asked through litellm, that of Notebook 7 through our own transport.
    """
    litellm = {}
    if server is not None and lab.front == "lab":
        litellm = {"ANALYST_MODEL": "hosted_vllm/some-model", "HOSTED_VLLM_API_BASE": server.url}
    lab.open(load(server, **litellm), PENGUINS, CHAT, *cells)
    for number in range(3):
        lab.run_cell(number)
    expect(panel(lab)).to_contain_text("Ask a question about the data")
    lab.errors.clear()  # Notebook 7 has some of its own when it begins


def heaviest() -> list[Reply]:
    """A run with a plan of two steps, a table, a figure and an answer: what the pictures of the panel show."""
    mean = "# Mean body mass of each species\nmass = penguins.groupby('species').body_mass_g.mean().sort_values()\npenguins.groupby('species').body_mass_g.agg(['count', 'mean']).round(0)"
    return [
        does(call("p", "propose_plan", steps=STEPS)), runs("c1", mean),
        does(call("f", "finish_step", result="Gentoo penguins are the heaviest: 5,076 g on average."), call("c2", "python", code=FIGURE)),
        does(call("g", "finish_step", result="One bar for each species."), call("a", "answer", text=ANSWER)),
    ]  # fmt: skip
