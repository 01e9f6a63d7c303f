"""Which code an answer needs: the cells that worked, what failed ones left behind, and of these the ones it rests on. Pure.

A cell needs those before it that made the names it uses. Names are read from the code and from what was seen to change;
where that leaves a doubt the cell is kept. What works on everything (options, seeds, files written) is kept always.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from analyst_kernels import DisplayData, ExecuteResult

from ..binding import bound
from ..events import Event, ToolReturned
from ..story import Cell, Part, read
from .completed import completed, statements
from .evidence import FIGURE

_AMBIENT = re.compile(
    r"set_option|\boptions\.|seed\(|filterwarnings|simplefilter|rcParams|style\.use|set_theme|set_style|chdir\(|mkdirs?\(|"
    r"makedirs|environ|setlocale|\.to_(csv|excel|parquet|json|pickle|sql|feather)\(|savefig|\bopen\(|write_|\.dump\(|"
    r"\bnp\.random\.(?!default_rng|RandomState)|\brandom\.\w+\(|^\s*[%!]",
    re.M,
)


@dataclass(frozen=True, slots=True)
class Runnable:
    """Code that runs from top to bottom of a clean notebook."""

    cell: int
    """The number of the cell that it comes from."""
    code: str
    returned: ToolReturned
    """What the cell came to in the run."""


def runnable(events: Iterable[Event]) -> list[Runnable]:
    """The cells that worked and were not undone, and of failed ones what they completed before they failed."""
    stories = read(events)
    undone = {cell for story in stories for each in story.undone for cell in each.cells}
    return [r for story in stories for part in story.parts for r in _of_part(part) if r.cell not in undone]


def _of_part(part: Part) -> Iterator[Runnable]:
    for place, entry in enumerate(part.entries):
        if not isinstance(entry, Cell):
            continue
        if entry.returned.ok:
            yield Runnable(entry.returned.cell, entry.code, entry.returned)
        else:
            later = (e for e in part.entries[place:] if isinstance(e, Cell) and e.returned.ok)
            repair = next(later, None)
            if kept := completed(entry.code, entry.returned, repair.code if repair else ""):
                yield Runnable(entry.returned.cell, kept, entry.returned)


def needed(cells: Sequence[Runnable], shown: Collection[int]) -> list[Runnable]:
    """The cells that the values shown by some cells (their numbers) and the figures rest on, in their order."""
    always = {c.cell for c in cells if draws(c.returned) or _AMBIENT.search(c.code)}
    return rests_on(cells, always.union(shown))


def rests_on(cells: Sequence[Runnable], shown: Collection[int]) -> list[Runnable]:
    """Some cells (their numbers), and those before them that made the names they use, in their order."""
    kept: list[Runnable] = []
    wanted: set[str] = set()
    for cell in reversed(cells):
        uses, binds, sets = _names(cell.code)
        binds |= {v.name for v in cell.returned.variables or ()}
        if cell.cell in shown or binds & wanted:
            kept.append(cell)
            wanted = (wanted - sets) | uses
    return kept[::-1]


def prelude(cells: Sequence[Runnable], given: Sequence[str]) -> list[str]:
    """Of the code that the user ran before, what makes the names that the cells use and do not make."""
    missing, made = set[str](), set[str]()
    for cell in cells:
        uses, binds, _ = _names(cell.code)
        missing |= uses - made
        made |= binds
    kept: list[str] = []
    for code in reversed(given):
        uses, binds, sets = _names(code)
        if binds & missing:
            kept.append(code)
            missing = (missing - sets) | uses
    return kept[::-1]


def draws(returned: ToolReturned) -> bool:
    """Whether a cell shows a figure."""
    return any(isinstance(o, DisplayData | ExecuteResult) and FIGURE in o.data for o in returned.outputs)


def _names(code: str) -> tuple[set[str], set[str], set[str]]:
    """Names that a cell needs from before; those that it binds or may change; those that it certainly makes anew."""
    uses, binds, sets = set[str](), set[str](), set[str]()
    for statement in statements(code):
        loaded = {
            n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Store)
        }
        made = set(bound(statement))
        if isinstance(statement, ast.AugAssign):
            loaded |= made
        uses |= loaded - sets
        binds |= made | set(_changed(statement))
        if isinstance(
            statement,
            ast.Assign | ast.AnnAssign | ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef,
        ):
            sets |= made - uses
    return uses, binds, sets


def _changed(statement: ast.stmt) -> Iterator[str]:
    """Roots of what is assigned into, and of methods that are called for what they do: `model.fit(x)`."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
            yield from _root(node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            alone = isinstance(statement, ast.Expr) and statement.value is node
            if alone or node.func.attr.startswith(("fit", "partial_fit")):
                yield from _root(node.func)


def _root(node: ast.AST) -> Iterator[str]:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Name):
        yield node.id
