"""The half that is looked at while the checks are built."""

from __future__ import annotations

from collections.abc import Callable

from .voice import Voice

Phrase = Callable[[Voice], str]


def prose(v: Voice) -> str:
    w = v.words
    return (
        f"{v.group(0)} has the highest mean {w['measure']} ({v.mean(0)} {w['unit']}), {v.group(-1)} the lowest "
        f"({v.mean(-1)} {w['unit']}). The difference is {v.diff(0, -1)} {w['unit']}.\n\n"
        f"Over all {v.num('rows', 0)} {w['noun']} the mean is {v.num('mean')} {w['unit']} and the median {v.num('median')}."
    )


def bullets(v: Voice) -> str:
    w = v.words
    lines = "\n".join(
        f"- **{v.group(n)}**: {v.mean(n, 2)} {w['unit']} (n = {v.count(n)})" for n in (0, 1, -1)
    )
    return f"Mean {w['measure']} by {w['group']}:\n\n{lines}\n\nThe correlation with {w['other']} is r = {v.num('r', 3)}."


def table(v: Voice) -> str:
    w = v.words
    rows = "\n".join(
        f"| {v.group(n)} | {v.mean(n, 2)} | {v.count(n)} |" for n in range(len(v.values["order"]))
    )
    return (
        f"The mean {w['measure']} differs by {w['group']}:\n\n| {w['group']} | mean | count |\n|---|---:|---:|\n{rows}\n\n"
        f"{v.group(0)} is {v.above(0, -1)} % higher than {v.group(-1)}."
    )


def german(v: Voice) -> str:
    v.locale = "de"
    w = v.words
    return (
        f"Der Mittelwert von {w['measure']} ist bei {v.group(0)} am höchsten: {v.mean(0, 2)} {w['unit']}, bei {v.group(-1)} "
        f"sind es {v.mean(-1, 2)} {w['unit']}. Insgesamt liegt der Mittelwert bei {v.num('mean')} (Median {v.num('median')}), "
        f"die Standardabweichung bei {v.num('sd')}. Die Korrelation mit {w['other']} beträgt {v.num('r', 3)}."
    )


def terse(v: Voice) -> str:
    return f"@mean[{v.num('mean')}]\n@median[{v.num('median')}]\n@sd[{v.num('sd')}]\n@r[{v.num('r', 3)}]"


def numbered(v: Voice) -> str:
    w = v.words
    return (
        f"1. {v.group(0)} leads with {v.mean(0)} {w['unit']} on average.\n"
        f"2. {v.group(1)} follows with {v.mean(1)} {w['unit']}, which is {v.diff(0, 1)} {w['unit']} less than {v.group(0)}.\n"
        f"3. {v.group(0)} makes up {v.share(0)} % of all {w['noun']} ({v.count(0)} of {v.num('rows', 0)})."
    )


def spread(v: Voice) -> str:
    w = v.words
    return (
        f"The {w['measure']} ranges from {v.num('min', 1)} to {v.num('max', 1)} {w['unit']}, with {v.num('mean')} ± "
        f"{v.num('sd')} {w['unit']} (mean ± standard deviation). Between `{w['column']}` and {w['other']} r is {v.num('r', 2)}."
    )


def ratio(v: Voice) -> str:
    w = v.words
    return (
        f"On average the {w['measure']} in {v.group(0)} is {v.ratio(0, -1)} times that in {v.group(-1)}: {v.mean(0)} against "
        f"{v.mean(-1)} {w['unit']}. Together the two groups hold {v.both(0, -1)} {w['noun']}."
    )


def dated(v: Voice) -> str:
    w = v.words
    if "first" not in v.values:
        return prose(v)
    return (
        f"The data run from {v.iso('first')} to {v.day('last')} and cover {v.num('rows', 0)} {w['noun']}. The highest "
        f"{w['measure']}, {v.num('max', 1)} {w['unit']}, was seen on {v.iso('peak')}."
    )


def exact(v: Voice) -> str:
    v.locale = "plain"
    w = v.words
    return f"The overall mean {w['measure']} is {v.num('mean', 5)} {w['unit']} and Pearson's r with {w['other']} is {v.num('r', 5)}."


PHRASES: tuple[Phrase, ...] = (prose, bullets, table, german, terse, numbered, spread, ratio, dated, exact)

INVENTED: tuple[Phrase, ...] = (
    lambda v: f" About {v.invented(11, 89, 1)} % of the {v.words['noun']} are above the industry average.",
    lambda v: f" In the following year it is expected to rise to {v.invented(1234, 98765, 0)}.",
    lambda v: f" A regression explains the rest (R² = {v.invented(0.2, 0.95, 3)}).",
    lambda v: f" The test is significant (t = {v.invented(2, 19, 2)}).",
    lambda v: f" That is worth about ${v.invented(2, 80, 1)}M a year.",
    lambda v: f" {v.invented(13, 97, 0)} {v.words['noun']} were dropped as outliers.",
    lambda v: f" The interquartile range is {v.invented(3, 300, 2)}.",
)
