"""What the third set of hand-written answers is about: domains and printing habits none of the other sets has."""

from __future__ import annotations

from .hand_runs import Run

_NUMPY = "import numpy as np\nimport pandas as pd\n\nrng = np.random.default_rng({})\n"

RUNS: dict[str, Run] = {
    "engel": (
        "How does food spending depend on household income? Does Engel's law hold?",
        ("engel.csv",),
        (
            'import numpy as np\nimport pandas as pd\n\ndf = pd.read_csv("engel.csv")\nprint(df.shape)\ndf.describe()',
            "from scipy import stats\n\nfit = stats.linregress(df['income'], df['foodexp'])\nhalf = stats.t.ppf(0.975, len(df) - 2) * fit.stderr\n"
            "print('=' * 50)\nprint(f\"{'Dep. Variable:':<20}{'foodexp':>12}\")\nprint(f\"{'No. Observations:':<20}{len(df):>12}\")\nprint(f\"{'R-squared:':<20}{fit.rvalue ** 2:>12.3f}\")\n"
            "print('-' * 50)\nprint(f\"{'':<10}{'coef':>10}{'std err':>10}{'t':>10}{'P>|t|':>10}\")\n"
            "print(f\"{'const':<10}{fit.intercept:>10.4f}{fit.intercept_stderr:>10.3f}{fit.intercept / fit.intercept_stderr:>10.3f}{0.0:>10.3f}\")\n"
            "print(f\"{'income':<10}{fit.slope:>10.4f}{fit.stderr:>10.3f}{fit.slope / fit.stderr:>10.3f}{fit.pvalue:>10.3f}\")\n"
            "print('=' * 50)\nprint(f'95% CI for income: [{fit.slope - half:.4f}, {fit.slope + half:.4f}]')",
            "df['share'] = df['foodexp'] / df['income']\ndf['quintile'] = pd.qcut(df['income'], 5, labels=['Q1', 'Q2', 'Q3', 'Q4', 'Q5'])\n"
            "tab = df.groupby('quintile', observed=True).agg(households=('income', 'size'), mean_income=('income', 'mean'), mean_food=('foodexp', 'mean'), mean_share=('share', 'mean')).round(3)\nprint(tab.to_string())",
            "print('Spearman rho (income vs share):', stats.spearmanr(df['income'], df['share']))\nloglog = stats.linregress(np.log(df['income']), np.log(df['foodexp']))\n"
            "print(f'Elasticity (log-log slope): {loglog.slope:.4f} +/- {loglog.stderr:.4f}, R2 = {loglog.rvalue ** 2:.4f}')\n"
            "print('Households spending more than 70% of income on food:', int((df['share'] > 0.7).sum()))",
        ),
    ),
    "doctor": (
        "What explains the number of doctor visits in the RAND data?",
        ("randhie.csv",),
        (
            'import pandas as pd\n\ndf = pd.read_csv("randhie.csv")\nprint("rows, columns:", df.shape)\nprint("missing values in total:", df.isna().sum().sum())\ndf["mdvis"].describe()',
            'df["mdvis"].value_counts().sort_index().head(8)',
            'df["health"] = "excellent"\ndf.loc[df["hlthg"] == 1, "health"] = "good"\ndf.loc[df["hlthf"] == 1, "health"] = "fair"\ndf.loc[df["hlthp"] == 1, "health"] = "poor"\n'
            'df.groupby("health")["mdvis"].agg(["count", "mean", "median", "std", "max"]).sort_values("mean")',
            'print("Correlation with mdvis:")\nfor col in ["disea", "physlm", "lncoins", "idp", "lpi", "fmde"]:\n    print(f"  {col:<8} {df[\'mdvis\'].corr(df[col]):+.3f}")\n'
            'print(f"variance / mean = {df[\'mdvis\'].var() / df[\'mdvis\'].mean():.2f}")',
            'print(df.groupby(pd.cut(df["disea"], [-1, 5, 10, 15, 60], labels=["0-5", "5-10", "10-15", "15+"]), observed=True)["mdvis"].mean().round(2).to_dict())\n'
            'top = df.nlargest(int(len(df) * 0.1), "mdvis")\nprint("top 10% of persons account for", f"{top.mdvis.sum() / df.mdvis.sum():.1%}", "of all visits")',
        ),
    ),
    "sunspots": (
        "Is there a cycle in the sunspot numbers? When were the strongest maxima?",
        ("sunspots.csv",),
        (
            'import numpy as np\nimport pandas as pd\n\ndf = pd.read_csv("sunspots.csv")\ndf["YEAR"] = df["YEAR"].astype(int)\ns = df.set_index("YEAR")["SUNACTIVITY"]\nprint(s.index.min(), s.index.max(), len(s))\nprint(s.describe().round(2))',
            "from scipy.signal import find_peaks, periodogram\n\npeaks, _ = find_peaks(s, distance=6, prominence=15)\nmaxima = s.iloc[peaks]\nprint(len(maxima), 'maxima')\nprint(maxima.sort_values(ascending=False).head(6))\n"
            "gaps = np.diff(maxima.index)\nprint('gaps: mean', gaps.mean().round(2), 'min', gaps.min(), 'max', gaps.max())",
            "freq, power = periodogram(s - s.mean())\norder = np.argsort(power)[::-1][:3]\nfor i in order:\n    print(f'period {1 / freq[i]:.2f} years  power {power[i]:.0f}')\nprint('autocorrelation at lag 11:', round(s.autocorr(11), 3), ' at lag 5:', round(s.autocorr(5), 3))",
            "century = s.groupby(s.index // 100 * 100).agg(['size', 'mean', 'max'])\ncentury",
            "quiet = s[s < 5]\nprint('years below 5:', len(quiet))\nprint('years with zero activity:', s[s == 0].index.tolist())\nprint('longest run of years above 100:', max(len(list(g)) for k, g in __import__('itertools').groupby(s > 100) if k))",
        ),
    ),
    "strikes": (
        "Dauern Streiks in großen Betrieben länger als in kleinen, und spielt der Schock eine Rolle?",
        ("streiks.csv",),
        (
            'import pandas as pd\n\ndf = pd.read_csv("streiks.csv", sep=";", decimal=",", encoding="latin-1")\nprint(df.head().to_string())\nprint(df.dtypes)\nlen(df)',
            'df.groupby("Größe")["Dauer"].describe().round(2)',
            'from scipy import stats\n\ngross, klein = df.loc[df["Größe"] == "groß", "Dauer"], df.loc[df["Größe"] == "klein", "Dauer"]\nu = stats.mannwhitneyu(gross, klein)\nprint(f"Mann-Whitney U = {u.statistic:.1f}, p = {u.pvalue:.4f}")\n'
            'r, p = stats.spearmanr(df["Schock"], df["Dauer"])\nprint(f"Spearman Schock/Dauer: rho = {r:.3f}, p = {p:.4f}")',
            'je_schock = df.groupby("Schock")["Dauer"].agg(["size", "mean", "max"]).round(1)\nprint(je_schock)',
            'lang = df[df["Dauer"] > 100]\nprint("Streiks über 100 Tage:", len(lang), "davon groß:", int((lang["Größe"] == "groß").sum()))\nprint("bis 7 Tage:", int((df["Dauer"] <= 7).sum()))\nprint("Summe der Streiktage:", int(df["Dauer"].sum()))',
        ),
    ),
    "crimea": (
        "What did British soldiers die of in the Crimean War, and when was the worst month?",
        ("crimea.json",),
        (
            'import json\nimport pandas as pd\n\nwith open("crimea.json") as f:\n    raw = json.load(f)\ndf = pd.json_normalize(raw["records"])\ndf.columns = [c.replace("deaths.", "") for c in df.columns]\ndf["total"] = df[["wounds", "other", "disease"]].sum(axis=1)\nprint(raw["title"], df.shape)\nprint(df.head().to_string())',
            'totals = {c: int(df[c].sum()) for c in ["wounds", "other", "disease", "total"]}\nprint(json.dumps(totals, indent=2))\nprint({c: round(totals[c] / totals["total"] * 100, 2) for c in ["wounds", "other", "disease"]})',
            'df.sort_values("total", ascending=False).head(5)[["month", "wounds", "disease", "total"]]',
            'df["half"] = ["first year" if m < "1855-04" else "second year" for m in df["month"]]\ndf.groupby("half")[["wounds", "other", "disease", "total"]].sum()',
            'worst_wounds = df.loc[df["wounds"].idxmax()]\nprint("most deaths from wounds:", worst_wounds["month"], worst_wounds["wounds"])\nprint("months with more than 1000 deaths:", int((df["total"] > 1000).sum()), "of", len(df))\nprint("months without a death from wounds:", df.loc[df["wounds"] == 0, "month"].tolist())',
        ),
    ),
    "iowa": (
        "How did Iowa's electricity mix change between 2001 and 2017?",
        ("iowa_messy.csv",),
        (
            'import pandas as pd\n\ndf = pd.read_csv("iowa_messy.csv", sep=";", skiprows=3, skipfooter=1, engine="python", thousands=",")\ndf = df.astype(int).set_index("Year")\nprint(df.dtypes)\ndf.iloc[[0, 5, 10, 16]]',
            'df["Total"] = df.sum(axis=1)\nshare = df.div(df["Total"], axis=0).mul(100).round(1).drop(columns="Total")\nprint(share.loc[[2001, 2005, 2009, 2013, 2017]].to_string())',
            'for col in ["Fossil Fuels", "Nuclear Energy", "Renewables"]:\n    print(f"{col}: min {df[col].min():,} ({df[col].idxmin()}), max {df[col].max():,} ({df[col].idxmax()}), mean {df[col].mean():,.1f}")',
            'growth = df["Renewables"].pct_change().mul(100)\nprint("strongest growth of renewables:", growth.idxmax(), f"{growth.max():.1f}%")\nprint("weakest:", growth.idxmin(), f"{growth.min():.1f}%")\n'
            'cagr = (df.loc[2017, "Renewables"] / df.loc[2001, "Renewables"]) ** (1 / 16) - 1\nprint(f"CAGR renewables 2001-2017: {cagr:.2%}")\nprint("corr fossil vs renewables:", df["Fossil Fuels"].corr(df["Renewables"]))',
            "df['Total'].loc[[2001, 2008, 2010, 2017]].to_dict()",
        ),
    ),
    "bikes": (
        "Quand et par quel temps les vélos en libre-service sont-ils utilisés ?",
        (),
        (
            _NUMPY.format(61)
            + 'idx = pd.date_range("2022-01-01", "2022-12-31 23:00", freq="h")\nseason = 1 - 0.55 * np.cos(2 * np.pi * (idx.day_of_year - 15) / 365)\nhour = np.exp(-0.5 * ((idx.hour - 8) / 1.5) ** 2) + 1.3 * np.exp(-0.5 * ((idx.hour - 18) / 2.2) ** 2) + 0.08\n'
            'week = np.where(idx.day_of_week < 5, 1.0, 0.72)\ntemp = (11 - 9 * np.cos(2 * np.pi * (idx.day_of_year - 20) / 365) + rng.normal(0, 2.8, len(idx))).round(1)\nrain = rng.random(len(idx)) < 0.13\n'
            'df = pd.DataFrame({"rentals": rng.poisson(210 * season * hour * week * np.where(rain, 0.58, 1.0)), "temp": temp, "rain": rain}, index=idx)\nprint(df.shape)\nprint(df.head().to_string())\nprint("total rentals:", df["rentals"].sum())',
            'monthly = df["rentals"].resample("MS").sum()\nmonthly',
            'by_hour = df.groupby(df.index.hour)["rentals"].mean().round(1)\nprint(by_hour.sort_values(ascending=False).head(5).to_dict())\nprint("quietest hour:", by_hour.idxmin(), by_hour.min())',
            'df.groupby("rain")["rentals"].agg(["count", "mean", "sum"]).round(2)',
            'names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]\nper_day = df["rentals"].resample("D").sum()\nmean_day = per_day.groupby(per_day.index.day_of_week).mean().round(0)\nfor i, v in mean_day.items():\n    print(names[i], int(v))\nprint("best day:", per_day.idxmax().date(), per_day.max())\nprint("worst day:", per_day.idxmin().date(), per_day.min())\nprint("corr daily rentals/temperature:", per_day.corr(df["temp"].resample("D").mean()).round(3))',
        ),
    ),
    "churn": (
        "Which customers cancel, and can we predict it?",
        (),
        (
            _NUMPY.format(67)
            + 'n = 7043\ncontract = rng.choice(["Month-to-month", "One year", "Two year"], n, p=[0.55, 0.21, 0.24])\ntenure = rng.integers(0, 73, n)\nfiber = rng.random(n) < 0.44\ncharges = (22 + 48 * fiber + rng.gamma(4, 5, n)).round(2)\n'
            'logit = -1.1 + pd.Series(contract).map({"Month-to-month": 1.15, "One year": -0.6, "Two year": -1.7}).to_numpy() - 0.035 * tenure + 0.9 * fiber\n'
            'df = pd.DataFrame({"contract": contract, "tenure": tenure, "fiber": fiber, "charges": charges, "churn": (rng.random(n) < 1 / (1 + np.exp(-logit))).astype(int)})\ndf.loc[rng.random(n) < 0.0016, "charges"] = np.nan\n'
            'print(df.isna().sum())\nprint(f"\\nChurn rate: {df[\'churn\'].mean():.4f}  ({df[\'churn\'].sum()} of {len(df)})")',
            'df.groupby("contract")["churn"].agg(["count", "sum", "mean"]).rename(columns={"count": "customers", "sum": "churned", "mean": "rate"}).round(3)',
            'print(df.groupby("churn")[["tenure", "charges"]].agg(["mean", "median"]).round(2))\nprint()\nprint(pd.crosstab(df["fiber"], df["churn"], normalize="index").round(3))',
            'from sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score, confusion_matrix, precision_score, recall_score, roc_auc_score\nfrom sklearn.model_selection import train_test_split\n\n'
            'X = pd.get_dummies(df.drop(columns="churn").fillna({"charges": df["charges"].median()}), drop_first=True, dtype=float)\nX_train, X_test, y_train, y_test = train_test_split(X, df["churn"], test_size=0.3, random_state=0, stratify=df["churn"])\n'
            'clf = LogisticRegression(max_iter=5000).fit(X_train, y_train)\nproba = clf.predict_proba(X_test)[:, 1]\npred = (proba > 0.5).astype(int)\n'
            'print(f"Test set: {len(X_test)}")\nprint(f"Accuracy:  {accuracy_score(y_test, pred):.3f}\\nPrecision: {precision_score(y_test, pred):.3f}\\nRecall:    {recall_score(y_test, pred):.3f}\\nROC AUC:   {roc_auc_score(y_test, proba):.3f}")\nprint(confusion_matrix(y_test, pred))',
            'pd.Series(np.exp(clf.coef_[0]), index=X.columns, name="odds ratio").round(3).sort_values()',
        ),
    ),
    "tickets": (
        "How well does our support team keep the response targets?",
        (),
        (
            _NUMPY.format(71)
            + 'n = 3287\ndf = pd.DataFrame({"priority": rng.choice(["P1", "P2", "P3", "P4"], n, p=[0.06, 0.2, 0.46, 0.28]), "team": rng.choice(["Network", "Database", "Desktop", "Cloud"], n, p=[0.24, 0.17, 0.38, 0.21]), "opened": pd.Timestamp("2024-04-01") + pd.to_timedelta(rng.integers(0, 91 * 1440, n), "min")})\n'
            'target = df["priority"].map({"P1": 1, "P2": 4, "P3": 12, "P4": 48})\ndf["hours"] = (target * rng.gamma(2.2, 0.26, n) * df["team"].map({"Network": 1.0, "Database": 1.35, "Desktop": 0.85, "Cloud": 1.1})).round(2)\ndf["breached"] = df["hours"] > target\n'
            'df["csat"] = (4.6 - 0.9 * df["breached"] + rng.normal(0, 0.7, n)).clip(1, 5).round(0)\ndf.loc[rng.random(n) < 0.63, "csat"] = np.nan\nprint(df["priority"].value_counts())\nprint(df["team"].value_counts(normalize=True).round(3))\nprint("no rating:", df["csat"].isna().sum())',
            'def to_markdown(t):\n    lines = ["| " + " | ".join([t.index.name, *t.columns]) + " |", "|---" * (len(t.columns) + 1) + "|"]\n    return "\\n".join(lines + [f"| {i} | " + " | ".join(f"{v:g}" for v in row) + " |" for i, row in zip(t.index, t.to_numpy())])\n\n'
            'sla = df.groupby("priority").agg(tickets=("hours", "size"), median_h=("hours", "median"), p90_h=("hours", lambda x: x.quantile(0.9)), breached=("breached", "sum")).round(2)\nsla["breach_pct"] = (100 * sla["breached"] / sla["tickets"]).round(1)\nprint(to_markdown(sla))',
            'from scipy.stats import chi2_contingency\n\ntable = pd.crosstab(df["team"], df["breached"])\nprint(table)\nchi2, p, dof, _ = chi2_contingency(table)\nprint(f"chi2({dof}) = {chi2:.2f}, p = {p:.3g}")',
            'df.groupby("breached")["csat"].agg(["count", "mean"]).round(3)',
            'weekly = df.set_index("opened")["breached"].resample("ME").agg(["size", "sum", "mean"])\nweekly.index = weekly.index.strftime("%Y-%m")\nweekly.round(4)',
        ),
    ),
    "salaries": (
        "Is there a gender pay gap in the company?",
        (),
        (
            _NUMPY.format(73)
            + 'n = 846\nlevel = rng.choice(["Junior", "Mid", "Senior", "Lead"], n, p=[0.29, 0.36, 0.25, 0.1])\ngender = np.where(rng.random(n) < pd.Series(level).map({"Junior": 0.52, "Mid": 0.45, "Senior": 0.34, "Lead": 0.24}).to_numpy(), "F", "M")\n'
            'base = pd.Series(level).map({"Junior": 46200, "Mid": 61500, "Senior": 83900, "Lead": 112400}).to_numpy()\nsalary = (base * rng.lognormal(0, 0.09, n) * np.where(gender == "F", 0.972, 1.0)).round(-2)\n'
            'df = pd.DataFrame({"level": level, "gender": gender, "salary": salary, "years": rng.integers(0, 22, n)})\ndf["salary"].describe()',
            'pivot = df.pivot_table(index="level", columns="gender", values="salary", aggfunc=["count", "mean"]).round(0)\npivot',
            'm, f = df.loc[df.gender == "M", "salary"], df.loc[df.gender == "F", "salary"]\nprint(f"Men:   n={len(m)}, mean={m.mean():,.0f}, median={m.median():,.0f}")\nprint(f"Women: n={len(f)}, mean={f.mean():,.0f}, median={f.median():,.0f}")\nprint(f"Raw gap: {1 - f.mean() / m.mean():.1%}")',
            'X = pd.get_dummies(df["level"], dtype=float).drop(columns="Junior")\nX["female"] = (df.gender == "F").astype(float)\nX["years"] = df.years\nX.insert(0, "const", 1.0)\nA, y = X.to_numpy(), np.log(df.salary.to_numpy())\nbeta, *_ = np.linalg.lstsq(A, y, rcond=None)\nresid = y - A @ beta\n'
            's2 = resid @ resid / (len(y) - A.shape[1])\nse = np.sqrt(np.diag(s2 * np.linalg.inv(A.T @ A)))\nout = pd.DataFrame({"coef": beta, "se": se, "t": beta / se}, index=X.columns).round(4)\nprint(out.to_string())\nprint(f"R2 = {1 - resid.var() / y.var():.4f}, n = {len(y)}")',
            'import json\n\nshare = df.groupby("level")["gender"].apply(lambda g: (g == "F").mean()).round(4).to_dict()\nprint(json.dumps({"share_of_women": share, "overall": round(float((df.gender == "F").mean()), 4), "top_earner": float(df.salary.max()), "lowest": float(df.salary.min())}, indent=1))',
        ),
    ),
    "funds": (
        "How did the three funds perform, and how risky are they?",
        (),
        (
            _NUMPY.format(79)
            + 'months = pd.period_range("2019-01", "2023-12", freq="M")\nmarket = rng.normal(0.006, 0.041, len(months))\nret = pd.DataFrame({"Alpine Growth": 0.002 + 1.25 * market + rng.normal(0, 0.018, 60), "Baltic Value": 0.001 + 0.85 * market + rng.normal(0, 0.014, 60), "Coral Bond": 0.0016 + 0.09 * market + rng.normal(0, 0.009, 60)}, index=months)\n'
            'print(ret.shape, ret.index[0], ret.index[-1])\n(ret * 100).describe().round(2)',
            'wealth = (1 + ret).cumprod()\nsummary = pd.DataFrame({"total_return": wealth.iloc[-1] - 1, "cagr": wealth.iloc[-1] ** (12 / 60) - 1, "vol": ret.std() * 12**0.5})\nsummary["sharpe"] = (summary["cagr"] - 0.01) / summary["vol"]\nsummary["max_dd"] = (wealth / wealth.cummax() - 1).min()\nsummary.round(4)',
            'ret.corr().round(3)',
            'annual = ((1 + ret).groupby(ret.index.year).prod() - 1).mul(100).round(1)\nprint(annual.to_string())',
            'for c in ret:\n    print(f"{c}: best month {ret[c].idxmax()} ({ret[c].max():+.2%}), worst month {ret[c].idxmin()} ({ret[c].min():+.2%}), positive months {(ret[c] > 0).sum()} of {len(ret)}")\nprint("10,000 invested grows to", (10_000 * wealth.iloc[-1]).round(2).to_dict())',
        ),
    ),
    "crops": (
        "Which fertilizer gives the best wheat yield, and does irrigation pay?",
        (),
        (
            _NUMPY.format(83)
            + 'plots = pd.DataFrame([(f"P{i:03d}", fert, irr, site) for i, (fert, irr, site) in enumerate(((a, b, c) for a in ["none", "NPK", "urea", "compost"] for b in ["yes", "no"] for c in ["Hill", "Valley", "Coast"] for _ in range(6)), 1)], columns=["plot", "fertilizer", "irrigated", "site"])\n'
            'yields = pd.DataFrame({"plot": plots["plot"], "t_ha": (4.1 + plots["fertilizer"].map({"none": 0.0, "NPK": 1.45, "urea": 1.1, "compost": 0.6}) + plots["irrigated"].map({"yes": 0.7, "no": 0.0}) + plots["site"].map({"Hill": -0.5, "Valley": 0.35, "Coast": 0.0}) + rng.normal(0, 0.55, len(plots))).round(2)}).sample(frac=0.93, random_state=5)\n'
            'df = plots.merge(yields, on="plot", how="left", indicator=True)\nprint(df["_merge"].value_counts())\ndf = df.dropna(subset=["t_ha"])\nprint(len(plots), len(yields), len(df))',
            'g = df.groupby("fertilizer")["t_ha"].agg(n="size", mean="mean", sd="std")\ng["ci95"] = 1.96 * g["sd"] / g["n"] ** 0.5\ng.sort_values("mean", ascending=False).round(2)',
            'from scipy import stats\n\nprint(stats.f_oneway(*[x["t_ha"] for _, x in df.groupby("fertilizer")]))\nres = stats.tukey_hsd(*[df.loc[df.fertilizer == k, "t_ha"] for k in ["NPK", "urea", "compost", "none"]])\nprint("NPK - urea:", res.statistic[0, 1].round(3), "p =", res.pvalue[0, 1].round(4))\nprint("compost - none:", res.statistic[2, 3].round(3), "p =", res.pvalue[2, 3].round(4))',
            'df.pivot_table(index="site", columns="irrigated", values="t_ha", aggfunc="mean", margins=True).round(2)',
            'best = df.nlargest(5, "t_ha")[["plot", "fertilizer", "irrigated", "site", "t_ha"]]\nprint(best.to_string(index=False))\nprint("plots above 6 t/ha:", int((df["t_ha"] > 6).sum()), "| below 4 t/ha:", int((df["t_ha"] < 4).sum()))\nprice, cost = 236.0, 118.0\ngain = df.loc[df.irrigated == "yes", "t_ha"].mean() - df.loc[df.irrigated == "no", "t_ha"].mean()\nprint(f"gain from irrigation: {gain:.3f} t/ha, worth {gain * price:.2f} EUR/ha at a cost of {cost:.2f}")',
        ),
    ),
}  # fmt: skip
