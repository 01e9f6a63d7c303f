"""Work that the grammar does not know yet. Where a question asks for it, a plain figure would be a wrong answer, and is not given as one."""

from __future__ import annotations

import re

WORK: dict[str, str] = {
    r"outliers?|winsor\w+|trimmed": "treating outliers",
    r"imput\w+|interpolat\w+|fill(?:ed|ing)?(?: in)?(?: the)? (?:gaps|missing|them)|replac(?:e|ed|ing)": "filling in values",
    r"regress\w*|least squares|fit(?:ted|ting)?|predict(?:ed|ing|ion|ions|s)?|forecast\w*|train(?:ed|ing)?|machine learning|"
    r"classif\w+|cluster\w*|random forest|decision tree|random_state|pca|principal components?|odds ratio": "fitting models",
    r"rolling|moving (?:average|mean)|trailing|cumulative|running (?:total|sum)|lag(?:ged)?": "running figures",
    r"z-?scores?|standardi[sz]\w+|normali[sz]\w+|min-max|log(?:arithm\w*|-?transform\w*)?(?= |$)|log10": "transforming values",
    r"(?:largest|biggest|greatest|highest|smallest|steepest|sharpest|fastest|"
    r"most) (?:\w+ )?(?:fall|rise|increase|drop|decrease|decline|growth|change|jump)"
    r"|(?:grew|grow|rose|fell|declined|increased|decreased) (?:the )?(?:fastest|most|least|slowest)"
    r"|(?:percent|percentage) change|growth rates?|year[- ]over[- ]year|"
    r"month[- ]over[- ]month|first (?:exceed|produce|reach)\w*": "changes from one period to the next",
    r"(?:new|derived) (?:feature|column|variable)s?|(?:create|generate|add) an? |"
    r"feature engineering|bins?|binn(?:ed|ing)|categori[sz]e[sd]?": "making new columns",
    r"join(?:ed|ing)?|merge[sd]?|merging": "joining tables",
    r"clean(?:ed|ing)?|dedupl\w+|trim|unify|misspel\w+|typing errors?": "cleaning",
    r"(?:than|above|below|exceed\w*|over|under) (?:the |their |its )?(?:\w+ )?(?:average|mean|median)": "comparing with a computed value",
    r"pivot\w*|reshap\w+|wide to long|melt": "reshaping",
    r"anomal(?:y|ies)|weighted|percentiles?|quantiles?|confidence intervals?": "this statistic",
}
"""Pattern → what it is. A kind of question that learns to do one of these takes it out of here."""

_SELECTS = re.compile(
    r"^(?:exclude|drop|remove|filter|only|(?:consider|count|use|include|calculate|keep) only)\b", re.I
)

TESTS = (
    r"shapiro\w*|normal(?:ly)?(?: distribut\w+)?(?= |$)|normality|anova|chi-?squared?|t-?test|p-?values?|hypothesis|"
    r"kolmogorov\w*|mann-?whitney|significan(?:t|tly|ce)|confidence|independent|anderson\w*"
)
"""Tests: a figure beside them stays right, but it is not the test."""

_REPORTS = frozenset({"correlation", "difference", "statistic", "count"})


def work(text: str) -> tuple[str, ...]:
    """What a text asks for that is not known yet, each once."""
    said = text.lower()
    return tuple(
        dict.fromkeys(
            name for pattern, name in WORK.items() if re.search(rf"(?<!\w)(?:{pattern})(?!\w)", said)
        )
    )


def selects(said: str) -> bool:
    """Whether an instruction chooses rows; leaving out missing values is what the statistics do anyway."""
    return bool(_SELECTS.match(said)) and not re.search(r"\b(?:missing|null|nan|empty|na)\b", said, re.I)


def tests(text: str) -> bool:
    """Whether a text asks for a test."""
    return re.search(rf"(?<!\w)(?:{TESTS})(?!\w)", text.lower()) is not None


def is_answer(kind: str, text: str) -> bool:
    """Whether this kind of question can stand as the answer to a text that may ask for a test."""
    return kind in _REPORTS or not tests(text)
