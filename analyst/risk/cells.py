"""A cell as plain Python: what IPython adds (magics, `!`, prompts) is read here, the rest by the reader."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from . import paths, tables
from .findings import Effect, Finding
from .reader import Reader
from .tables import words

LONGEST = 1_000_000
"""Characters beyond which a cell is not read."""
_PARSED = 5_000_000
"""Characters that are parsed of one cell: all of it again for each line that is IPython's."""
_ESCAPED = re.compile(r"\s*(?:[\w.,\[\]\"' ]+=\s*)?(?P<escape>!!?|%%?|\?\??|[,;/])(?P<rest>.*)", re.S)
_PROMPT = re.compile(r"^(?:>>> ?|In \[\d+\]: ?)", re.M)
_CONTINUED = re.compile(r"^(?:\.\.\. ?|   \.\.\.: ?)", re.M)

_PYTHON = words("time timeit prun memit mprun lprun capture debug")
"""Magics whose text is Python of this kernel."""
_LOOKS = words(
    "matplotlib who whos who_ls precision pprint pinfo pinfo2 pdoc psource pdef pfile psearch reload_ext autoreload "
    "lsmagic quickref pylab xmode colors pwd page history hist notebook magic doctest_mode config ls ll la dirs reset "
    "reset_selective xdel automagic gui cat less more head tail wc latex markdown"
)
_INSTALL = words("pip conda mamba micromamba uv")
_SHELL = words("bash sh script system sx cmd powershell ruby perl pypy python python2 python3 alias rehashx")
_MAGIC: dict[str, Effect] = {
    **dict.fromkeys(_INSTALL, "install"),
    **dict.fromkeys(_SHELL, "shell"),
    "env": "secret",
    "set_env": "secret",
    "html": "unreadable",
    "HTML": "unreadable",
    "svg": "unreadable",
    "SVG": "unreadable",
    "js": "unreadable",
    "javascript": "unreadable",
    "rm": "delete",
    "rmdir": "delete",
    "mv": "delete",
    "run": "unreadable",
    "load": "unreadable",
    "loadpy": "unreadable",
    "macro": "unreadable",
    "store": "pickle",
    "load_ext": "unknown",
}


def read(code: str, folder: str = "") -> tuple[Finding, ...]:
    """What running this cell may do to the world outside the kernel, line by line.

    Args:
        code: the cell, as it would be sent to an IPython kernel.
        folder: absolute path of the work folder; absolute paths beneath it are inside.
    """
    if len(code) > LONGEST:
        return (Finding(1, "unreadable", f"{len(code):,} characters", "is too long to be read"),)
    found: list[Finding] = []
    try:
        tree = _parsed(code, folder, found)
        if tree is None:
            return tuple(found)
        reader = Reader(folder, lambda inner: read(inner, folder))
        reader.read(tree)
    except (RecursionError, MemoryError):
        return (*found, Finding(1, "unreadable", "nested too deep"))
    return tuple(sorted({*found, *reader.findings}, key=lambda f: (f.line, f.effect, f.what)))


def _parsed(code: str, folder: str, found: list[Finding]) -> ast.Module | None:
    """The tree of the cell's Python; what its magics do goes to `found`. None: there is none."""
    lines = code.split("\n")
    first = next((n for n, line in enumerate(lines) if line.strip()), 0)
    if lines[first].lstrip().startswith("%%"):
        rest = "\n".join(lines[first + 1 :])
        name, _, argument = lines[first].strip()[2:].partition(" ")
        if name not in _PYTHON:
            _magic(name, argument, first + 1, folder, found, body=rest)
            return None
        lines[first] = ""
    elif len(lines) - first <= 1 or not any(line.strip() for line in lines[first + 1 :]):
        _automagic(lines[first].strip(), first + 1, folder, found)
    plain = _CONTINUED.sub("", _PROMPT.sub("", "\n".join(lines))).split("\n")
    indent = len(plain[first]) - len(plain[first].lstrip())
    plain = [line[indent:] if not line[:indent].strip() else line for line in plain]
    for _ in range(max(5, _PARSED // max(len(code), 1))):
        try:
            return ast.parse("\n".join(plain))
        except (SyntaxError, ValueError) as error:
            at = (getattr(error, "lineno", None) or 0) - 1
            if not (0 <= at < len(plain)) or not _escaped(plain, at, folder, found):
                break
    else:
        found.append(
            Finding(first + 1, "unreadable", f"{len(plain):,} lines", "has too many lines that are no Python")
        )
    found += _mentions(plain)
    return None


def _escaped(lines: list[str], at: int, folder: str, found: list[Finding]) -> bool:
    """Read a line that is no Python but IPython's, and put `pass` in its place; False when it is neither."""
    line = lines[at]
    while line.endswith("\\") and at + 1 < len(lines):
        line = line[:-1] + lines[at + 1]
        del lines[at + 1]
        lines.insert(at + 1, "")
        break
    indent = line[: len(line) - len(line.lstrip())]
    if line.rstrip().endswith("?") and re.match(r"\s*[\w.*%]+\?{1,2}\s*$", line):
        lines[at] = f"{indent}pass"
        return True
    match = _ESCAPED.fullmatch(line)
    if match is None:
        return False
    escape, rest = match["escape"], match["rest"].strip()
    if escape.startswith("!"):
        _shell(rest, at + 1, found)
    elif escape.startswith("%"):
        name, _, argument = rest.partition(" ")
        _magic(name, argument, at + 1, folder, found)
    elif escape in (",", ";", "/"):
        found.append(Finding(at + 1, "unreadable", paths.shown(rest), "calls without brackets"))
    lines[at] = f"{indent}pass"
    return True


def _shell(command: str, line: int, found: list[Finding]) -> None:
    said = command.split()
    installs = said[:1] and said[0] in _INSTALL or said[1:3] == ["-m", "pip"]
    found.append(Finding(line, "install" if installs else "shell", paths.shown(command, 300) or "!"))


def _magic(name: str, argument: str, line: int, folder: str, found: list[Finding], body: str = "") -> None:
    if name.startswith("!"):
        _shell(f"{name[1:]} {argument} {body}", line, found)
    elif name in _PYTHON:
        inside = read(re.sub(r"^(?:\s*-\w+(?:\s+\d+)?)*\s*", "", argument), folder)
        found += [replace(inner, line=line) for inner in inside]
    elif name in ("writefile", "file"):
        place = argument.split()[-1] if argument.split() else ""
        if paths.escapes(place, folder):
            found.append(Finding(line, "outside", paths.shown(place, 300)))
        elif paths.runs_later(place):
            found.append(Finding(line, "outside", paths.shown(place), "writes a file that may be run later"))
        else:
            found.append(Finding(line, "write", paths.shown(place)))
    elif name in ("cd", "pushd"):
        if paths.escapes(argument.strip() or "~", folder):
            found.append(Finding(line, "outside", paths.shown(argument) or "%cd", "leaves the work folder"))
    elif name == "load_ext" and argument.strip() in tables.KNOWN | {"autoreload"}:
        return
    elif name in _MAGIC:
        found.append(Finding(line, _MAGIC[name], paths.shown(f"%{name} {argument}".strip(), 300)))
    elif name and name not in _LOOKS:
        found.append(
            Finding(line, "unreadable", f"%{paths.shown(name)}", "uses a magic that is not known here")
        )


def _automagic(line: str, number: int, folder: str, found: list[Finding]) -> None:
    """In a cell of one line IPython takes `pip install x` for `%pip install x`."""
    name, _, argument = line.partition(" ")
    known = name in _MAGIC or name in ("cd", "pushd")
    if known and argument and not re.match(r"\s*(?:[-+*/%&|^]|//|\*\*|<<|>>)?=|[.(\[]", argument):
        _magic(name, argument, number, folder, found)


def _mentions(lines: list[str]) -> list[Finding]:
    """Code that does not parse here cannot run here, but a newer Python may take it: then its words must do."""
    telling = {name.rpartition(".")[2] for name in tables.NAMES} | {m for m in tables.MODULES if "." not in m}
    telling |= {"eval", "exec", "__import__", *tables.METHODS}
    telling -= tables.AMBIGUOUS | _COMMON
    for number, line in enumerate(lines, 1):
        said = [w for w in re.findall(r"\w+", line) if w in telling]
        if said:
            return [Finding(number, "unreadable", said[0], "is no Python that is known here, and speaks of")]
    return []


_COMMON = words(
    "load loads get post put delete open remove rename replace link request code sh http stack decode move connect "
    "Client Listener register pip commands head"
)
