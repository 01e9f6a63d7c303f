"""Which model a question wants: its kind, what it predicts and from what, and how the rows are split."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..survey import Column
from .phrases import Phrases, phrases
from .task import Task

_K = r"«(\d+)»"
_LIST = r"((?:[^.;«»\n]{0,60}«\d+»(?: and| or|,|,? and)?)+)"
_KINDS: tuple[tuple[str, str], ...] = (
    (r"random forest", "forest"),
    (r"decision tree", "tree"),
    (r"gradient boost\w*", "boosting"),
    (r"k-?nearest|\bknn\b", "neighbours"),
    (r"naive bayes", "bayes"),
    (r"support vector|\bsvm\b|\bsvc\b", "vectors"),
    (r"logistic", "logistic"),
    (
        r"linear (?:regression|model)|least squares|\bols\b|\bregress(?:ion|ing|ed)?\b|\bpredict\w*",
        "linear",
    ),
)
_TARGETS = (
    rf"\bregress(?:ing)? {_K} (?:on|against|onto)\b",
    rf"\b(?:regression|least squares|ols|linear model|fit)\b(?: without [\w ]{{1,30}}?)? (?:of|for) {_K} (?:on|against|from|by|using)\b",
    rf"\b(?:target|dependent|response|outcome)(?: variable| feature| column)?s?(?: is| being| will be| should be|:|,| as| =)? ?\(?{_K}",
    rf"{_K} (?:is |as |being )?(?:the |a )?(?:target|dependent|response|outcome)\b",
    rf"\bpredict(?:s|ing|ed|ion of)? (?:if |whether |for )?[^.;«»\n]{{0,50}}{_K}",
    rf"{_K} (?:can be |is |are )?predicted (?:by|from|based|using)\b",
    rf"\b(?:effects?|influence|impact) of [^.;\n]{{0,80}} on {_K}",
)
_FEATURES = (
    rf"\b(?:regress(?:ing)? «\d+»|of «\d+») (?:on|against|onto) {_LIST}",
    rf"\b(?:based on|using|from|with|by) {_LIST}(?: (?:as|columns|features)| to predict)?",
    rf"\b(?:features?|predictors?|independent variables?|explanatory variables?|inputs?)(?: are| is| include|:|,| being)? ?\(?{_LIST}",
    rf"{_LIST} as (?:the )?(?:features?|predictors?|independent|input|explanatory)",
    rf"\b(?:effects?|influence|impact) of {_LIST} on «\d+»",
)
_SPLITS = (
    r"test[_ ]size ?(?:=|of|is|:)? ?0?(\.\d+)",
    r"\btest(?:ing)?\b(?: set| data| size)?[ (:=]{0,3}(?:of |with )?(\d{2}) ?(?:%|percent)",
    r"(\d{2}) ?(?:%|percent)(?:(?! and )[^.;%,)]){0,30}\btest",
    r"\btest(?:ing)?\b[^.;%\d]{0,40}(\d{2}) ?(?:%|percent)",
    r"\d{2} ?(?:%|percent)?(?: training| train)? ?[-:/] ?(\d{2})\b",
)
_TEST_SIZE, _SEED = 0.2, 42
_TRAINS = r"\btrain(?:ing|ed)?\b|\btest set\b|\bhold-?out\b|train[-_ ]test"


@dataclass(frozen=True, slots=True)
class Model:
    """A model to be fitted."""

    kind: str
    """linear, logistic, tree, forest, boosting, neighbours, bayes or vectors."""
    target: Column
    features: tuple[Column, ...]
    test_size: float | None = None
    """Share of the rows that are held out at random; None: none are."""
    seed: int = 42
    every: int | None = None
    """Rows whose number is a multiple of this are held out."""
    ordered: bool = False
    """Whether the last rows are held out, without shuffling."""
    classifies: bool = False
    penalty: bool = True
    intercept: bool = True
    depth: int | None = None
    trees: int | None = None
    chosen: tuple[str, ...] = ()
    """What the question left open and was chosen, in words."""

    @property
    def split(self) -> bool:
        """Whether some rows are held out."""
        return self.test_size is not None or self.every is not None

    def __str__(self) -> str:
        name = {"linear": "linear regression", "logistic": "logistic regression"}.get(self.kind, self.kind)
        return f"{name} of {self.target.label} on {', '.join(c.label for c in self.features)}"


def model(task: Task) -> Model | None:
    """The model that the text asks for; None when there is none, or when target or features stay unclear."""
    said = phrases(task.text, task.table)
    kind = next((name for pattern, name in _KINDS if re.search(pattern, said.text, re.I)), None)
    target = _target(said, task) if kind else None
    if kind is None or target is None:
        return None
    features = _features(said, target, task)
    if not features:
        return None
    low = said.text.lower()
    every = re.search(r"multiples? of (\d+)[^.;]{0,40}test|every (\d+)(?:th|rd|nd)? row[^.;]{0,30}test", low)
    classifies = kind in ("logistic", "bayes") or (
        kind != "linear"
        and (not target.numeric or target.binary or re.search(r"classif|accuracy", low) is not None)
    )
    share = _test_size(low) if not every and re.search(_TRAINS, low) else None
    seed = _number(r"(?:random[_ ]?(?:state|seed)|\bseed)[^.;\d]{0,20}(\d+)", low)
    ordered = (
        re.search(r"shuffle ?= ?false|without shuffling|chronological\w*|the last \d+ ?%", low) is not None
    )
    return Model(
        kind,
        target,
        features,
        test_size=_TEST_SIZE if share == 0 else share,
        seed=_SEED if seed is None else seed,
        chosen=tuple(_chosen(share, seed, ordered)),
        every=int(every[1] or every[2]) if every else None,
        ordered=ordered,
        classifies=classifies or (kind == "linear" and target.type == "boolean"),
        penalty=not re.search(
            r"(?:without|no) (?:any )?(?:regulari[sz]ation|penalty)|unregulari[sz]ed|unpenali[sz]ed", low
        ),
        intercept=not re.search(r"(?:without|no) (?:an? |any )?(?:intercept|constant)", low),
        depth=_number(r"max(?:imum)?[_ ]?depth[^.;\d]{0,12}(\d+)", low),
        trees=_number(r"n_estimators[^.;\d]{0,10}(\d+)|(\d+) trees", low),
    )


def _number(pattern: str, text: str, default: int | None = None) -> int | None:
    match = re.search(pattern, text)
    return int(next(g for g in match.groups() if g)) if match else default


def _test_size(low: str) -> float:
    """The share of rows for the test; 0 when none is named."""
    for pattern in _SPLITS:
        if match := re.search(pattern, low):
            share = float(match[1])
            return share if share < 1 else share / 100
    train = re.search(r"(\d{2}) ?(?:%|percent)[^.;%]{0,30}\btrain", low)
    return 1 - float(train[1]) / 100 if train else 0.0


def _chosen(share: float | None, seed: int | None, ordered: bool) -> Iterator[str]:
    """What the question leaves open about the rows that are held out."""
    if share == 0:
        yield f"The question names no share of rows for the test: I took {_TEST_SIZE:.0%}."
    if share is not None and seed is None and not ordered:
        yield f"It names no random seed for the split: I took {_SEED}; with another one the figures differ."


def _target(said: Phrases, task: Task) -> Column | None:
    for pattern in _TARGETS:
        for match in re.finditer(pattern, said.text, re.I):
            if (column := said.column(match[1])) is not None:
                return column
    return _akin(said, task)


def _akin(said: Phrases, task: Task) -> Column | None:
    """The column whose name begins like a word after "predict": survival ~ Survived."""
    match = re.search(r"\bpredict\w* ((?:\w+ ){0,5}\w+)", said.text, re.I)
    for word in match[1].lower().split() if match else ():
        for column in task.table.columns:
            if len(word) > 5 and column.name.lower()[:6] == word[:6]:
                return column
    return None


def _features(said: Phrases, target: Column, task: Task) -> tuple[Column, ...]:
    """The columns said to be the predictors; else all named ones; else, where all others are meant, those."""
    for pattern in _FEATURES:
        for match in re.finditer(pattern, said.text, re.I):
            found = tuple(c for c in said.columns(match[1]) if c != target)
            if found and not re.match(r"\s*(?:the )?(?:mean|median|mode)\b", match[1]):
                return found
    if re.search(
        r"\ball (?:the )?(?:other|remaining|rest|available)?\b[^.;]{0,20}(?:columns|features|variables)",
        said.text,
        re.I,
    ):
        return tuple(c for c in task.table.columns if c != target and c.numeric)
    return tuple(c for c in task.columns if c != target and (c.numeric or c.category))
