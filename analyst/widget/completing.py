"""What could stand for the word that is being typed: `@name` of a variable, or a path beneath the notebook's folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analyst_kernels.probe.brief import type_name

MOST = 40


def completions(word: str, user: Mapping[str, Any], place: Path) -> list[dict[str, str]]:
    """Items with the whole word and a few words about it; nothing is called or read of what they are."""
    if word.startswith("@"):
        names = sorted(n for n in user if n.lower().startswith(word[1:].lower()))
        return [{"text": f"@{name}", "about": type_name(user[name])} for name in names[:MOST]]
    return paths(word, place)


def paths(word: str, place: Path) -> list[dict[str, str]]:
    """Files and folders beneath `place` that begin with the word; none of what lies elsewhere, links included."""
    folder, _, begin = word.rpartition("/")
    try:
        root = place.resolve()
        within = (root / folder).resolve()
        if word.startswith(("/", "~")) or not within.is_relative_to(root):
            return []
        found = sorted(p for p in within.iterdir() if p.name.lower().startswith(begin.lower()))
        shown = [p for p in found if begin.startswith(".") or not p.name.startswith(".")][:MOST]
        head = f"{folder}/" if folder else ""
        return [
            {"text": f"{head}{p.name}{'/' if p.is_dir() else ''}", "about": _about(p)}
            for p in shown
            if p.resolve().is_relative_to(root)
        ]
    except (OSError, ValueError, RuntimeError):  # no such folder, or one that cannot be looked into
        return []


def _about(path: Path) -> str:
    if path.is_dir():
        return "folder"
    size = path.stat().st_size
    return f"{size:,} bytes" if size < 1_000_000 else f"{size / 1e6:,.1f} MB"
