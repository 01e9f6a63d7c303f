"""What the corpus is about: data of several domains, and the code by which an analyst would look at them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """A frame `df`, and which of its columns the questions are about."""

    name: str
    load: str
    group: str
    column: str
    other: str
    measure: str
    unit: str
    noun: str
    date: str = ""
    style: int = 0


def _csv(name: str, more: str = "") -> str:
    return f'import pandas as pd\ndf = pd.read_csv("{name}")\n{more}'


def _made(seed: int, body: str) -> str:
    return f"import numpy as np\nimport pandas as pd\nrng = np.random.default_rng({seed})\n{body}"


_SALES = _made(
    3,
    'n = 730\ndf = pd.DataFrame({"day": pd.date_range("2021-01-04", periods=n), "region": rng.choice(["North", "South", "East", "West"], n)})\n'
    'base = df["region"].map({"North": 18400.0, "South": 12650.0, "East": 15890.0, "West": 9120.0})\n'
    'df["visits"] = rng.poisson(base / 40)\ndf["revenue"] = (base * rng.lognormal(0, 0.3, n) + 2 * df["visits"]).round(2)',
)
_CLINIC = _made(
    5,
    'n = 412\ndf = pd.DataFrame({"arm": rng.choice(["placebo", "low dose", "high dose"], n, p=[0.4, 0.35, 0.25]), "age": rng.integers(19, 84, n)})\n'
    'df["pressure"] = (150 - df["arm"].map({"placebo": 0, "low dose": 6.5, "high dose": 13.2}) + 0.2 * df["age"] + rng.normal(0, 9, n)).round(1)',
)
_WEB = _made(
    7,
    'n = 1860\ndf = pd.DataFrame({"channel": rng.choice(["search", "mail", "social", "direct", "ads"], n), "pages": rng.integers(1, 25, n)})\n'
    'df["rate"] = (0.02 + 0.004 * df["pages"] + df["channel"].map({"search": 0.05, "mail": 0.11, "social": 0.02, "direct": 0.08, "ads": 0.03})\n'
    "    + rng.normal(0, 0.02, n)).clip(0).round(4)",
)
_PLANT = _made(
    11,
    'n = 288\ndf = pd.DataFrame({"day": pd.date_range("2019-03-01", periods=n), "line": rng.choice(["L-alpha", "L-beta", "L-gamma"], n)})\n'
    'df["hours"] = rng.uniform(4, 23, n).round(2)\n'
    'df["scrap"] = (0.9 * df["hours"] + df["line"].map({"L-alpha": 4.1, "L-beta": 9.6, "L-gamma": 6.7}) + rng.normal(0, 2.2, n)).clip(0).round(3)',
)
_POWER = _made(
    13,
    'n = 900\ndf = pd.DataFrame({"country": rng.choice(["Norway", "Spain", "Poland", "Italy"], n), "wind": rng.gamma(3, 2.5, n).round(2)})\n'
    'df["output"] = (1.2e6 * df["country"].map({"Norway": 4.2, "Spain": 3.1, "Poland": 1.4, "Italy": 2.3}) + 4e4 * df["wind"] + rng.normal(0, 2e5, n)).round(0)',
)
_HOTEL = _made(
    17,
    'n = 640\ndf = pd.DataFrame({"city": rng.choice(["Lisbon", "Vienna", "Oslo", "Prague"], n), "nights": rng.integers(1, 14, n)})\n'
    'df["price"] = (df["city"].map({"Lisbon": 92.0, "Vienna": 131.0, "Oslo": 174.0, "Prague": 78.0}) - 1.4 * df["nights"] + rng.normal(0, 14, n)).round(2)',
)

SOURCES: tuple[Source, ...] = (
    Source("penguins-species", _csv("penguins.csv"), "species", "body_mass_g", "flipper_length_mm", "body mass", "g", "penguins"),
    Source("penguins-island", _csv("penguins.csv"), "island", "bill_length_mm", "bill_depth_mm", "bill length", "mm", "birds", style=1),
    Source("weather", _csv("seattle_weather.csv"), "weather", "temp_max", "temp_min", "maximum temperature", "°C", "days", "date", 2),
    Source("wind", _csv("seattle_weather.csv"), "weather", "wind", "precipitation", "wind speed", "m/s", "days", "date", 3),
    Source("grunfeld", _csv("grunfeld.csv"), "firm", "invest", "capital", "investment", "million dollars", "firm years", style=1),
    Source("value", _csv("grunfeld.csv"), "firm", "value", "invest", "market value", "million dollars", "records", style=3),
    Source("gdp", _csv("macrodata.csv", 'df["decade"] = (df["year"] // 10 * 10).astype(int).astype(str) + "s"'), "decade", "realgdp", "unemp", "real GDP", "billion dollars", "quarters", style=2),
    Source("crime", _csv("statecrime.csv", 'df["poor"] = pd.cut(df["poverty"], [0, 11, 14, 99], labels=["low", "middle", "high"]).astype(str)'), "poor", "violent", "murder", "violent crime rate", "per 100,000", "states", style=0),
    Source("sales", _SALES, "region", "revenue", "visits", "revenue", "EUR", "days", "day", 1),
    Source("clinic", _CLINIC, "arm", "pressure", "age", "blood pressure", "mmHg", "patients", style=2),
    Source("web", _WEB, "channel", "rate", "pages", "conversion rate", "", "sessions", style=3),
    Source("plant", _PLANT, "line", "scrap", "hours", "scrap", "kg", "shifts", "day", 0),
    Source("power", _POWER, "country", "output", "wind", "output", "kWh", "readings", style=1),
    Source("hotel", _HOTEL, "city", "price", "nights", "price", "EUR", "bookings", style=2),
)  # fmt: skip


def cells(s: Source) -> list[str]:
    """The cells of a run: the same facts, shown in one of four ways."""
    dates = f"print('from', df['{s.date}'].min(), 'to', df['{s.date}'].max())\n" if s.date else ""
    peak = f"print('highest {s.column}:', df.loc[df['{s.column}'].idxmax(), '{s.date}'])\n" if s.date else ""
    by, col, r = (
        f"df.groupby('{s.group}')['{s.column}']",
        f'df["{s.column}"]',
        f'df["{s.column}"].corr(df["{s.other}"])',
    )
    load = s.load + "\nprint(df.shape)"
    if s.style == 0:
        return [
            load,
            f"by = df.groupby('{s.group}')['{s.column}'].agg(['size', 'mean', 'median', 'std', 'min', 'max'])\nby",
            f"{dates}{peak}r = {r}\nprint(f'n = {{len(df)}}, mean = {{{col}.mean()}}, median = {{{col}.median()}}, sd = {{{col}.std()}}')\n"
            f"print('min', {col}.min(), 'max', {col}.max(), 'missing', {col}.isna().sum())\nprint('r =', r)",
        ]
    if s.style == 1:
        return [
            load + f"\ndf['{s.column}'].describe()",
            f"{dates}{peak}means = {by}.mean().sort_values(ascending=False)\nprint(means.to_string())\ndf['{s.group}'].value_counts()",
            f"print('median:', {col}.median())\nprint('Pearson correlation of {s.column} and {s.other}:', {r})",
        ]
    if s.style == 2:
        return [
            load,
            f"{{k: float(v) for k, v in {by}.mean().items()}}",
            f"{dates}{peak}print(df['{s.group}'].value_counts().to_dict())\nmean, median, sd = {col}.mean(), {col}.median(), {col}.std()\n"
            f"print(mean, median, sd, sep='\\n')",
            f"lowest, highest = {col}.min(), {col}.max()\nprint(lowest, highest)\nr = {r}\nr",
        ]
    return [
        load + "\ndf.describe()",
        f"{dates}{peak}import matplotlib.pyplot as plt\nmeans = {by}.mean()\nax = means.plot.bar(title='mean {s.column} by {s.group}')\nplt.show()\nmeans.reset_index()",
        f"df.groupby('{s.group}').size().to_frame('n')",
        f"df[['{s.column}', '{s.other}']].corr()",
        f"df['{s.column}'].median()",
    ]


def truth(s: Source) -> str:
    """Code that prints what is true, at full precision, as JSON; it is no part of the run."""
    dates = (
        f"values |= dict(first=str(df['{s.date}'].min())[:10], last=str(df['{s.date}'].max())[:10], "
        f"peak=str(df.loc[df['{s.column}'].idxmax(), '{s.date}'])[:10])\n"
        if s.date
        else ""
    )
    return (
        f"import json\nby, col = df.groupby('{s.group}')['{s.column}'], df['{s.column}']\n"
        "means = by.mean().sort_values(ascending=False)\n"
        "values = dict(order=[str(i) for i in means.index], means={str(k): float(v) for k, v in means.items()},\n"
        f"    counts={{str(k): int(v) for k, v in df.groupby('{s.group}').size().items()}}, rows=len(df), mean=float(col.mean()),\n"
        "    median=float(col.median()), sd=float(col.std()), min=float(col.min()), max=float(col.max()),\n"
        f"    r=float(col.corr(df['{s.other}'])))\n{dates}print(json.dumps(values))"
    )
