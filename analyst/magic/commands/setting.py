"""Commands that set something."""

from __future__ import annotations

from ...errors import BadInput
from ...models.choice import choose
from ...risk import always
from ...risk.consent import effect_names
from ...settings import always_file, environment
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
    """config [ask KIND] — all settings (set with %config AgentMagics.NAME=…); ask: take a yes for every run back"""
    first, *kinds = words.split() or [""]
    if first == "ask" and kinds:
        always.take_back(always_file(), effect_names(kinds))
        notebook.say(always.told(always_file()))
        return
    if words:
        raise BadInput(f"Set it with %config AgentMagics.{words.split('=')[0].split()[0]}=…")
    values = options({}, notebook.magics.given, notebook.home).values
    width = max(map(len, values))
    lines = [f"{name:<{width}}  {value.value!s:<10}  {value.origin}" for name, value in values.items()]
    notebook.say("\n".join([*lines, always.told(always_file()), "Keys are read from the environment only."]))


def reset(notebook: Notebook, _: str) -> None:
    """reset — begin a new conversation; your variables stay, the old log too"""
    notebook.forget()
    notebook.magics.activity.tell()
    notebook.say("The next question begins a new conversation.")
