"""Runs inside the user's kernel, sent there as text (`analyst_kernels.probing`). Values in and out are JSON.

It looks and never touches: nothing of the user's is called, changed or kept alive, and importing it imports only the
standard library. pandas, numpy and matplotlib are used where the user has imported them; `survey` may import pandas.

* `install()`           figures and tables carry a digest of themselves from now on (`digests`)
* `changes()`           what is new, changed and gone among the user's variables (`namespace`)
* `describe(target)`    a variable, a column or a file, in text (`describe`)
* `survey(paths)`       what is in these files and folders (`survey`)
"""

from __future__ import annotations

from . import digests, namespace
from .describe import describe
from .namespace import changes
from .survey import survey

__all__ = ["changes", "describe", "install", "survey"]


def install() -> None:
    """Register the digests with the shell, if there is one, and take the namespace as it is for the beginning."""
    digests.register(namespace.shell())
    namespace.begin()
