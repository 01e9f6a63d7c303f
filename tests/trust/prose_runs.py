"""What the hand-written answers are about beside the runs of the other parts: tests, a crosstab, a time series, a join, a clock."""

from __future__ import annotations

RUNS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "ttest": (
        "Do male and female penguins differ in body mass?",
        ("penguins.csv",),
        (
            'import pandas as pd\nfrom scipy import stats\ndf = pd.read_csv("penguins.csv")\nknown = df.dropna(subset=["sex", "body_mass_g"])\nlen(df), len(known)',
            'male = known.loc[known["sex"] == "male", "body_mass_g"]\nfemale = known.loc[known["sex"] == "female", "body_mass_g"]\nstats.ttest_ind(male, female, equal_var=False)',
            'print("male", male.mean(), male.std(), len(male))\nprint("female", female.mean(), female.std(), len(female))\n'
            'pooled = ((male.var() + female.var()) / 2) ** 0.5\nprint("Cohen\'s d:", (male.mean() - female.mean()) / pooled)',
            'line = stats.linregress(known["flipper_length_mm"], known["body_mass_g"])\nprint(f"slope {line.slope:.3f} intercept {line.intercept:.1f} '
            'R2 {line.rvalue ** 2:.4f} p {line.pvalue:.3g}")',
            'pd.crosstab(df["species"], df["island"])',
            'df["species"].value_counts(normalize=True)',
        ),
    ),
    "yearly": (
        "How did US real GDP and unemployment develop?",
        ("macrodata.csv",),
        (
            'import pandas as pd\ndf = pd.read_csv("macrodata.csv")\nyears = df.groupby("year").agg(realgdp=("realgdp", "mean"), unemp=("unemp", "mean"))\nyears.tail(8)',
            'growth = years["realgdp"].pct_change() * 100\nprint(growth.describe())\nprint("worst year", growth.idxmin(), round(growth.min(), 3))\nprint("best year", growth.idxmax(), round(growth.max(), 3))',
            'print("1960:", years.loc[1960, "realgdp"], "2008:", years.loc[2008, "realgdp"])\nprint("unemployment peak", years["unemp"].idxmax(), years["unemp"].max())\n(growth < 0).sum()',
        ),
    ),
    "airports": (
        "How many airports are there per census region?",
        ("airports.csv", "regions.csv"),
        (
            'import pandas as pd\nairports, regions = pd.read_csv("airports.csv"), pd.read_csv("regions.csv")\nprint(airports.shape, regions.shape)\nairports.isna().sum()',
            'joined = airports.merge(regions, on="state", how="left")\njoined["region"].value_counts(dropna=False)',
            'joined["state"].value_counts().head(5)',
            'airports.loc[airports["latitude"].idxmax(), ["iata", "name", "city", "state", "latitude"]]',
            '(joined.groupby("region")["state"].nunique())',
        ),
    ),
    "visits": (
        "When do people come to the shop, and how much do they spend?",
        (),
        (
            "import numpy as np\nimport pandas as pd\nrng = np.random.default_rng(21)\n"
            'n = 48_210\nstart = pd.Timestamp("2023-03-06")\nwhen = start + pd.to_timedelta(rng.integers(0, 28, n), "D") + pd.to_timedelta((rng.normal(15, 2.6, n).clip(7, 21.9) * 60).astype(int), "min")\n'
            'df = pd.DataFrame({"when": when, "spent": rng.lognormal(3, 0.8, n).round(2), "member": rng.random(n) < 0.31})\nprint(df["when"].min(), df["when"].max(), len(df))',
            'hours = df.groupby(df["when"].dt.hour).size()\nhours',
            'print("busiest quarter hour:", df["when"].dt.floor("15min").dt.time.value_counts().idxmax())\nprint("median time:", (df["when"].dt.hour * 60 + df["when"].dt.minute).median() / 60)\n'
            'df.groupby("member")["spent"].agg(["count", "mean", "sum"])',
            'print("total", df["spent"].sum())\nprint(df["spent"].quantile([0.1, 0.5, 0.9]))\ndf.groupby(df["when"].dt.day_name())["spent"].sum().sort_values()',
        ),
    ),
}
