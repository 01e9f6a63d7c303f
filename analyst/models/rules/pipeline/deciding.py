"""Slots that want a word: the rules by which the text decides become a conditional expression."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .. import code
from . import testing
from .describing import kurtosis, skewness
from .task import Ask, Task
from .work import Work

_NUMBER = r"([-+]?\d*\.?\d+)"
_SIGNS = {
    ">=": r"greater than or equal to|larger than or equal to|more than or equal to|at least|not less than|>=|≥|equal to or (?:greater|larger|more) than",
    "<=": r"(?:less|smaller|lower) than or equal to|at most|not (?:greater|more) than|<=|≤|equal to or (?:less|smaller|lower) than",
    ">": r"greater than|larger than|more than|higher than|above|exceed(?:s|ing)?|over|>",
    "<": r"less than|smaller than|lower than|below|under|<",
}
_VARIABLES = {
    "abs": r"\|r\||absolute (?:value|magnitude)(?: of)?(?: the)?(?: pearson(?:'s)?)?(?: correlation)?(?: coefficient)?(?: \(?r\)?)?(?: value)?|absolute correlation(?: coefficient)?|\|r\|",
    "p": r"p[-_ ]?values?(?: of [\w' -]{1,40}?)?|p(?= [<>=≤≥])",
    "r": r"(?:pearson )?correlation coefficient(?: \(r\))?|r-?value|r(?= (?:is|[<>=≤≥]))|correlation(?= is)",
    "skew": r"skewness(?: (?:value|coefficient))?",
    "kurt": r"(?:excess )?kurtosis(?: value)?",
}
_NEGATIVE = re.compile(
    r"\b(?:not|non|no|none|false|poor|insignificant|isn't|doesn't|does not|cannot|neither)\b|^non|^un(?!i)|^in(?=signif)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison in a rule."""

    variable: str
    sign: str
    number: str
    upper: str = ""
    """The upper bound of "between"."""


def decision(ask: Ask, work: Work) -> str | None:
    """The expression that gives one of the slot's options."""
    options = ask.options
    if len(options) < 2:
        return None
    rules = list(_rules(ask, work.task))
    chosen = _by_rules(ask, work, rules)
    return chosen or _by_default(ask, work)


# ── rules that the text lays down ───────────────────────────────────────────────────────────────────────────────────


def _rules(ask: Ask, task: Task) -> Iterator[tuple[str, str]]:
    """`(option, text with its conditions)` for each rule that is said."""
    normality = testing.about_normality(ask, task)
    pieces = re.split(
        r"(?<=[.;\n])\s+|\n|(?<=\d),? or (?=[\"'])|,? (?:and|but|else|otherwise),? (?=(?:if|reject|consider|report)\b)",
        f"{task.text}\n{ask.own}",
    )
    for piece in pieces:
        if not piece or not list(_tests(piece)):
            continue
        several = list(_beside(piece, ask))
        if len({option for option, _ in several}) > 1:
            yield from several
            continue
        option = _option(_without_tests(piece), ask.options, normality=normality)
        if option:
            yield option, piece


def _beside(piece: str, ask: Ask) -> Iterator[tuple[str, str]]:
    """Each option with what follows it up to the next: `"strong" (|r| >= 0.7), "moderate" (…) or "weak"`."""
    named = "|".join(re.escape(o) for o in sorted(ask.options, key=len, reverse=True))
    found = list(re.finditer(rf"(?<![\w-])[\"“']?({named})[\"”']?(?![\w-])", piece))
    for n, match in enumerate(found):
        end = found[n + 1].start() if n + 1 < len(found) else len(piece)
        follows = piece[match.end() : end]
        if re.match(r"\W{0,3}(?:if|when|where|for|\(|\||[-\d.])", follows) and list(_tests(follows)):
            yield match[1], follows


def _tests(piece: str) -> Iterator[Test]:
    """The comparisons of a rule, in order."""
    text = re.sub(r"\s+", " ", piece.lower().replace("−", "-").replace("–", "-"))
    signs = "|".join(f"(?P<s{n}>{p})" for n, p in enumerate(_SIGNS.values()))
    variables = "|".join(f"(?P<{v}>{p})" for v, p in _VARIABLES.items())
    chained = rf"{_NUMBER} ?(?P<first><=|<|≤) ?(?:{variables}) ?(?P<second><=|<|≤) ?{_NUMBER}"
    for m in re.finditer(chained, text):
        numbers = [g for g in m.groups() if g and re.fullmatch(r"[-+]?\d*\.?\d+", g)]
        variable = next(v for v in _VARIABLES if m[v])
        yield Test(variable, ">=" if m["first"] != "<" else ">", numbers[0])
        yield Test(variable, m["second"].replace("≤", "<="), numbers[-1])
    text = re.sub(chained, " ", text)
    pattern = (
        rf"(?<![\w])(?:{variables})\W{{0,2}} ?(?:is |are |was |lies |falls |value )?"
        rf"(?:(?:between|in the range of|from) \[?{_NUMBER} ?(?:and|to|,) ?{_NUMBER}|(?:{signs}) ?{_NUMBER})"
    )
    for m in re.finditer(pattern, text):
        variable = next(v for v in _VARIABLES if m[v])
        numbers = [g for g in m.groups() if g and re.fullmatch(r"[-+]?\d*\.?\d+", g)]
        if len(numbers) == 2:
            yield Test(variable, "between", numbers[0], numbers[1])
        else:
            sign = next(s for n, s in enumerate(_SIGNS) if m[f"s{n}"])
            yield Test(variable, sign, numbers[-1])


def _without_tests(piece: str) -> str:
    """What follows from the rule: the words outside its comparisons, up to what holds else."""
    piece = re.split(r"\b(?:else|otherwise|if not)\b", piece, flags=re.I)[0]
    return re.sub(
        r"\b(?:if|when|where|since|as long as)\b[^,]*?\d(?:\.\d+)?(?=[,. ]|$)", " ", piece, flags=re.I
    )


def _option(said: str, options: tuple[str, ...], *, normality: bool) -> str | None:
    """The option that a consequence names; else the one that denies when it denies, and the one that affirms when it affirms."""
    low = said.lower().replace("_", " ")
    named = [
        o for o in options if re.search(rf"(?<![\w-]){re.escape(o.lower().replace('_', ' '))}(?![\w-])", low)
    ]
    named = [o for o in named if not any(o != p and o.lower() in p.lower() for p in named)]
    denied = bool(_NEGATIVE.search(low))
    if len(named) == 1:
        opposite = [
            o
            for o in options
            if bool(_NEGATIVE.search(o.replace("_", " ")))
            != bool(_NEGATIVE.search(named[0].replace("_", " ")))
        ]
        if denied and len(options) == 2 and len(opposite) == 1 and not _NEGATIVE.search(named[0]):
            return opposite[0]
        return named[0]
    negative, positive = polar(options)
    if re.search(r"reject", low):
        kept = bool(re.search(r"fail\w* to reject|(?:not|cannot|can't|don't) reject", low))
        denied = kept != normality
    elif re.search(r"accept the null", low):
        denied = not normality
    return negative if denied else positive if len(options) == 2 else None


def polar(options: tuple[str, ...]) -> tuple[str | None, str | None]:
    """The option that denies and the one that affirms; None for one that is not clear."""
    denying = [o for o in options if _NEGATIVE.search(o.replace("_", " "))]
    if len(denying) > 1:
        denying = [o for o in denying if not any(p != o and p.lower() in o.lower() for p in options)]
    affirming = [o for o in options if o not in denying]
    return (
        denying[0] if len(denying) == 1 else None,
        affirming[0] if len(affirming) == 1 else None,
    )


def _by_rules(ask: Ask, work: Work, rules: list[tuple[str, str]]) -> str | None:
    seen: dict[str, str] = {}
    for option, piece in rules:
        if option in seen:
            continue
        condition = _condition(piece, ask, work)
        if condition is None:
            return None
        if condition in seen.values():
            continue
        seen[option] = condition
    if not seen:
        return None
    rest = [o for o in ask.options if o not in seen]
    if len(rest) > 1 or (not rest and len(seen) < 2):
        return None
    last = rest[0] if rest else list(seen)[-1]
    chain = [f"{code.quote(o)} if {c} else " for o, c in seen.items() if o != last]
    return "".join(chain) + code.quote(last)


def _condition(piece: str, ask: Ask, work: Work) -> str | None:
    terms = []
    for test in _tests(piece):
        variable = _variable(test.variable, ask, work)
        if variable is None:
            return None
        if test.sign == "between":
            terms.append(f"{test.number} <= {variable} <= {test.upper}")
        else:
            terms.append(f"{variable} {test.sign} {test.number.lstrip('+')}")
    joint = " or " if re.search(r"\d\)?,? or ", piece) and " and " not in piece else " and "
    return joint.join(dict.fromkeys(terms)) or None


def _variable(name: str, ask: Ask, work: Work) -> str | None:
    """The expression for a quantity that a rule speaks of."""
    if name in ("skew", "kurt"):
        column = testing.measure(ask, work.task)
        if column is None:
            return None
        return (skewness if name == "skew" else kurtosis)(work.series(column, ask), work.task)
    found = testing.test(ask, work)
    if found is None or not found.p:
        return None
    return {"p": found.p, "r": found.statistic, "abs": f"abs({found.statistic})"}[name]


# ── without a rule ──────────────────────────────────────────────────────────────────────────────────────────────────


def _by_default(ask: Ask, work: Work) -> str | None:
    """A test's outcome at the level of significance; the sign of a skewness or of a correlation."""
    signed = _by_sign(ask, work)
    if signed:
        return signed
    negative, positive = polar(ask.options)
    if negative is None or positive is None:
        return None
    found = testing.test(ask, work)
    if found is None or not found.p:
        return None
    level = testing.alpha(work.task, ask)
    kept = found.normality or ask.has("independent|same|equal")
    sign = ">" if kept else "<"
    return f"{code.quote(positive)} if {found.p} {sign} {level:g} else {code.quote(negative)}"


def _by_sign(ask: Ask, work: Work) -> str | None:
    def option(pattern: str) -> str | None:
        return next((o for o in ask.options if re.search(pattern, o, re.I)), None)

    up, down, none = (
        option(r"posit|right"),
        option(r"negat|left"),
        option(r"\bno\b|none|symm|zero|normal|neutral"),
    )
    if not up or not down:
        return None
    if ask.has("skew\\w*") or work.task.says(r"skew\w*"):
        variable = _variable("skew", ask, work)
    else:
        variable = _variable("r", ask, work)
    if variable is None:
        return None
    return f"{code.quote(up)} if {variable} > 0 else {code.quote(down)} if {variable} < 0 else {code.quote(none or down)}"
