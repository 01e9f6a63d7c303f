"""A run as an analyst may have it, with a real table and a real figure; and one in which all is hostile."""

from __future__ import annotations

import base64
import io

import pandas as pd
from analyst_kernels import DisplayData, ExecuteResult, Stream
from matplotlib.figure import Figure

from ..stories import Story, failure
from .attacks import ATTACKS

RATES = pd.DataFrame(
    {"orders": [1204, 988, 1533, 701], "returns": [61, 44, 198, 30]}, index=["North", "South", "East", "West"]
).assign(rate=lambda rates: rates.returns / rates.orders)

ANSWER = """Returns jumped in March because **shipments to the East region came late**.

- The return rate rose from 4.3 % to **7.5 %**; without East it would have been 4.5 %.
- In East, **12.9 %** of orders were returned (198 of 1,533).

| region | orders | returns | rate |
|:--|--:|--:|--:|
| East | 1,533 | 198 | 12.9 % |
| North | 1,204 | 61 | 5.1 % |

The returns cost between $5,200 and $6,100. The test gives $\\chi^2 = 194$, $p < 0.001$.

```python
late = shipments.days_late > 2
```
"""


def returns() -> Story:
    """Three steps; in the second one a cell is repaired and a figure is drawn."""
    figure = Figure(figsize=(5, 2.8))
    axes = figure.subplots()
    axes.bar(RATES.index, RATES.rate * 100)
    axes.set(title="Return rate by region, March", ylabel="%")
    png = io.BytesIO()
    figure.savefig(png, dpi=96, bbox_inches="tight")
    drawn = DisplayData({"text/plain": "<Figure>", "image/png": base64.b64encode(png.getvalue()).decode()})
    table = ExecuteResult({"text/plain": str(RATES), "text/html": RATES.to_html()})
    monthly = ExecuteResult(
        {"text/plain": "month\n1    0.041\n2    0.043\n3    0.075\nName: returned, dtype: float64"}
    )
    return (
        Story()
        .ask("Why did returns jump in March?")
        .plan("Find the March jump", "Compare the return rate between regions", "Test whether late shipments explain it")
        .start("s1")
        .cell("# rows and months\nprint(orders.shape)\n\norders.groupby('month')['returned'].mean()", Stream("stdout", "(52344, 8)\n"), monthly)
        .finish("s1", "The return rate rose from 4.3 % in February to **7.5 %** in March.")
        .start("s2")
        .cell("# return rate by region\nrates = march.groupby('Region').size()", failure("KeyError", "'Region'", 2))
        .cell("# return rate by region\nrates = march.groupby('region').agg(orders=('id', 'size'))\nrates", Stream("stderr", "UserWarning: 12 rows have no region\n"), table)
        .cell("# draw it\nrates['rate'].plot.bar()", drawn)
        .finish("s2", "East stands out: 12.9 % against 4 to 5 % elsewhere.")
        .start("s3")
        .cell("late = shipments.days_late > 2\nstats.chi2_contingency(pd.crosstab(late, shipments.returned)).pvalue", ExecuteResult({"text/plain": "3.1e-44"}))
        .finish("s3", "Orders that came more than two days late were returned three times as often.")
        .answer(ANSWER)
    )  # fmt: skip


def hostile() -> Story:
    """Every attack in every place that a model or the data can write to."""
    story = Story(ATTACKS[0]).ask(ATTACKS[1]).plan(*ATTACKS)
    for number, attack in enumerate(ATTACKS, 1):
        shown = [
            Stream("stdout", attack),
            ExecuteResult({"text/html": attack, "text/plain": attack}),
            ExecuteResult({"text/html": f"<table><tr><th>{attack}</th><td>{attack}</td></tr></table>"}),
            DisplayData({"text/markdown": attack}),
            DisplayData({"image/svg+xml": attack, attack: attack}),
        ]
        story.start(f"s{number}").cell(attack, failure(attack, attack)).cell(attack, *shown)
        story.refuse(attack, attack).finish(f"s{number}", attack, ok=number % 2 == 0)
    return story.answer("\n\n".join(ATTACKS))
