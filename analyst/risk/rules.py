"""What a name, a call or an assignment means for the world outside the kernel."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from . import paths, tables
from .findings import Effect
from .tables import words

if TYPE_CHECKING:
    from .reader import Reader

BUILTINS = frozenset(["eval", "exec", "compile", "__import__", "__builtins__", "execfile", "breakpoint"])
_AS_CODE = "runs text as code"
_HARMLESS_SHELL = frozenset(["run_line_magic", "run_cell_magic", "user_ns", "get_ipython", "history_manager"])
_SAYS = words(
    "print startswith endswith replace removeprefix removesuffix split rsplit partition contains match fullmatch sub "
    "search findall extract extractall strip lstrip rstrip format join append extend set_title set_xlabel set_ylabel "
    "title xlabel ylabel suptitle text figtext annotate log info warning debug error len str repr isin eq ne Series "
    "DataFrame map dict list tuple set Markdown count index find setdefault urlparse urljoin quote get"
)
"""Functions that do nothing with an address but show it or look at it."""
_READS = words("read_text read_bytes open iterdir glob rglob")
_CONTENT = words("write_text write_bytes")
"""Methods whose argument is what is written; the object says where."""
_MODES = frozenset(["w", "a", "x", "wb", "ab", "xb", "r+", "w+", "a+"])
_SQL_WRITES = re.compile(r"\bcopy\b.+?\bto\s+'([^']+)'", re.I | re.S)
_SQL_NET = re.compile(r"\b(?:install|load)\s+'?httpfs|\bfrom\s+'(?:https?|s3)://", re.I)
_CALLED_IN_QUERY = re.compile(r"@[\w.]*\w\s*\(|__")


def name(reader: Reader, node: ast.AST, full: str, *, imported: bool) -> bool:
    """Look a dotted name up; True when it has an effect. `imported`: the cell itself says that it is a module."""
    full = tables.real(full.removeprefix("builtins."))
    if effect := _effect(full, imported):
        reader.note(
            node, effect, full, _AS_CODE if effect == "unreadable" else tables.PRECISELY.get(full, "")
        )
        return True
    if full in BUILTINS:
        if node not in reader.known:
            reader.note(node, "unreadable", full, _AS_CODE)
        return True
    parts = full.split(".")
    if "…" in parts[1:] and parts[0] in tables.GUARDED or full == "…":
        reader.note(node, "unreadable", full, "uses a name that is known only when it runs")
        return True
    for at, part in enumerate(parts[1:], 1):
        if part in tables.INNER and parts[0] in tables.KNOWN and parts[0] not in ("os", "concurrent", "six"):
            if _inside(parts, at):
                continue
            reader.note(node, "unreadable", full, f"reaches {part} through {parts[0]}")
            return True
    return False


def _inside(parts: list[str], at: int) -> bool:
    """Whether the part is a module of its package's own, not the one that its name says."""
    return parts[:at] in (["xmlrpc"], ["urllib"], ["http"]) or ".".join(parts[: at + 1]) in (
        "os.path",
        "sys.path",
    )


def _effect(full: str, imported: bool) -> Effect | None:
    if effect := tables.NAMES.get(full) or tables.AMBIGUOUS_CALLS.get(full):
        return effect
    for prefix, effect in tables.PREFIXES.items():
        if full.startswith(prefix):
            return effect
    parts = full.split(".")
    if parts[0] in tables.AMBIGUOUS and not imported:
        return None
    if full.startswith("sys.modules.") or full == "sys.modules":
        return None
    for size in range(len(parts), 0, -1):
        if effect := tables.MODULES.get(".".join(parts[:size])):
            # a name alone is a variable of the user's, unless the cell imports it
            return effect if imported or len(parts) > 1 else None
    return None


def environment(reader: Reader, node: ast.AST, variable: str | None) -> None:
    """Reading a variable of the environment: those that are named, and not named like a secret, are no secret."""
    if variable is None or paths.HOLE in variable or paths.SECRET_NAME.search(variable):
        reader.note(node, "secret", f"os.environ[{variable or '…'}]")


def assigned(reader: Reader, target: ast.Attribute | ast.Subscript, value: ast.expr) -> None:
    """Settings by which a library later runs a program."""
    text = reader.text(target.slice) if isinstance(target, ast.Subscript) else target.attr
    if text and re.search(r"ffmpeg_path|convert_path|(?:^|_)cmd$|executable", text):
        reader.note(target, "shell", text, "names a program that is run later")
    if reader.dotted(target) in ("sys.path", "sys.meta_path", "sys.path_hooks"):
        reader.note(target, "unreadable", reader.dotted(target), "changes where modules come from")
    if isinstance(value, ast.Name) and reader.dotted(value) in BUILTINS:
        reader.note(target, "unreadable", value.id, _AS_CODE)


def call(reader: Reader, node: ast.Call) -> None:
    """Everything that a call may do, by its name, its method and its texts."""
    full = reader.dotted(node.func)
    last = node.func.attr if isinstance(node.func, ast.Attribute) else full.rpartition(".")[2]
    _text_as_code(reader, node, full, last)
    _environment_call(reader, node, full)
    _shell_object(reader, node, full, last)
    _method(reader, node, full, last)
    _texts(reader, node, full, last)
    _writes(reader, node, full, last)
    _loads(reader, node, full, last)


def _text_as_code(reader: Reader, node: ast.Call, full: str, last: str) -> None:
    if full in ("eval", "exec") and node.args and isinstance(node.args[0], ast.Constant):
        inner = node.args[0].value
        if isinstance(inner, str):
            reader.known.add(node.func)  # it is read here, so it is no riddle
            for finding in reader.inside(inner):
                reader.note(node, finding.effect, finding.what, finding.words)
    if full in tables.RUN_TEXT and node.args and (text := reader.text(node.args[0])):
        for finding in reader.inside(text):
            reader.note(node, finding.effect, finding.what, finding.words)
    if last in ("query", "eval") and isinstance(node.func, ast.Attribute):
        for text in filter(None, map(reader.text, node.args[:1])):
            if _CALLED_IN_QUERY.search(text):
                reader.note(node, "unreadable", text, "calls code from within a query")
    if full in ("getattr", "setattr", "delattr") and len(node.args) > 1 and reader.text(node.args[1]) is None:
        base = reader.dotted(node.args[0])
        if base.partition(".")[0] in tables.GUARDED:
            reader.note(
                node, "unreadable", f"{full}({base}, …)", "uses a name that is known only when it runs"
            )
    if full == "setattr" and node.args and reader.dotted(node.args[0]).partition(".")[0] in tables.GUARDED:
        reader.note(node, "unreadable", "setattr", "changes a module")
    if full in ("sys.path.append", "sys.path.insert", "sys.path.extend"):
        for text in filter(None, map(reader.text, node.args)):
            if paths.escapes(text, reader.folder):
                reader.note(node, "unreadable", text, "takes modules from another folder")


def _environment_call(reader: Reader, node: ast.Call, full: str) -> None:
    if full in ("os.getenv", "os.environ.get", "os.environ.pop", "os.environ.setdefault"):
        if full != "os.environ.setdefault":
            environment(reader, node, reader.text(node.args[0]) if node.args else None)
    elif full.startswith("os.environ.") and full.rpartition(".")[2] in ("items", "values", "copy"):
        reader.note(node, "secret", full)
    for value in [*node.args, *(k.value for k in node.keywords)]:
        if reader.dotted(value) == "os.environ":
            reader.note(node, "secret", "os.environ")


def _shell_object(reader: Reader, node: ast.Call, full: str, last: str) -> None:
    """`get_ipython()`: magics by another way, and the kernel itself."""
    if not full.startswith("get_ipython."):
        return
    texts = [reader.text(a) for a in node.args]
    if last in ("system", "getoutput", "getoutput_with_timeout"):
        reader.note(node, "shell", full)
    elif last in ("run_line_magic", "run_cell_magic", "magic"):
        said = [t for t in texts if t is not None]
        if len(said) < len(texts) or not said:
            reader.note(node, "unreadable", full, "uses a magic that is known only when it runs")
            return
        cell = (
            "\n".join([f"%%{said[0]} {said[1]}", *said[2:]])
            if last == "run_cell_magic"
            else f"%{' '.join(said)}"
        )
        for finding in reader.inside(cell):
            reader.note(node, finding.effect, finding.what, finding.words)
    elif last not in _HARMLESS_SHELL:
        reader.note(node, "unreadable", full, "drives the kernel itself")


def _method(reader: Reader, node: ast.Call, full: str, last: str) -> None:
    if not isinstance(node.func, ast.Attribute):
        return
    if last in tables.MOVES and len(node.args) == 1 and _is_path(reader, node.args[0]):
        reader.note(node, "delete", f".{last}()")
    if last not in tables.METHODS:
        return
    if (
        full
        and full.partition(".")[0] in tables.KNOWN
        and not full.startswith(("pathlib.", "os.", "shutil."))
    ):
        return
    if full not in tables.NAMES:
        reader.note(node, tables.METHODS[last], f".{last}()")


def _is_path(reader: Reader, node: ast.expr) -> bool:
    """Whether it is made as only paths are: `folder / name`, `path.with_suffix(…)`."""
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Div)
    if not isinstance(node, ast.Call):
        return False
    last = node.func.attr if isinstance(node.func, ast.Attribute) else reader.dotted(node.func)
    return last.rpartition(".")[2] in tables.MADE_PATHS


def _texts(reader: Reader, node: ast.Call, full: str, last: str) -> None:
    values = [*node.args, *(k.value for k in node.keywords)]
    if isinstance(node.func, ast.Attribute) and last in _READS:
        values.append(node.func.value)
    for text in filter(None, map(reader.text, values)):
        if paths.URL.match(text):
            if last not in _SAYS:
                reader.note(node, "network", text)
        elif "\n" not in text and last not in _SAYS and paths.SECRET_PATH.search(text):
            reader.note(node, "secret", text, "touches a place where secrets are kept")
        if last in (
            "sql",
            "execute",
            "query",
            "executescript",
            "read_sql",
            "read_sql_query",
            "read_sql_table",
        ):
            _sql(reader, node, text)
    if full == "os.chdir":
        place = reader.text(node.args[0]) if node.args else None
        if place is None or paths.escapes(place, reader.folder):
            reader.note(node, "outside", place or "os.chdir", "leaves the work folder")
    if last in ("create_engine", "connect") and full.startswith("sqlalchemy"):
        address = reader.text(node.args[0]) if node.args else None
        if address is None or not address.startswith(("sqlite:", "duckdb:")):
            reader.note(node, "network", full)


def _sql(reader: Reader, node: ast.Call, text: str) -> None:
    for found in _SQL_WRITES.finditer(text):
        _write_to(reader, node, found[1])
    if _SQL_NET.search(text):
        reader.note(node, "network", "httpfs")


def _writes(reader: Reader, node: ast.Call, full: str, last: str) -> None:
    opener = full in tables.OPENERS or last == "open" and isinstance(node.func, ast.Attribute)
    if opener:
        at = 1 if full in tables.OPENERS else 0
        given = node.args[at] if len(node.args) > at else None
        mode = given or next((k.value for k in node.keywords if k.arg == "mode"), None)
        text = reader.text(mode)
        if mode is None or text is not None and (len(text) > 4 or not set(text) & set("wax+")):
            return
    elif last in tables.TO_PATH:
        if not node.args and not any(k.arg in tables.PATH_KEYWORDS for k in node.keywords):
            return
    elif last not in tables.WRITERS and full not in tables.WRITE_NAMES:
        return
    places = [reader.text(k.value) for k in node.keywords if k.arg in tables.PATH_KEYWORDS]
    if last not in _CONTENT:
        places += [t for t in map(reader.text, node.args[:2]) if t not in _MODES]
    if isinstance(node.func, ast.Attribute):
        places.append(reader.text(node.func.value))
    told = [p for p in places if p]
    for place in told:
        _write_to(reader, node, place)
    if not told:
        reader.note(node, "write", last or full)


def _write_to(reader: Reader, node: ast.AST, place: str) -> None:
    if paths.escapes(place, reader.folder):
        reader.note(node, "outside", place)
    elif paths.runs_later(place):
        reader.note(node, "outside", place, "writes a file that may be run later")
    else:
        reader.note(node, "write", place)


def _loads(reader: Reader, node: ast.Call, full: str, last: str) -> None:
    keywords = {k.arg: k.value for k in node.keywords}
    if full == "numpy.load" and _true(keywords.get("allow_pickle")):
        reader.note(node, "pickle", "numpy.load(allow_pickle=True)")
    if last in ("Unpickler",) and full not in tables.NAMES:
        reader.note(node, "pickle", last)


def _true(node: ast.expr | None) -> bool:
    """Whether an argument is given and not plainly False."""
    return node is not None and not (isinstance(node, ast.Constant) and not node.value)
