"""Commands that set something."""

from __future__ import annotations

from ...errors import BadInput
from ...models.choice import choose
from ...settings import environment
from ..notebook import Notebook
from ..options import options


def model(notebook: Notebook, name: str) -> None:
    """model [ID] — the model that is asked, and why; ID: ask this one from now on"""
    if name:
        choose(name, environment())  # a wrong id is found now, not at the next question
        notebook.magics.model = name
        notebook.say(f"From now on: {name}.")
        return
    chosen = options({}, notebook.magics.given, notebook.home)
    choice = choose(chosen.settings.model, environment())
    origin = chosen.values["model"].origin
    reason = choice.reason if origin in ("default", "environment") else f"Set by {origin}."
    notebook.say(f"{choice.model.id}. {reason}")


def config(notebook: Notebook, words: str) -> None:
    """config — every setting with its value and where that comes from; set one with %config AgentMagics.NAME=…"""
    if words:
        raise BadInput(f"Set it with %config AgentMagics.{words.split('=')[0].split()[0]}=…")
    values = options({}, notebook.magics.given, notebook.home).values
    width = max(map(len, values))
    lines = [f"{name:<{width}}  {value.value!s:<10}  {value.origin}" for name, value in values.items()]
    notebook.say("\n".join([*lines, "Keys are read from the environment only."]))


def reset(notebook: Notebook, _: str) -> None:
    """reset — begin a new conversation; your variables stay, the old log too"""
    notebook.forget()
    notebook.magics.activity.tell()
    notebook.say("The next question begins a new conversation.")
