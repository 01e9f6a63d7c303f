"""Slots about a fitted model: its errors, coefficients, accuracy, predictions."""

from __future__ import annotations

import re

from ..code import names, quote
from ..survey import Column
from .modelling import Model, model
from .task import Ask
from .work import Work

_ESTIMATORS = {
    ("linear", False): ("linear_model", "LinearRegression"),
    ("linear", True): ("linear_model", "LogisticRegression"),
    ("logistic", True): ("linear_model", "LogisticRegression"),
    ("tree", False): ("tree", "DecisionTreeRegressor"),
    ("tree", True): ("tree", "DecisionTreeClassifier"),
    ("forest", False): ("ensemble", "RandomForestRegressor"),
    ("forest", True): ("ensemble", "RandomForestClassifier"),
    ("boosting", False): ("ensemble", "GradientBoostingRegressor"),
    ("boosting", True): ("ensemble", "GradientBoostingClassifier"),
    ("neighbours", False): ("neighbors", "KNeighborsRegressor"),
    ("neighbours", True): ("neighbors", "KNeighborsClassifier"),
    ("vectors", False): ("svm", "SVR"),
    ("vectors", True): ("svm", "SVC"),
    ("bayes", True): ("naive_bayes", "GaussianNB"),
}
_FITTING = "fitting models"


def resolve(ask: Ask, work: Work) -> str | None:
    """The value of a slot that asks for something of a model."""
    wanted = model(work.task)
    if wanted is None or not _asks(ask, wanted):
        return None
    expression = _expression(ask, wanted, work)
    if expression is not None:
        work.does.update({_FITTING, "transforming values"})
    return expression


_ERRORS = r"rmse|mse|mae|root mean|mean squared|mean absolute|squared error|absolute error"
_FIT = r"r2|r 2|r squared|r square|determination|score|accuracy|precision|recall|f1|auc"
_PARTS = r"coef\w*|slope|beta|b|intercept|constant|odd|odd ratio|p|p value|pvalue|predict\w*|significan\w+|relationship"


def _asks(ask: Ask, wanted: Model) -> bool:
    """Whether a slot is about the model and not about the data."""
    if ask.has(_ERRORS) or ask.has(_FIT):
        return True
    correlated = ask.has(r"corr\w*|pearson")
    return ask.has(r"predict\w*") or (ask.has(_PARTS) and not correlated) or (correlated and wanted.split)


def _expression(ask: Ask, wanted: Model, work: Work) -> str | None:
    name = " ".join(ask.words)

    def has(pattern: str) -> bool:
        return re.search(rf"\b(?:{pattern})\b", name) is not None

    if has(r"rmse|root mean \w+( error)?|root mean"):
        return f"{_squared(wanted, work)} ** 0.5"
    if has(r"mse|mean squared|squared error"):
        return _squared(wanted, work)
    if has(r"mae|absolute error|mean absolute"):
        actual, predicted = _predictions(wanted, work)
        return f"({actual} - {predicted}).abs().mean()"
    if has(r"precision|recall|f1"):
        metric = next(m for m in ("precision", "recall", "f1") if m in name)
        return _metric(f"{metric}_score", wanted, work)
    if has("accuracy") and not wanted.classifies:
        actual, predicted = _predictions(wanted, work)
        return f"(({predicted} >= 0.5) == {actual}).mean()" if wanted.target.binary else None
    if has(r"accuracy|score") or (wanted.classifies and has(r"correct")):
        return _metric("accuracy_score" if wanted.classifies else "r2_score", wanted, work)
    if has(r"r2|r 2|r squared?|determination"):
        return _metric("r2_score", wanted, work)
    if has(r"corr\w*|pearson"):
        actual, predicted = _predictions(wanted, work)
        return f"np.corrcoef({actual}, {predicted})[0, 1]"
    if has(r"predict\w*"):
        return _predicted(ask, wanted, work)
    return _coefficient(ask, wanted, work, name)


# ── coefficients ────────────────────────────────────────────────────────────────────────────────────────────────────


def _coefficient(ask: Ask, wanted: Model, work: Work, name: str) -> str | None:
    if (
        wanted.kind not in ("linear", "logistic")
        or wanted.split
        and not wanted.classifies
        and "p" in ask.words
    ):
        return None
    if re.search(r"\b(?:intercept|constant)\b", name):
        fitted = _fitted(wanted, work)
        return f"float({fitted}.intercept_[0])" if wanted.classifies else f"float({fitted}.intercept_)"
    column = _feature(ask, wanted, work)
    if column is None:
        return None
    if re.search(r"\bodd", name):
        return f"np.exp({_slopes(wanted, work)}[{quote(column.name)}])"
    if re.search(r"\b(?:p|pvalue|p value)\b", name):
        return f"{_p_values(wanted, work)}[{quote(column.name)}]" if wanted.kind == "linear" else None
    if re.search(r"\b(?:coef\w*|slope|beta|b)\b", name):
        return f"{_slopes(wanted, work)}[{quote(column.name)}]"
    return _significance(ask, wanted, work, column)


def _significance(ask: Ask, wanted: Model, work: Work, column: Column) -> str | None:
    """Whether a coefficient differs from zero, in the slot's own two words."""
    if len(ask.options) != 2 or wanted.kind != "linear":
        return None
    denied = [o for o in ask.options if re.search(r"\b(?:not|no|non|false|in\w*significant)\b", o, re.I)]
    if len(denied) != 1:
        return None
    affirmed = next(o for o in ask.options if o != denied[0])
    level = work.task.match(r"(?:alpha|significance level|level)\D{0,20}(0?\.\d+)")
    p = f"{_p_values(wanted, work)}[{quote(column.name)}]"
    return f"{quote(affirmed)} if {p} < {level[1] if level else '0.05'} else {quote(denied[0])}"


def _feature(ask: Ask, wanted: Model, work: Work) -> Column | None:
    """The predictor that a slot speaks of: in its name, in what is said of it, or the only one there is."""
    if ask.column in wanted.features:
        return ask.column
    text = f"{ask.said} {ask.own}".lower()
    named = [
        c for c in wanted.features if re.search(rf"(?<![^\W_]){re.escape(c.name.lower())}(?![^\W_])", text)
    ]
    if len(named) == 1:
        return named[0]
    asked = work.task.match(r"(?:odds ratio|coefficient|slope|effect) (?:of|for)[^.;«]{0,40}«(\d+)»")
    if asked and (column := work.task.column(asked[1])) in wanted.features:
        return column
    return wanted.features[0] if len(wanted.features) == 1 else None


def _slopes(wanted: Model, work: Work) -> str:
    fitted = _fitted(wanted, work)
    values = f"{fitted}.coef_[0]" if wanted.classifies else f"{fitted}.coef_"
    return work.once("slopes", "slopes", lambda v: [f"{v} = pd.Series({values}, index=features.columns)"])


def _p_values(wanted: Model, work: Work) -> str:
    """Two-sided t tests of the coefficients; the usual standard errors of least squares."""
    fitted = _fitted(wanted, work)
    return work.once(
        "p values of slopes",
        "p_values",
        lambda v: [
            "design = np.column_stack([np.ones(len(features)), features])",
            f"residuals = target - {fitted}.predict(features)",
            "freedom = len(design) - design.shape[1]",
            "variance = (residuals**2).sum() / freedom * np.linalg.inv(design.T @ design)",
            f"t = {fitted}.coef_ / np.sqrt(np.diag(variance))[1:]",
            f"{v} = pd.Series(2 * stats.t.sf(abs(t), freedom), index=features.columns)",
        ],
    )


# ── fitting ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _fitted(wanted: Model, work: Work) -> str:
    """The fitted model; writes frame, features, target, split and fit once."""
    module, name = _ESTIMATORS[wanted.kind, wanted.classifies]
    columns = (*wanted.features, wanted.target)

    def lines(variable: str) -> list[str]:
        text = [c for c in wanted.features if not c.numeric and c.type != "boolean"]
        dummies = f"pd.get_dummies(known[{names(wanted.features)}], drop_first=True, dtype=float)"
        return [
            f"from sklearn.{module} import {name}",
            f"known = {work.after}[{names(columns)}].dropna()"
            + (".reset_index(drop=True)" if wanted.every else ""),
            f"features = {dummies if text else f'known[{names(wanted.features)}]'}",
            f"target = known[{quote(wanted.target.name)}]",
            *_split(wanted),
            f"{variable} = {name}({_settings(wanted)}).fit({'train, y_train' if wanted.split else 'features, target'})",
        ]

    work.chosen.update(dict.fromkeys(wanted.chosen))
    return work.once("model", "model", lines)


def _split(wanted: Model) -> list[str]:
    if wanted.every:
        return [
            f"held_out = known.index % {wanted.every} == 0",
            "train, test = features[~held_out], features[held_out]",
            "y_train, y_test = target[~held_out], target[held_out]",
        ]
    if wanted.test_size is None:
        return []
    how = "shuffle=False" if wanted.ordered else f"random_state={wanted.seed}"
    return [
        "from sklearn.model_selection import train_test_split",
        f"train, test, y_train, y_test = train_test_split(features, target, test_size={wanted.test_size:g}, {how})",
    ]


def _settings(wanted: Model) -> str:
    settings = []
    if wanted.kind in ("tree", "forest", "boosting"):
        settings += [f"max_depth={wanted.depth}"] if wanted.depth else []
        settings += [f"n_estimators={wanted.trees}"] if wanted.trees else []
        settings.append(f"random_state={wanted.seed}")
    elif wanted.classifies and wanted.kind in ("linear", "logistic"):
        settings += (
            ["max_iter=1000"] if wanted.penalty else ["C=np.inf", 'solver="newton-cholesky"', "max_iter=1000"]
        )
    if wanted.kind in ("linear", "logistic") and not wanted.intercept:
        settings.append("fit_intercept=False")
    return ", ".join(settings)


def _predictions(wanted: Model, work: Work) -> tuple[str, str]:
    """The variables of actual and predicted values: of the rows held out, where there are any."""
    fitted = _fitted(wanted, work)
    rows, actual = ("test", "y_test") if wanted.split else ("features", "target")
    predicted = work.once("predicted", "predicted", lambda v: [f"{v} = {fitted}.predict({rows})"])
    return actual, predicted


def _squared(wanted: Model, work: Work) -> str:
    actual, predicted = _predictions(wanted, work)
    return f"(({actual} - {predicted}) ** 2).mean()"


def _metric(metric: str, wanted: Model, work: Work) -> str:
    actual, predicted = _predictions(wanted, work)
    work.once(metric, metric, lambda v: [f"from sklearn.metrics import {v}"])
    return f"{metric}({actual}, {predicted})"


def _predicted(ask: Ask, wanted: Model, work: Work) -> str | None:
    """A prediction: for given values of the predictors, or how many rows are predicted to be positive."""
    task = work.task
    if wanted.classifies and (
        ask.explains(r"count|number|how many") or ask.has(r"count|number|n") or task.says("number of")
    ):
        bound = task.number(
            r"probabilit\w+[^.;]{0,40}?(?:at least|above|over|>=|>|of|exceed\w*) ?(0?\.\d+)", 0.5
        )
        sign = (
            ">"
            if task.says(r"probabilit\w+[^.;]{0,30}?(?:above|over|more than|greater than|exceed\w*)")
            else ">="
        )
        return f"int(({_fitted(wanted, work)}.predict_proba(features)[:, 1] {sign} {bound:g}).sum())"
    values = [_given(c, task.low, work) for c in wanted.features]
    if any(v is None for v in values):
        return None
    given = ", ".join(f"{quote(c.name)}: [{v}]" for c, v in zip(wanted.features, values, strict=True))
    return f"{_fitted(wanted, work)}.predict(pd.DataFrame({{{given}}}))[0]"


def _given(column: Column, low: str, work: Work) -> str | None:
    """The value for which a prediction is wanted: "for a weight of 3000", "when «n» is 12"."""
    for match in re.finditer(r"«(\d+)» (?:value )?(?:is |= ?|of |equals |equal to )(-?\d+(?:\.\d+)?)", low):
        if work.task.column(match[1]) == column:
            return match[2]
    return None
