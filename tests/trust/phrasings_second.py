"""The half that was held out first: its first score is in the README of the corpus; since then it has been looked at."""

from __future__ import annotations

from collections.abc import Callable

from .voice import Voice

Phrase = Callable[[Voice], str]


def memo(v: Voice) -> str:
    w = v.words
    return (
        f"## Findings\n\n{w['measure'].capitalize()}: top group {v.group(0)}, mean {v.mean(0, 2)}; bottom group {v.group(-1)}, "
        f"mean {v.mean(-1, 2)}. Gap: {v.diff(0, -1, 2)} {w['unit']}, i.e. {v.above(0, -1)}% more.\n\n### Sample\n\n"
        f"N={v.num('rows', 0)}; {v.count(0)} in {v.group(0)} and {v.count(-1)} in {v.group(-1)}."
    )


def french(v: Voice) -> str:
    v.locale = "fr"
    w = v.words
    return (
        f"La moyenne de {w['measure']} est la plus élevée pour {v.group(0)} ({v.mean(0, 1)} {w['unit']}) et la plus basse pour "
        f"{v.group(-1)} ({v.mean(-1, 1)} {w['unit']}). La médiane globale vaut {v.num('median', 1)} et l'écart-type "
        f"{v.num('sd', 2)}. Corrélation avec {w['other']} : {v.num('r', 2)}."
    )


def wide(v: Voice) -> str:
    w = v.words
    n = len(v.values["order"])
    head = " | ".join(v.group(k) for k in range(n))
    means, counts = " | ".join(v.mean(k, 1) for k in range(n)), " | ".join(v.count(k) for k in range(n))
    return f"{w['measure']} per {w['group']}:\n\n| | {head} |\n|---|{'---|' * n}\n| mean | {means} |\n| n | {counts} |\n"


def swiss(v: Voice) -> str:
    v.locale = "ch"
    w = v.words
    return (
        f"Von total {v.num('rows', 0)} {w['noun']} entfallen {v.count(0)} auf {v.group(0)}, das sind {v.share(0)}%. Deren Durchschnitt "
        f"liegt mit {v.mean(0, 1)} {w['unit']} um {v.diff(0, -1)} {w['unit']} höher als jener von {v.group(-1)}."
    )


def chatty(v: Voice) -> str:
    w = v.words
    return (
        f"Good question! If you take the whole table, {w['noun']} come out at {v.num('mean', 1)} {w['unit']} on average, "
        f"though half of them lie below {v.num('median', 1)}. {v.group(0)} stands out: {v.mean(0, 0)} {w['unit']}. Compare that with "
        f"{v.group(1)}'s {v.mean(1, 0)} — {v.ratio(0, 1)}x as much."
    )


def caption(v: Voice) -> str:
    w = v.words
    return (
        f"![Mean {w['measure']} by {w['group']}, n = {v.num('rows', 0)}](figure_1.png)\n\n*Figure 1: mean {w['measure']}; "
        f"{v.group(0)} {v.mean(0, 1)}, {v.group(-1)} {v.mean(-1, 1)}; extremes {v.num('min', 1)}–{v.num('max', 1)} {w['unit']}.*"
    )


def pairs(v: Voice) -> str:
    w = v.words
    return (
        f"rows: {v.num('rows', 0)}\nmean {w['column']}: {v.num('mean', 3)}\nstd: {v.num('sd', 3)}\nmax: {v.num('max', 2)}\n"
        f"corr({w['column']}, {w['other_column']}): {v.num('r', 4)}"
    )


def period(v: Voice) -> str:
    w = v.words
    if "first" not in v.values:
        return chatty(v)
    return (
        f"Coverage is {v.day('first')} – {v.day('last')}. The peak came on {v.day('peak')} with {v.num('max', 1)} {w['unit']}; "
        f"a typical value is {v.num('median', 1)} {w['unit']}."
    )


def argument(v: Voice) -> str:
    w = v.words
    return (
        f"Yes. {w['measure'].capitalize()} and {w['other']} move together (r≈{v.num('r', 2)}). By {w['group']}, the order is "
        f"{v.group(0)} > {v.group(1)} > … > {v.group(-1)}, from {v.mean(0, 1)} down to {v.mean(-1, 1)} {w['unit']}; "
        f"{v.group(0)} and {v.group(1)} combined account for {v.both(0, 1)} of the {v.num('rows', 0)} {w['noun']}."
    )


def letter(v: Voice) -> str:
    w = v.words
    return (
        f"We looked at {v.num('rows', 0)} {w['noun']}. Mean {w['measure']} came to {v.num('mean', 2)} {w['unit']} (SD {v.num('sd', 2)}). "
        f"For {v.group(-1)} it was only {v.mean(-1, 2)} {w['unit']}, while {v.group(0)} reached {v.mean(0, 2)} {w['unit']}, "
        f"{v.diff(0, -1, 2)} {w['unit']} above."
    )


PHRASES: tuple[Phrase, ...] = (memo, french, wide, swiss, chatty, caption, pairs, period, argument, letter)

INVENTED: tuple[Phrase, ...] = (
    lambda v: f"\n\nNote that last year's figure was {v.invented(400, 9000, 1)}.",
    lambda v: f"\n\nRoughly {v.invented(12, 88, 0)}% of people would not have guessed this.",
    lambda v: f"\n\nThe 95 % confidence interval excludes zero, p = {v.invented(0.0011, 0.049, 4)}.",
    lambda v: f"\n\nExcluding {v.invented(14, 260, 0)} incomplete records changes little.",
    lambda v: f"\n\nThe standard error is {v.invented(0.1, 40, 3)}.",
    lambda v: f"\n\nTotal turnover: € {v.invented(1000, 900000, 2)}.",
    lambda v: f"\n\nSkewness is {v.invented(0.3, 3, 2)}.",
)
