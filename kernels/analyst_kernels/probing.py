"""The probe as text: what a host sends into a Python kernel, once, by a silent request."""

from __future__ import annotations

import binascii
import zlib
from functools import cache
from importlib.resources import files

_PARTS = (
    "audit",
    "brief",
    "cells",
    "columnar",
    "columns",
    "contents",
    "database",
    "dates",
    "describe",
    "dialect",
    "digests",
    "doubled",
    "encodings",
    "files",
    "fingerprint",
    "formats",
    "held",
    "layout",
    "ledger",
    "marks",
    "namespace",
    "records",
    "scan",
    "separated",
    "sheet",
    "snapshots",
    "survey",
    "tables",
    "unchanged",
    "workbook",
)

# compiling all parts would take longer than starting the rest of the probe: each waits for the first look at it
_LOADER = """
import binascii, sys, types, zlib
class Part(types.ModuleType):
    def __getattr__(self, name):
        if name[:2] == "__" or self.__name__ not in waiting:
            raise AttributeError(name)
        text = zlib.decompress(binascii.a2b_base64(waiting.pop(self.__name__)))
        exec(compile(text, "<" + self.__name__ + ">", "exec"), self.__dict__)
        return getattr(self, name)
waiting = {}
for part, text in parts:
    name = "_analyst_probe." + part
    waiting[name] = text
    sys.modules[name] = Part(name)
    sys.modules[name].__package__ = "_analyst_probe"
package = sys.modules["_analyst_probe"] = types.ModuleType("_analyst_probe")
package.__package__ = "_analyst_probe"
package.__path__ = []
exec(compile(start, "<_analyst_probe>", "exec"), package.__dict__)
package.install()
"""


@cache
def probe_source() -> str:
    """Python text that makes the module `_analyst_probe` in `sys.modules`, installed, and leaves no name behind.

    One statement, so that it can be executed in the user's namespace. Executed again it makes the module afresh.
    Afterwards `sys.modules["_analyst_probe"]` has `install`, `changes`, `describe` and `survey`.
    """
    folder = files(__package__).joinpath("probe")
    parts = [(part, _packed(folder.joinpath(f"{part}.py").read_bytes())) for part in _PARTS]
    start = folder.joinpath("__init__.py").read_text(encoding="utf-8")
    # builtins are reached through __import__: the user may have a variable called `exec`
    return f"__import__('builtins').exec({_LOADER!r}, {{'parts': {parts!r}, 'start': {start!r}}})"


def _packed(text: bytes) -> str:
    return binascii.b2a_base64(zlib.compress(text, 9), newline=False).decode()
