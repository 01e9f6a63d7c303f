"""The marks that an answer carries where it is read: a sign after each claim, words for who does not see signs, links. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from markupsafe import Markup

from ..events import Checked, Claim

SIGNS: Mapping[str, str] = {"supported": "✓", "derived": "≈", "given": "", "unsupported": "⚠"}
"""A sign for each status; what the question itself said needs none."""
WORDS: Mapping[str, str] = {
    "supported": "shown by an output",
    "derived": "computed from what outputs show",
    "given": "from the question, or set in the code",
    "unsupported": "not shown by any output",
}
KEY = "✓ shown by an output · ≈ computed from what outputs show · ⚠ not shown by any output"
LISTED = 40
"""Most claims that a list tells of."""

_OPEN, _CLOSE = "\ue000", "\ue001"
_PLACE = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_FORMULA = re.compile(r"\$\$[^$]+\$\$|\$(?=[^\s$])[^$\n]*(?<=\S)\$(?!\d)")


def tally(claims: Sequence[Claim]) -> str:
    """How many there are of each status, in words; "" when the answer claims nothing."""
    counts = Counter[str](c.status for c in claims)
    told = [f"{counts[status]:,} {words}" for status, words in WORDS.items() if counts[status]]
    return f"Numbers: {', '.join(told)}" if told else ""


def signed(text: str, claims: Sequence[Claim]) -> str:
    """The text with a sign after each claim."""
    return filled(placed(text, claims), claims, lambda claim: SIGNS[claim.status])


def sentences(checked: Checked | None) -> list[str]:
    """What is on record for each claim, a line each, what nothing shows first. What the contract misses is in `limits`."""
    if checked is None:
        return []
    order = {"unsupported": 0, "derived": 1, "supported": 2}
    told = [c for c in checked.claims if c.status in order]
    lines = dict.fromkeys(
        f"{SIGNS[c.status]} {c.sentence}" for c in sorted(told, key=lambda c: order[c.status])
    )
    more = len(lines) - LISTED
    return [
        *list(lines)[:LISTED],
        *([f"and {more} more"] if more > 0 else []),
    ]


def placed(text: str, claims: Sequence[Claim]) -> str:
    """The text with a place for a mark after each claim, or after the formula it stands in; to be rendered, then `filled`."""
    text = text.replace(_OPEN, "\ufffd").replace(_CLOSE, "\ufffd")
    formulas = [m.span() for m in _FORMULA.finditer(text)]
    spots = [
        (_after(claim.end, formulas), number) for number, claim in enumerate(claims) if claim.end <= len(text)
    ]
    for spot, number in sorted(spots, reverse=True):
        text = f"{text[:spot]}{_OPEN}{number}{_CLOSE}{text[spot:]}"
    return text


def _after(end: int, formulas: Sequence[tuple[int, int]]) -> int:
    return next((high for low, high in formulas if low < end < high), end)


def filled(rendered: str, claims: Sequence[Claim], mark: Callable[[Claim], str]) -> str:
    """A rendered text with the marks in their places."""
    return _PLACE.sub(lambda m: mark(claims[int(m[1])]) if int(m[1]) < len(claims) else "", rendered)


def in_html(rendered: Markup, claims: Sequence[Claim], anchor: Callable[[int], str]) -> Markup:
    """Rendered HTML with the marks in their places; `anchor` names the element that shows a cell (0: the survey)."""
    return Markup(filled(str(rendered), claims, lambda claim: str(html_mark(claim, anchor))))


def html_mark(claim: Claim, anchor: Callable[[int], str]) -> Markup:
    """A sign with words beside it, and a link to the cell where there is one."""
    sign = SIGNS[claim.status]
    if not sign:
        return Markup("")
    said = Markup('<span aria-hidden="true">{}</span><span class="hidden"> ({})</span>').format(
        sign, _said(claim)
    )
    target = anchor(claim.places[0].cell) if claim.places and claim.status != "unsupported" else ""
    if target:
        return Markup('<a class="claim {}" href="#{}" title="{}">{}</a>').format(
            claim.status, target, claim.sentence, said
        )
    return Markup('<span class="claim {}" title="{}">{}</span>').format(claim.status, claim.sentence, said)


def _said(claim: Claim) -> str:
    cells = dict.fromkeys(f"cell {p.cell}" if p.cell else "the survey" for p in claim.places)
    if claim.status == "unsupported" or not cells:
        return WORDS[claim.status]
    return f"{'shown' if claim.status == 'supported' else 'computed'} from {' and '.join(cells)}"


def rows(checked: Checked | None) -> Iterator[Mapping[str, str]]:
    """`sentences` with the sign apart, for a template."""
    for line in sentences(checked):
        sign, _, told = line.partition(" ") if line[:1] in SIGNS.values() and line[:1] else ("", "", line)
        yield {"sign": sign, "told": told}
