"""What the second set of hand-written answers is about: outputs in the styles in which models have code print them."""

from __future__ import annotations

Run = tuple[str, tuple[str, ...], tuple[str, ...]]

_NUMPY = "import numpy as np\nimport pandas as pd\nrng = np.random.default_rng({})\n"

RUNS: dict[str, Run] = {
    "loans": (
        "What drives defaults in our loan book?",
        (),
        (
            _NUMPY.format(31)
            + 'n = 5120\ngrade = rng.choice(list("ABCD"), n, p=[0.34, 0.31, 0.22, 0.13])\n'
            'amount = rng.lognormal(9.2, 0.55, n).round(0)\nbase = pd.Series(grade).map({"A": 0.031, "B": 0.068, "C": 0.127, "D": 0.224}).to_numpy()\n'
            'df = pd.DataFrame({"grade": grade, "amount": amount, "default": rng.random(n) < base, "term": rng.choice([36, 60], n, p=[0.7, 0.3])})\n'
            'print(f"{len(df):,} loans, {df.amount.sum():,.0f} outstanding, default rate {df.default.mean():.2%}")',
            'for g, part in df.groupby("grade"):\n    print(f"Grade {g}: {len(part)} loans, {part.default.sum()} defaults ({part.default.mean():.1%}), mean amount {part.amount.mean():,.2f}")',
            'df.groupby(["term", "default"]).size().unstack()',
            'stats = {"median": float(df.amount.median()), "p90": float(df.amount.quantile(0.9)), "largest": float(df.amount.max()), "smallest": float(df.amount.min())}\nstats',
        ),
    ),
    "abtest": (
        "Did the new checkout convert better?",
        (),
        (
            _NUMPY.format(37)
            + "from scipy import stats\n"
            'visitors = {"control": 18240, "variant": 18411}\norders = {"control": 1514, "variant": 1718}\n'
            'rate = {k: orders[k] / visitors[k] for k in visitors}\nprint("conversion", rate)',
            'lift = rate["variant"] - rate["control"]\nse = (sum(rate[k] * (1 - rate[k]) / visitors[k] for k in rate)) ** 0.5\n'
            'z = lift / se\np = 2 * (1 - stats.norm.cdf(abs(z)))\n'
            'print(f"absolute lift: {lift:.5f}")\nprint(f"relative lift: {lift / rate[\'control\']:.4f}")\nprint(f"z = {z:.3f}, p-value = {p:.2e}")\n'
            'print(f"95% CI: [{lift - 1.96 * se:.5f}, {lift + 1.96 * se:.5f}]")',
            'by = pd.DataFrame({"device": ["mobile", "desktop", "tablet"] * 2, "arm": ["control"] * 3 + ["variant"] * 3, '
            '"visitors": [11020, 6130, 1090, 11207, 6095, 1109], "orders": [772, 658, 84, 947, 680, 91]})\n'
            'by["rate"] = by.orders / by.visitors\nby',
            'print("average basket:", "control", 61.37, "variant", 60.92)\nprint("test ran 14 days, 2024-03-04 to 2024-03-17")',
        ),
    ),
    "nile": (
        "Did the flow of the Nile change, and when?",
        ("nile.csv",),
        (
            'import pandas as pd\nfrom scipy import stats\ndf = pd.read_csv("nile.csv")\ndf["year"] = df["year"].astype(int)\nprint(df.shape, df.year.min(), df.year.max())',
            'before, after = df[df.year < 1899].volume, df[df.year >= 1899].volume\nprint("before 1899: n =", len(before), "mean =", before.mean(), "sd =", before.std())\n'
            'print("from 1899: n =", len(after), "mean =", after.mean(), "sd =", after.std())\nprint(stats.ttest_ind(before, after, equal_var=False))',
            'print(df.nlargest(3, "volume").to_string(index=False))\nprint(df.nsmallest(3, "volume").to_string(index=False))',
            'df.groupby(df.year // 10 * 10).volume.mean().round(1)',
            "df.volume.describe()",
        ),
    ),
    "latency": (
        "Which service is slow, and did release 2.4.1 help?",
        (),
        (
            _NUMPY.format(41)
            + 'n = 24000\nservice = rng.choice(["auth", "search", "cart", "billing"], n, p=[0.4, 0.3, 0.2, 0.1])\nrelease = rng.choice(["2.3.9", "2.4.1"], n)\n'
            'scale = pd.Series(service).map({"auth": 34.0, "search": 120.0, "cart": 61.0, "billing": 240.0}).to_numpy() * np.where(release == "2.4.1", 0.82, 1.0)\n'
            'df = pd.DataFrame({"service": service, "release": release, "ms": rng.gamma(3, scale / 3).round(1), "status": rng.choice([200, 404, 500], n, p=[0.965, 0.023, 0.012])})\n'
            'q = df.groupby("service").ms.quantile([0.5, 0.95, 0.99]).unstack().round(1)\nq.columns = ["p50", "p95", "p99"]\nprint(q.to_string())',
            'df.pivot_table(index="service", columns="release", values="ms", aggfunc="mean").round(2)',
            'df.status.value_counts()',
            'slow = df[df.ms > 500]\nprint("slow requests (>500 ms):", len(slow), "of", len(df))\nprint(slow.service.value_counts().to_dict())',
        ),
    ),
    "model": (
        "How well can body mass be predicted?",
        ("penguins.csv",),
        (
            'import pandas as pd\nfrom sklearn.linear_model import LinearRegression, LogisticRegression\nfrom sklearn.metrics import classification_report, mean_absolute_error, r2_score\n'
            'from sklearn.model_selection import cross_val_score, train_test_split\ndf = pd.read_csv("penguins.csv").dropna()\n'
            'X, y = df[["flipper_length_mm", "bill_length_mm", "bill_depth_mm"]], df["body_mass_g"]\n'
            'X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=42)\nprint("Train size:", len(X_train), "Test size:", len(X_test))',
            'model = LinearRegression().fit(X_train, y_train)\npred = model.predict(X_test)\nprint(f"R² (test): {r2_score(y_test, pred):.3f}")\nprint(f"MAE: {mean_absolute_error(y_test, pred):.1f} g")\n'
            'print(f"RMSE: {((y_test - pred) ** 2).mean() ** 0.5:.1f} g")\nscores = cross_val_score(LinearRegression(), X, y, cv=5, scoring="r2")\nprint("CV R²:", scores.round(3), "mean", scores.mean().round(3))',
            'pd.Series(model.coef_, index=X.columns)',
            'kinds = LogisticRegression(max_iter=5000).fit(X_train, df.loc[X_train.index, "species"])\nprint(classification_report(df.loc[X_test.index, "species"], kinds.predict(X_test)))',
        ),
    ),
    "jobs": (
        "How did US employment develop around the financial crisis?",
        ("employment.csv",),
        (
            'import pandas as pd\ndf = pd.read_csv("employment.csv")\ndf["date"] = pd.to_datetime(df["month"], format="%b %Y")\ndf = df.sort_values("date").set_index("date")\nprint(df.index.min(), df.index.max(), len(df))',
            'peak, low = df.nonfarm["2007":"2008"].idxmax(), df.nonfarm["2009":"2010"].idxmin()\nprint(f"peak {peak:%B %Y}: {df.nonfarm[peak]}")\nprint(f"trough {low:%B %Y}: {df.nonfarm[low]}")',
            'df.nonfarm.resample("YE").mean().round(1)',
            'change = df.nonfarm.diff()\nprint("worst month", change.idxmin(), change.min())\nprint("best month", change.idxmax(), change.max())\nprint("months with losses:", int((change < 0).sum()))',
        ),
    ),
    "elnino": (
        "When is the sea off Peru warmest, and which years stand out?",
        ("elnino.csv",),
        (
            'import pandas as pd\ndf = pd.read_csv("elnino.csv")\ndf["YEAR"] = df["YEAR"].astype(int)\ndf = df.set_index("YEAR")\ndf.mean()',
            'annual = df.mean(axis=1)\nprint(annual.nlargest(5))\nprint(annual.nsmallest(5))',
            'print("overall mean", annual.mean(), "std", annual.std())\nprint("years above 24.5:", [int(y) for y in annual[annual > 24.5].index])',
            'df.loc[[1982, 1983, 1997, 1998], ["JAN", "APR", "JUL", "OCT"]]',
        ),
    ),
    "vote": (
        "Who voted for Dole in 1996?",
        ("anes96.csv",),
        (
            'import pandas as pd\ndf = pd.read_csv("anes96.csv")\ndf["choice"] = df.vote.map({0.0: "Clinton", 1.0: "Dole"})\nprint(len(df), "respondents, share for Dole", df.vote.mean())',
            'df["school"] = pd.cut(df.educ, [0, 3, 5, 7], labels=["high school", "some college", "degree"]).astype(str)\npd.crosstab(df.school, df.choice, margins=True)',
            'df.groupby("school").vote.mean().map("{:.1%}".format)',
            'print(df.groupby("choice").age.agg(["mean", "median", "min", "max"]))',
            'df[["age", "educ", "income", "PID", "vote"]].corr()["vote"].round(3)',
        ),
    ),
    "stock": (
        "Welche Artikel bringen den Umsatz?",
        (),
        (
            _NUMPY.format(43)
            + 'items = [f"SKU-{k}" for k in (1042, 1077, 2210, 2218, 3005, 3141, 4020, 4555)]\nn = 3600\n'
            'df = pd.DataFrame({"sku": rng.choice(items, n, p=[0.22, 0.18, 0.15, 0.13, 0.11, 0.09, 0.07, 0.05]), "qty": rng.integers(1, 9, n), "month": rng.choice(pd.period_range("2023-01", "2023-12", freq="M").astype(str), n)})\n'
            'df["price"] = df.sku.map(dict(zip(items, [19.9, 34.5, 12.0, 149.0, 89.95, 7.49, 249.0, 59.9])))\ndf["revenue"] = df.qty * df.price\n'
            'top = df.groupby("sku").agg(orders=("qty", "size"), units=("qty", "sum"), revenue=("revenue", "sum")).sort_values("revenue", ascending=False)\ntop',
            'print("total revenue", round(df.revenue.sum(), 2), "EUR;", "units", df.qty.sum(), "; orders", len(df))',
            'monthly = df.groupby("month").revenue.sum()\nprint(monthly.to_string())',
            'print("best month:", monthly.idxmax(), monthly.max(), "| weakest:", monthly.idxmin(), monthly.min())\nprint("returned units:", 412)',
        ),
    ),
    "ferry": (
        "Who survived?",
        (),
        (
            _NUMPY.format(47)
            + 'n = 1310\ndf = pd.DataFrame({"deck": rng.choice(["first", "second", "third"], n, p=[0.25, 0.21, 0.54]), "sex": rng.choice(["female", "male"], n, p=[0.36, 0.64]), "age": rng.normal(30, 13, n).clip(1, 80).round(0)})\n'
            'p = df.deck.map({"first": 0.28, "second": 0.1, "third": 0.0}) + df.sex.map({"female": 0.55, "male": 0.13})\ndf["alive"] = rng.random(n) < p\n'
            'df.loc[rng.random(n) < 0.2, "age"] = np.nan\ndf.info()',
            'df.pivot_table(index="sex", columns="deck", values="alive", aggfunc="mean")',
            'df.groupby(["deck", "sex"]).alive.agg(["sum", "count", "mean"])',
            'print(df.alive.sum(), "of", len(df), "survived")\nprint("mean age survivors", round(df[df.alive].age.mean(), 2), "victims", round(df[~df.alive].age.mean(), 2))\nprint("children under 10:", int((df.age < 10).sum()), "of whom alive:", int(df[df.age < 10].alive.sum()))',
        ),
    ),
    "co2": (
        "How fast does CO2 rise?",
        ("co2.csv",),
        (
            'import pandas as pd\ndf = pd.read_csv("co2.csv", parse_dates=["date"])\nprint(df.date.min().date(), df.date.max().date(), len(df), df.co2.isna().sum())',
            'year = df.groupby(df.date.dt.year).co2.mean()\ndecades = year.groupby(year.index // 10 * 10).mean()\ndecades',
            'print("first full year 1959:", year[1959], "last full year 2000:", year[2000])\nprint("rise per year:", (year[2000] - year[1959]) / 41)',
            'growth = year.diff()\nprint(growth.describe())\nprint("fastest", growth.idxmax(), "slowest", growth.idxmin())',
            'df.groupby(df.date.dt.month).co2.mean() - df.co2.mean()',
        ),
    ),
    "league": (
        "How did the season end?",
        (),
        (
            'import pandas as pd\ntable = pd.DataFrame({"team": ["Harbour", "Rovers", "Athletic", "United", "Wanderers", "Town"], "won": [7, 6, 5, 3, 2, 1], "drawn": [2, 1, 2, 3, 4, 2], "lost": [1, 3, 3, 4, 4, 7], "scored": [21, 18, 17, 11, 9, 6], "conceded": [8, 12, 11, 14, 15, 22]})\n'
            'table["points"] = 3 * table.won + table.drawn\ntable',
            'home = {"Harbour": 5, "Rovers": 3, "Athletic": 4, "United": 2, "Wanderers": 1, "Town": 1}\nhome',
            'print("goals in all:", table.scored.sum(), "in", 30, "matches; mean", table.scored.sum() / 30)',
            'print("attendance: 4,212 on average, 7,903 at most (Harbour v Rovers, 14 May 2023)")',
        ),
    ),
    "sensor": (
        "Is sensor 7 drifting?",
        (),
        (
            _NUMPY.format(53)
            + 'hours = pd.date_range("2024-01-01", periods=2160, freq="h")\ndf = pd.DataFrame({"sensor": np.tile([3, 7, 12], 720), "at": hours, "volt": 0.0})\n'
            'df["volt"] = 3.3 + df.sensor.map({3: 0.0, 7: 0.00004, 12: 0.0}) * np.arange(2160) + rng.normal(0, 0.012, 2160)\n{int(k): np.float64(v) for k, v in df.groupby("sensor").volt.mean().items()}',
            "slope = {}\nfor s, part in df.groupby('sensor'):\n    slope[int(s)] = np.polyfit(np.arange(len(part)), part.volt, 1)[0]\nslope",
            "df.groupby('sensor').volt.std().mul(1000).round(3).tolist()",
            "bad = df[(df.volt - 3.3).abs() > 0.05]\nbad.groupby('sensor').size()",
            "df.volt.max(), df.at[int(df.volt.idxmax()), 'at']",
        ),
    ),
}  # fmt: skip
