"""Terminal text made readable: escapes out, progress bars at their last state, repeats folded, the middle cut."""

from __future__ import annotations

import re

_ESCAPE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]"  # colours, cursor
    r"|[\]PX^_][^\x07\x1b\n]{0,400}(?:\x07|\x1b\\)"  # titles, links: only whole ones, to swallow no text
    r"|[ -/]{0,4}[0-~])?"
    r"|\x9b[0-?]*[ -/]*[@-~]"
)
_CONTROL = re.compile("[\x00-\x07\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# what nobody sees: marks that turn the direction of text, widthless ones, and the tags and variants that spell words
_UNSEEN = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e01ef]"
)
_CELL_FILE = re.compile(r"[^\s\"']{0,200}[/\\]ipykernel_\d+[/\\]\d+\.py")
_DIGITS = re.compile(r"\d+")
_ERROR = re.compile(r"^(?:[A-Za-z_]\w*\.){0,8}[A-Z]\w*(?:Error|Exception|Interrupt|Exit)\b.*$", re.MULTILINE)
_LONGEST_PATTERN = 3
"""Lines of the longest pattern that is folded: a warning is two lines, its place and its code."""


def clean(text: str) -> str:
    """The text as a terminal would show it in the end: no escapes, no control characters but newline and tab."""
    text = _ESCAPE.sub("", text.replace("\r\n", "\n"))
    if "\r" in text or "\b" in text or "ipykernel_" in text:
        text = "\n".join(_final_state(line) for line in text.split("\n"))
    return _UNSEEN.sub("", _CONTROL.sub("", text))


def _final_state(line: str) -> str:
    """What is left of a line that was written over: the last state of a progress bar."""
    if "\r" in line:
        line = next((state for state in reversed(line.split("\r")) if state.strip()), "")
    if "\b" in line:
        kept: list[str] = []
        for character in line:
            if character != "\b":
                kept.append(character)
            elif kept:
                kept.pop()
        line = "".join(kept)
    # the name of a cell's file holds the process id: another one in every run
    return _CELL_FILE.sub("<cell>", line) if "ipykernel_" in line and len(line) < 10_000 else line


def fold(text: str) -> str:
    """Say repeated lines once with their count: equal ones, and warnings that are equal up to digits."""
    lines = text.split("\n")
    keys = [_DIGITS.sub("#", line[:500]) if "arning" in line[:500] else line for line in lines]
    said: list[str] = []
    at = 0
    while at < len(lines):
        size, times = max(
            ((size, _times(keys, at, size)) for size in range(1, _LONGEST_PATTERN + 1)),
            key=lambda found: (found[0] * (found[1] - 1), -found[0]),
        )
        if size * (times - 1) < 2:
            said.append(lines[at])
            at += 1
            continue
        said += lines[at : at + size]
        what = "line above" if size == 1 else f"{size} lines above"
        said.append(f"[… the {what} {times - 1:,} more times …]")
        at += size * times
    return "\n".join(said)


def _times(keys: list[str], at: int, size: int) -> int:
    """How often the `size` lines at `at` stand there in a row; empty lines are no pattern."""
    pattern = keys[at : at + size]
    if not any(key.strip() for key in pattern):
        return 1
    times = 1
    while keys[at + times * size : at + (times + 1) * size] == pattern:
        times += 1
    return times


def cut(text: str, room: int, cell: int) -> str:
    """Head and tail of the text in `room` characters, with what is missing, and how to see it, said between them.

    The last line of the missing part that looks like an error is said too.
    """
    if len(text) <= room:
        return text
    kept = room - 220
    if kept < 80:
        return "[…]" + text[len(text) - max(room - 3, 0) :] if room > 3 else ""
    head, tail = text[: kept // 2], text[len(text) - (kept - kept // 2) :]
    whole_head, whole_tail = head.rpartition("\n")[0], tail.partition("\n")[2]
    by_line = len(whole_head) > len(head) // 2 and len(whole_tail) > len(tail) // 2
    if by_line:
        head, tail = whole_head, whole_tail
    middle = text[len(head) : len(text) - len(tail)]
    lines = text.count("\n") + 1
    missing = lines - head.count("\n") - tail.count("\n") - 2
    count = f"{missing:,} of {lines:,} lines" if by_line else f"{len(middle):,} of {len(text):,} characters"
    errors = _ERROR.findall(middle)
    found = f" The last error in them: {middle_cut(errors[-1], 80)}" if errors else ""
    notice = f"[… {count} cut: search_output(cell={cell}, pattern=…) finds text in them …]{found}"
    return f"{head}\n{notice}\n{tail}"


def middle_cut(text: str, room: int) -> str:
    """Beginning and end of a text, with the number of characters missing between them."""
    if len(text) <= room:
        return text
    kept = room - 30
    if kept < 20:
        return text[: max(room - 1, 0)] + "…"
    return f"{text[: kept * 2 // 3]} [… {len(text) - kept:,} characters …] {text[len(text) - (kept - kept * 2 // 3) :]}"
