"""Reads code before it runs, and says what a person should look at. Pure; nothing is run or imported.

It helps to decide and is no protection: code can be written to hide from it.

    cells.py     a cell as plain Python: magics and `!` lines are read here
    reader.py    the syntax tree, with names followed to their modules and constant text put together
    rules.py     what a name, a call or an assignment means
    tables.py    which names have which effect
    consent.py   what the user's words and answers allow
    always.py    the answers that hold for every run
"""

from __future__ import annotations

from .cells import read
from .consent import Consent, Scope, for_every_run, kinds
from .findings import WORDS, Effect, Finding

__all__ = ["WORDS", "Consent", "Effect", "Finding", "Scope", "for_every_run", "kinds", "read"]
