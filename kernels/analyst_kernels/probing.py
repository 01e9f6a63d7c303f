"""The probe as text: what a host sends into a Python kernel, once, by a silent request."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

# each part may import those before it; "" is the package itself and comes last
_PARTS = (
    "brief",
    "fingerprint",
    "digests",
    "columns",
    "files",
    "formats",
    "survey",
    "namespace",
    "describe",
    "",
)

_LOADER = """
import sys, types
package = types.ModuleType("_analyst_probe")
package.__path__ = []
sys.modules["_analyst_probe"] = package
for part, text in parts:
    name = "_analyst_probe." + part if part else "_analyst_probe"
    module = types.ModuleType(name) if part else package
    module.__package__ = "_analyst_probe"
    sys.modules[name] = module
    if part:
        setattr(package, part, module)
    exec(compile(text, "<" + name + ">", "exec"), module.__dict__)
package.install()
"""


@cache
def probe_source() -> str:
    """Python text that makes the module `_analyst_probe` in `sys.modules`, installed, and leaves no name behind.

    One statement, so that it can be executed in the user's namespace. Executed again it makes the module afresh.
    Afterwards `sys.modules["_analyst_probe"]` has `install`, `changes`, `describe` and `survey`.
    """
    folder = files(__package__).joinpath("probe")
    parts = [
        (part, folder.joinpath(f"{part or '__init__'}.py").read_text(encoding="utf-8")) for part in _PARTS
    ]
    # builtins are reached through __import__: the user may have a variable called `exec`
    return f"__import__('builtins').exec({_LOADER!r}, {{'parts': {parts!r}}})"
