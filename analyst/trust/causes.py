"""Why code may come to something else when it is run again, read from its syntax: clock, chance, order, what lies outside. Pure."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import PurePath

from .completed import statements

CLOCK = "it reads the clock"
CHANCE = "it draws random numbers without a seed: set one"
ORDER = "it depends on an order that is not fixed (a set, a folder, threads)"
OUTSIDE = "it reads what lies outside the data that was named"

_CLOCKS = frozenset(
    {
        "now",
        "today",
        "utcnow",
        "perf_counter",
        "monotonic",
        "process_time",
        "ctime",
        "localtime",
        "gmtime",
        "getmtime",
    }
)
_MOMENTS = frozenset({"now", "today"})
"""Texts that pandas and numpy take for the moment."""
_DRAWS = frozenset({
    "sample", "shuffle", "permutation", "rvs", "train_test_split", "bootstrap", "ShuffleSplit",
    "StratifiedShuffleSplit", "KMeans", "MiniBatchKMeans", "GaussianMixture", "RandomForestClassifier", "RandomForestRegressor",
    "ExtraTreesClassifier", "ExtraTreesRegressor", "GradientBoostingClassifier", "GradientBoostingRegressor",
    "DecisionTreeClassifier", "DecisionTreeRegressor", "IsolationForest", "MLPClassifier", "MLPRegressor", "SGDClassifier",
    "SGDRegressor", "TSNE", "UMAP", "permutation_importance", "permutation_test", "make_blobs", "make_classification",
    "make_regression",
})  # fmt: skip
"""Functions and methods that draw from numpy's global generator, unless they are given one."""
_NEVER_SEEDED = frozenset(
    {"uuid1", "uuid4", "urandom", "token_hex", "token_urlsafe", "token_bytes", "randbelow", "SystemRandom"}
)
_GENERATORS = frozenset({"default_rng", "RandomState", "Random", "Generator", "SeedSequence"})
_SEEDS = frozenset({"random_state", "seed", "rng"})
_UNORDERED = frozenset(
    {
        "listdir",
        "scandir",
        "iterdir",
        "glob",
        "rglob",
        "iglob",
        "walk",
        "as_completed",
        "imap_unordered",
        "Thread",
        "hash",
        "id",
    }
)
_SETTLED = frozenset(
    {"sorted", "len", "sum", "min", "max", "set", "frozenset", "any", "all", "sort_values", "isin"}
)
"""Of these, what they are given may be in any order."""
_AWAY = frozenset(
    {
        "urlopen",
        "urlretrieve",
        "read_html",
        "getenv",
        "getpid",
        "gethostname",
        "getcwd",
        "getuser",
        "cpu_count",
        "getsizeof",
    }
)
_AWAY_OF = frozenset({"requests", "httpx", "yfinance", "environ", "socket", "psutil", "platform"})
_READS = frozenset({
    "read_csv", "read_table", "read_fwf", "read_excel", "read_json", "read_parquet", "read_feather", "read_pickle", "open",
    "read_text", "read_bytes", "loadtxt", "genfromtxt", "load", "connect", "Path",
})  # fmt: skip


def causes(cells: Sequence[str], all_cells: Sequence[str], data: Collection[str]) -> list[str]:
    """Likely causes of a difference, the likeliest first.

    Args:
        cells: the code whose value moved, the cell itself first, then those that it rests on, the nearest first.
        all_cells: all code that was run: a seed may be set anywhere, and files may be written anywhere.
        data: paths of the data that was named; what of it changed is known without this.
    """
    seeded = {library for code in all_cells for library in _seeds(code)}
    made = "\n".join(all_cells)
    for code in cells:
        reader = _Reader(seeded)
        try:
            for statement in statements(code):
                reader.visit(statement)
        except RecursionError:
            continue
        strange = [path for path in reader.read if not _known(path, data, made)]
        found = [*reader.found, *([f"it reads {strange[0]}, which was not named as data"] if strange else [])]
        if found:
            return list(dict.fromkeys(found))
    return []


def _known(path: str, data: Collection[str], code: str) -> bool:
    """Whether a file is one of the data, or one that the code writes itself."""
    name = PurePath(path).name
    if any(PurePath(each).name == name or each.rstrip("/") in path for each in data):
        return True
    written = rf"(?:\bto_\w+|savefig|dump|write\w*|savez?)\([^\n]*{re.escape(name)}|open\([^\n]*{re.escape(name)}[^\n]*['\"][wax]"
    return re.search(written, code) is not None


def _seeds(code: str) -> Iterator[str]:
    """Whose global generator a cell seeds: "numpy", "random"."""
    for statement in statements(code):
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and (name := _dotted(node.func)).rpartition(".")[2] == "seed":
                yield "numpy" if name.startswith(("np.", "numpy.")) else "random"
                if "." not in name:
                    yield "numpy"


def _dotted(node: ast.expr) -> str:
    """`np.random.rand` of a function as it is written; parts that are no names are left out."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join(reversed([*parts, *([node.id] if isinstance(node, ast.Name) else [])]))


class _Reader(ast.NodeVisitor):
    def __init__(self, seeded: Collection[str]) -> None:
        self.found: list[str] = []
        self.read: list[str] = []
        """Paths that are read."""
        self._seeded = seeded
        self._settled = False
        """What is read now may be in any order."""

    def visit_Call(self, node: ast.Call) -> None:
        dotted = _dotted(node.func)
        name = dotted.rpartition(".")[2]
        self._call(node, dotted, name)
        before = self._settled
        self._settled = name in _SETTLED
        self.generic_visit(node)
        self._settled = before

    def _call(self, node: ast.Call, dotted: str, name: str) -> None:
        first = node.args[0] if node.args else None
        text = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
        if name in _CLOCKS or dotted in ("time.time", "time", "time.time_ns", "time_ns") or text in _MOMENTS:
            self.found.append(CLOCK)
        if self._draws(node, dotted, name):
            self.found.append(CHANCE)
        if name in _UNORDERED and not self._settled:
            self.found.append(ORDER)
        if name in ("set", "frozenset") and "." not in dotted and node.args and not self._settled:
            self.found.append(ORDER)
        if (
            name in _AWAY
            or dotted.split(".")[0] in _AWAY_OF
            or name in ("read_sql", "read_sql_query")
            and "://" in text
        ):
            self.found.append(OUTSIDE)
        elif name in _READS and text and "://" not in text and not _writes(node):
            self.read.append(text)

    def _draws(self, node: ast.Call, dotted: str, name: str) -> bool:
        given = any(
            k.arg in _SEEDS and not (isinstance(k.value, ast.Constant) and k.value.value is None)
            for k in node.keywords
        )
        if name in _NEVER_SEEDED or (name in _GENERATORS and not node.args and not given):
            return True
        if given or name in _GENERATORS or name == "seed":
            return False
        if dotted.startswith(("np.random.", "numpy.random.")) or name in _DRAWS:
            return "numpy" not in self._seeded
        return dotted.startswith("random.") and "random" not in self._seeded

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and node.value.startswith(("http://", "https://", "s3://", "ftp://")):
            self.found.append(OUTSIDE)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if node.attr == "environ":
            self.found.append(OUTSIDE)
        self.generic_visit(node)

    def visit_Set(self, node: ast.Set) -> None:
        self._set(node)

    def visit_SetComp(self, node: ast.SetComp) -> None:
        self._set(node)

    def _set(self, node: ast.Set | ast.SetComp) -> None:
        if not self._settled:
            self.found.append(ORDER)
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        before, self._settled = self._settled, True  # whether it is in there does not depend on the order
        self.generic_visit(node)
        self._settled = before


def _writes(node: ast.Call) -> bool:
    mode = (
        node.args[1]
        if len(node.args) > 1
        else next((k.value for k in node.keywords if k.arg == "mode"), None)
    )
    return (
        isinstance(mode, ast.Constant) and isinstance(mode.value, str) and mode.value[:1] in ("w", "a", "x")
    )
