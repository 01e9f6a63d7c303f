"""Held out: written before its answers were checked for the first time, in shapes of its own, and not tuned on."""

from __future__ import annotations

from collections.abc import Callable

from .voice import Voice

Phrase = Callable[[Voice], str]


def ranking(v: Voice) -> str:
    w = v.words
    lines = "\n".join(
        f"{n + 1}) {v.group(n)} — {v.mean(n, 2)} {w['unit']}" for n in range(len(v.values["order"]))
    )
    return f"Ranking of {w['group']} by mean {w['measure']}:\n\n{lines}\n\nSpread between first and last: {v.diff(0, -1, 2)} {w['unit']}."


def summary(v: Voice) -> str:
    w = v.words
    return (
        f"**Result.** `{w['column']}` has a mean of **{v.num('mean', 2)}** and a median of **{v.num('median', 2)}** ({w['unit']}).\n\n"
        f"**Groups.** {v.group(-1)} is lowest with **{v.mean(-1, 2)}**; {v.group(0)} is highest with **{v.mean(0, 2)}**.\n\n"
        f"**Association.** Pearson correlation with `{w['other_column']}`: **{v.num('r', 3)}**."
    )


def sentence(v: Voice) -> str:
    w = v.words
    return (
        f"Among {v.num('rows', 0)} {w['noun']}, those in {v.group(0)} had on average {v.mean(0, 1)} {w['unit']}, {v.above(0, 1, 1)} percent "
        f"more than those in {v.group(1)} with {v.mean(1, 1)} {w['unit']}."
    )


def transposed(v: Voice) -> str:
    w = v.words
    return (
        f"| statistic | {w['column']} |\n|:--|--:|\n| rows | {v.num('rows', 0)} |\n| mean | {v.num('mean', 3)} |\n| median | {v.num('median', 3)} |\n"
        f"| std | {v.num('sd', 3)} |\n| min | {v.num('min', 2)} |\n| max | {v.num('max', 2)} |\n"
    )


def austrian(v: Voice) -> str:
    v.locale = "de"
    w = v.words
    return (
        f"{v.group(0)} stellt {v.count(0)} von {v.num('rows', 0)} {w['noun']}, also einen Anteil von {v.share(0)} %. {v.group(-1)} kommt auf "
        f"{v.count(-1)}. Der Median beträgt {v.num('median', 2)} {w['unit']}, das Maximum {v.num('max', 1)} {w['unit']}."
    )


def quebec(v: Voice) -> str:
    v.locale = "fr"
    w = v.words
    return (
        f"Pour {v.group(0)}, {w['measure']} atteint en moyenne {v.mean(0, 2)} {w['unit']}, soit {v.ratio(0, -1)} fois la valeur de "
        f"{v.group(-1)} ({v.mean(-1, 2)} {w['unit']}). Le nombre total de lignes est de {v.num('rows', 0)}."
    )


def limits(v: Voice) -> str:
    w = v.words
    when = f" It was reached on {v.day('peak')}." if "peak" in v.values else ""
    return (
        f"The maximum {w['measure']} is {v.num('max', 2)} {w['unit']} and the minimum {v.num('min', 2)} {w['unit']}.{when} "
        f"The standard deviation of {v.num('sd', 2)} {w['unit']} compares with a mean of {v.num('mean', 2)} {w['unit']}."
    )


def notes(v: Voice) -> str:
    w = v.words
    return (
        f"Answer: {v.group(0)}.\n\n* {v.group(0)}: n={v.count(0)}, avg={v.mean(0, 2)}\n* {v.group(1)}: n={v.count(1)}, avg={v.mean(1, 2)}\n"
        f"* {v.group(-1)}: n={v.count(-1)}, avg={v.mean(-1, 2)}\n\nr({w['column']}, {w['other_column']}) = {v.num('r', 3)} over {v.num('rows', 0)} rows"
    )


PHRASES: tuple[Phrase, ...] = (ranking, summary, sentence, transposed, austrian, quebec, limits, notes)

INVENTED: tuple[Phrase, ...] = (
    lambda v: f" A bootstrap gives an interval of ±{v.invented(0.3, 900, 2)}.",
    lambda v: f" By comparison, the national value is {v.invented(15, 30000, 1)}.",
    lambda v: f" After cleaning, {v.invented(15, 190, 0)} rows remained out of scope.",
    lambda v: f" An ANOVA gives F = {v.invented(3, 400, 2)}.",
    lambda v: f" Removing the extremes would lower it by {v.invented(2, 35, 1)}%.",
    lambda v: f" The 90th percentile is {v.invented(5, 5000, 1)}.",
)
