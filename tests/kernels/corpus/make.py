"""Makes the corpus: runs each snippet in a fresh namespace of a real kernel and keeps its outputs as JSON.

`python tests/kernels/corpus/make.py` runs all of them, with names only those. `--readings` runs nothing and writes what
the present code reads of the outputs that are kept: look at the difference before you keep it.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from pathlib import Path

from analyst_kernels import Output
from analyst_kernels.managed import ManagedKernel
from analyst_kernels.reading import read
from pydantic import TypeAdapter

FOLDER = Path(__file__).parent
OUTPUTS: TypeAdapter[tuple[Output, ...]] = TypeAdapter(tuple[Output, ...])
CELL = 3

FRAME = """
import pandas as pd, numpy as np
rng = np.random.default_rng(7)
df = pd.DataFrame({"region": rng.choice(["north", "south", "east"], 400), "amount": rng.normal(100, 15, 400).round(2),
                   "day": pd.date_range("2024-01-01", periods=400), "note": [None if i % 7 else f"n{i}" for i in range(400)]})
"""
PLOT = FRAME + "import matplotlib.pyplot as plt\nplt.rcParams['figure.dpi'] = 30\n"

SNIPPETS = {
    "print_and_value": "print('abc')\n42",
    "long_print": "for i in range(3_000): print(f'row {i}: value {i * 37 % 1009}')",
    "long_line": "print('0123456789' * 5_000)",
    "nothing": "x = 1",
    "progress_bar": "from tqdm import tqdm\nimport time\n"
    "for i in tqdm(range(200), mininterval=0, bar_format='{desc}{percentage:3.0f}%|{bar:20}| {n_fmt}/{total_fmt}'): pass",
    "overwritten": "import sys\nfor i in range(500): print(f'\\rstep {i}', end='')\nprint()\nprint('wrong\\b\\b\\b\\b\\bright')",
    "colours": "print('\\x1b[1;31mred\\x1b[0m and \\x1b]8;;http://example.org\\x1b\\\\a link\\x1b]8;;\\x1b\\\\')",
    "warnings": "import warnings\nwarnings.simplefilter('always')\n"
    "for i in range(50): warnings.warn(f'column {i} is constant')\nprint('done')",
    "repeats": "for i in range(300): print('converged')\nfor i in range(20): print('a')\nprint('end')",
    "frame": FRAME + "df",
    "groupby": FRAME + "df.groupby('region')['amount'].agg(['count', 'mean', 'max'])",
    "value_counts": FRAME + "df['region'].value_counts()",
    "describe": FRAME + "df.describe()",
    "wide_frame": "import pandas as pd\npd.DataFrame({f'c{i}': range(30) for i in range(70)})",
    "multi_index": FRAME + "df.assign(month=df.day.dt.to_period('Q')).pivot_table("
    "index=['region', 'month'], values='amount', aggfunc=['mean', 'count'])",
    "two_displays": FRAME + "display(df.head(2))\nprint('between')\ndisplay(df.tail(2))",
    "key_error": FRAME + "def share(frame):\n    return frame['revenue'] / frame['amount']\n\nshare(df)",
    "deep_recursion": "def f(n):\n    if n == 0:\n        return 1 / 0\n    return f(n - 1)\n\nf(60)",
    "chained": "def load(text):\n    try:\n        return int(text)\n    except ValueError as error:\n"
    "        raise RuntimeError(f'no number: {text!r}') from error\n\nload('12a')",
    "syntax_error": "totals = df.groupby('region'\nprint(totals)",
    "print_then_error": FRAME + "print('rows', len(df))\ndf['amount'] + df['region']",
    "long_message": "raise ValueError('bad rows: ' + ', '.join(map(str, range(2000))))",
    "plain_traceback": "%xmode Plain\nimport json\njson.loads('{\"a\": }')",
    "subprocess_traceback": "import subprocess, sys\n"
    "r = subprocess.run([sys.executable, '-c', 'import json; json.loads(\"x\")'], capture_output=True, text=True)\n"
    "print(r.stderr)\nfor i in range(3000): print('after', i)",
    "line_plot": PLOT + "df.set_index('day')['amount'].resample('MS').mean().plot(title='Mean amount', ylabel='EUR');",
    "bar_and_scatter": PLOT + "fig, (a, b) = plt.subplots(1, 2, figsize=(6, 3))\n"
    "df.groupby('region')['amount'].sum().plot.bar(ax=a, ylabel='sum of amount')\n"
    "for region, part in df.groupby('region'):\n    b.scatter(part.day, part.amount, label=region, s=4)\n"
    "b.set_yscale('log'); b.legend()\nplt.show()",
    "histogram_and_pie": PLOT + "fig, (a, b) = plt.subplots(1, 2, figsize=(6, 3))\na.hist(df['amount'], bins=30)\n"
    "a.axvline(100, color='red', label='target')\na.legend()\n"
    "df.region.value_counts().plot.pie(ax=b)\nfig.suptitle('Amounts')\nplt.show()",
    "markdown_html": "from IPython.display import HTML, Markdown\ndisplay(Markdown('**bold** $x^2$'))\n"
    "display(HTML('<style>p {color: red}</style><h2>Title</h2><table><tr><th>a</th><td>1 &amp; 2</td></tr></table>'))",
    "unknown_mime": "display({'application/vnd.example.v1+json': {'data': list(range(1000))}, 'text/plain': 'Chart()'}, raw=True)",
}  # fmt: skip


def without_places(text: str) -> str:
    """The corpus holds no paths and process ids of the machine that made it."""
    text = re.sub(r'[^\s"\\]{0,200}/site-packages/', "/opt/env/lib/python3.11/site-packages/", text)
    text = re.sub(
        r'[^\s"\\]{0,200}/lib/python3\.(?!\d+/site-packages)\d+/', "/opt/python/lib/python3.11/", text
    )
    return re.sub(r"ipykernel_\d+/\d+\.py", "ipykernel_1/1.py", text)


async def make(names: list[str]) -> None:
    kernel = ManagedKernel()
    await kernel.start()
    for name in names:
        await kernel.execute("%xmode Context\n%reset -f")
        execution = await kernel.execute(SNIPPETS[name])
        text = json.dumps(OUTPUTS.dump_python(execution.outputs, mode="json"), indent=1, ensure_ascii=True)
        (FOLDER / f"{name}.json").write_text(without_places(text) + "\n", encoding="utf-8")
    await kernel.close()


def write_readings(names: list[str]) -> None:
    for name in names:
        outputs = OUTPUTS.validate_json((FOLDER / f"{name}.json").read_bytes())
        reading = read(outputs, cell=CELL, vision=False)
        (FOLDER / f"{name}.txt").write_text(reading.text + "\n", encoding="utf-8")


if __name__ == "__main__":
    wanted = [argument for argument in sys.argv[1:] if argument != "--readings"] or list(SNIPPETS)
    if "--readings" not in sys.argv:
        asyncio.run(make(wanted))
    write_readings(wanted)
