"""What is read from the code alone: an assignment without effect, the target among the features, leaks, many tests."""

from __future__ import annotations

from typing import Any

import pytest

from analyst.trust.ledger import Past, judge

FRAME: dict[str, Any] = {
    "what": "frame", "name": "df", "rows": 100, "hash": "0",
    "columns": [["age", "int64", 0], ["fare", "float64", 0], ["survived", "int64", 0]],
}  # fmt: skip
LOADED = Past("df = pd.read_csv('a.csv')", [FRAME], ["df"])
SPLIT = "X_train, X_test, y_train, y_test = train_test_split(X, y)"
XY = "X = df[['age', 'fare']]\ny = df['survived']\n"


def said(code: str, *past: str) -> list[str]:
    return [f"{f.rule}: {f.text}" for f in judge(code, (), [LOADED, *map(Past, past)])]


SPEAKS = {
    "a filter, then a column": ("df[df.age > 3]['fare'] = 0", "chained: line 1: df[df.age > 3]['fare'] assigns to a copy"),
    "a column, then rows": ("df['fare'][df.age > 3] = 0", "assigns to a copy: the table stays as it is. Use df.loc["),
    "loc, then a column": ("df.loc[df.age > 3]['fare'] = 0", "assigns to a copy"),
    "in place on a column": ("df['age'].fillna(0, inplace=True)", "chained: line 1: df['age'].fillna(0, inplace=True) changes a copy"),
    "target in the features": ("X = df\ny = df['survived']\nLogisticRegression().fit(X, y)", "target: line 3: the target survived is among"),
    "target in a list": (
        "cols = ['age', 'survived']\nX_train, X_test, a, b = train_test_split(df[cols], df.survived)",
        "the target survived is among the features that train_test_split is given",
    ),
    "the target was not dropped": ("cross_val_score(m, df.drop(columns=['age']), df['survived'])", "target: line 1"),
    "target in a formula": ("smf.ols('fare ~ age + fare', data=df).fit()", "target: line 1: the target fare is among the features of the formula"),
    "scaled, then split": (
        XY + "scaler = StandardScaler()\nX = scaler.fit_transform(X)\n" + SPLIT,
        "scaler: line 5: StandardScaler learnt from all rows before train_test_split",
    ),
    "imputed at once": (
        XY + "X = SimpleImputer(strategy='mean').fit_transform(X)\ncross_val_score(model, X, y)",
        "scaler: line 4: SimpleImputer learnt from all rows before cross_val_score",
    ),
    "fitted, then transformed": (
        XY + "s = MinMaxScaler().fit(X)\nZ = s.transform(X)\nA = pd.DataFrame(Z)\nB, C = train_test_split(A)",
        "scaler: line 6: MinMaxScaler",
    ),
    "oversampled, then split": (XY + "X, y = SMOTE().fit_resample(X, y)\n" + SPLIT, "scaler: line 4: SMOTE"),
    "many tests at once": (
        "\n".join(f"ttest_ind(df.age, df.fare, axis={n})" for n in range(6)),
        "tests: 6 tests of significance without a correction",
    ),
    "tests in a loop": ("for c in df.columns:\n    print(stats.pearsonr(df[c], df.fare))", "tests: many tests of significance"),
    "in a comprehension": ("p = {c: stats.mannwhitneyu(df[c], df.fare).pvalue for c in 'a b c d e'.split()}", "tests: many tests"),
}  # fmt: skip


@pytest.mark.parametrize("name", SPEAKS)
def test_it_speaks(name: str) -> None:
    code, text = SPEAKS[name]
    assert text in "\n".join(said(code))
    assert len(said(code)) == 1


def test_names_are_followed_over_cells() -> None:
    assert "StandardScaler" in said(SPLIT, XY + "X = StandardScaler().fit_transform(X)")[0]
    assert "the target survived" in said("model.fit(X, y)", "X = df.copy()", "y = df['survived']")[0]


def test_many_tests_are_told_once_over_the_cells() -> None:
    one = "stats.ttest_ind(df.age, df.fare)"
    told = [
        "tests: 5 tests of significance without a correction: chance alone makes some of them significant."
    ]
    assert said(one, one, one, one) == []
    assert said(one, one, one, one, one) == told
    assert said(one, one, one, one, one, one) == []


SILENT = {
    "loc": "df.loc[df.age > 3, 'fare'] = 0",
    "a column": "df['fare'] = 0",
    "a dict of dicts": "d = {}\nd['a']['b'] = 1",
    "assigned back": "df['age'] = df['age'].fillna(0)",
    "the frame in place": "df.fillna(0, inplace=True)",
    "a clean split": XY + SPLIT + "\nm.fit(X_train, y_train)",
    "target dropped": "X = df.drop(columns=['survived'])\nLogisticRegression().fit(X, df['survived'])",
    "target dropped by axis": "X = df.drop('survived', axis=1)\nLogisticRegression().fit(X, df['survived'])",
    "unknown columns": "X = make(df)\nLogisticRegression().fit(X, df['survived'])",
    "a formula": "smf.ols('fare ~ age + C(survived)', df).fit()",
    "a formula with a transformed namesake": "smf.ols('fare ~ fare_before + age', df).fit()",
    "split, then scaled": XY
    + SPLIT
    + "\ns = StandardScaler()\nA = s.fit_transform(X_train)\nB = s.transform(X_test)",
    "split, then all scaled for a plot": XY
    + SPLIT
    + "\nX = StandardScaler().fit_transform(X)\nplt.scatter(X[:, 0], X[:, 1])",
    "in a pipeline": XY
    + "p = make_pipeline(StandardScaler(), LogisticRegression())\ncross_val_score(p, X, y)",
    "scaled for clusters": XY + "Z = StandardScaler().fit_transform(X)\nKMeans(3).fit(Z)",
    "taken back by a new value": XY + "X = StandardScaler().fit_transform(X)\nX = df[['age']]\n" + SPLIT,
    "two tests": "ttest_ind(df.age, df.fare)\nshapiro(df.age)",
    "corrected": "for c in df:\n    p.append(ttest_ind(df[c], df.fare).pvalue)\nmultipletests(p, method='holm')",
    "no tests in a loop": "for c in df.columns:\n    print(c, df[c].mean())",
    "a short loop": "for c in ['age', 'fare']:\n    print(pearsonr(df[c], df.survived))",
    "checks of assumptions": "for c in df.columns:\n    print(shapiro(df[c]))",
    "magics": "%matplotlib inline\ndf['fare'] = 1",
    "no Python": "this is no Python [",
}


@pytest.mark.parametrize("name", SILENT)
def test_it_is_silent(name: str) -> None:
    assert said(SILENT[name]) == []
