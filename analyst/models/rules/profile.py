"""The plan for an open question: quality, distributions, relations. Each step prints its findings as lines `- …`."""

from __future__ import annotations

from .code import axis, caption, dates, histogram, names, quote
from .survey import CATEGORIES, Column, Table
from .vocabulary import unit

NUMBERS, GROUPS = 30, 8
"""Most columns of numbers and of categories that are looked at."""
DRAWN = 6
MANY = 200_000
"""Rows from which on a frame is not turned into text to be compared."""
QUALITY, DISTRIBUTIONS, RELATIONS = "schema and quality", "distributions", "relations"

GOALS = {
    QUALITY: (
        "Look at schema and quality",
        "counts of missing values, duplicates, constant columns, outliers",
    ),
    DISTRIBUTIONS: ("Look at distributions", "figures of the main columns, and one plot"),
    RELATIONS: ("Look at relations", "strongest correlations and largest differences between groups"),
}


def numbers_of(table: Table) -> list[Column]:
    """Columns of numbers worth a look: they vary, and are no mere row numbers."""
    return [c for c in table.columns if c.numeric and c.distinct > 1 and not identifier(c, table)][:NUMBERS]


def groups_of(table: Table) -> list[Column]:
    """Columns that divide the rows into a few groups."""
    kinds = ("text", "boolean")
    return [
        c for c in table.columns if c.type in kinds and 2 <= c.distinct <= min(CATEGORIES, table.rows - 1)
    ][:GROUPS]


def identifier(column: Column, table: Table) -> bool:
    """Whether a column only numbers the rows."""
    unique = column.distinct == table.rows and table.rows > 10
    return (
        unique
        and column.type == "integer"
        and (column.span == table.rows - 1 or column.name.lower().endswith("id"))
    )


def sections(table: Table) -> dict[str, list[str]]:
    """Lines of code by step."""
    return {
        QUALITY: [f"# {QUALITY}", f'print("== {QUALITY} ==")', *_quality(table)],
        DISTRIBUTIONS: [f"# {DISTRIBUTIONS}", f'print("== {DISTRIBUTIONS} ==")', *_distributions(table)],
        RELATIONS: [f"# {RELATIONS}", f'print("== {RELATIONS} ==")', *_relations(table)],
    }


def _quality(table: Table) -> list[str]:
    data = table.variable
    lines = [
        f'print(f"- {{len({data})}} rows and {{{data}.shape[1]}} columns")',
        f"missing = {data}.isna().sum()",
        "missing = missing[missing > 0].sort_values(ascending=False)",
        "if len(missing):",
        "    print(missing.head(15).to_string())",
        '    print(f"- {int(missing.sum())} values are missing; columns with gaps: {len(missing)}, most in {missing.index[0]}: '
        f'{{missing.iloc[0]}} ({{100 * missing.iloc[0] / len({data}):.1f}}%)")',
        "else:",
        '    print("- no value is missing")',
        f"plain = {_plain(table)}",
        "repeats = int(plain.duplicated().sum())",
        'print(f"- {repeats} rows repeat another row exactly" if repeats else "- no row repeats another")',
        "constant = [str(name) for name in plain.columns if plain[name].nunique(dropna=False) == 1]",
        "if constant:",
        "    print(f\"- never varies: {', '.join(constant[:10])}{' …' if len(constant) > 10 else ''}\")",
    ]
    if chosen := numbers_of(table):
        lines += [
            f"numbers = {data}[{names(chosen)}]",
            "quartiles = numbers.quantile([0.25, 0.75])",
            "spread = quartiles.loc[0.75] - quartiles.loc[0.25]",
            "outside = (numbers < quartiles.loc[0.25] - 1.5 * spread) | (numbers > quartiles.loc[0.75] + 1.5 * spread)",
            "outliers = outside.sum().sort_values(ascending=False)",
            "print(outliers.head(10).to_string())",
            "if len(outliers) and outliers.iloc[0] > 0:",
            '    print(f"- most values outside 1.5 interquartile ranges: {outliers.index[0]}, {outliers.iloc[0]} values")',
        ]
    return lines


def _plain(table: Table) -> str:
    """The frame in values that can be compared: lists and objects as text. All as text takes minutes where rows are many."""
    if table.rows <= MANY:
        return f"{table.variable}.astype(str)"
    odd = [c for c in table.columns if c.type == "other"]
    return f"{table.variable}.astype(dict.fromkeys({names(odd)}, str))" if odd else table.variable


def _distributions(table: Table) -> list[str]:
    data, numbers, groups = table.variable, numbers_of(table), groups_of(table)
    lines: list[str] = []
    if numbers:
        lines += [
            f"numbers = {data}[{names(numbers)}]",
            "print(numbers.describe().T.round(3).to_string())",
            "skewness = numbers.skew().dropna().sort_values(key=abs, ascending=False)",
            "if len(skewness):",
            "    name = skewness.index[0]",
            '    print(f"- the least symmetric column of numbers is {name}: skewness {skewness.iloc[0]:.2f}, '
            'mean {numbers[name].mean():.6g}, median {numbers[name].median():.6g}")',
        ]
    for column in groups[:3]:
        lines += [
            f"sizes = {data}[{quote(column.name)}].astype(str).value_counts()",
            "print(sizes.head(10).to_string())",
            f'print({quote(f"- the commonest {column.label} is")}, f"{{sizes.index[0]}}: {{sizes.iloc[0]}} of {{sizes.sum()}} rows '
            '({100 * sizes.iloc[0] / sizes.sum():.1f}%)")',
        ]
    for column in table.dates()[:1]:
        lines += [
            f"dates = {dates(column, data)}",
            'first, last = (str(day).removesuffix(" 00:00:00") for day in (dates.min(), dates.max()))',
            f'print({quote(f"- {column.label} runs from")}, first, "to", last)',
        ]
    drawn = [*numbers[:DRAWN], *groups[: max(0, DRAWN - len(numbers)) + 2]][: DRAWN + 2]
    return lines + (
        _figure(table, drawn) if drawn else ['print("- no column has a distribution worth a plot")']
    )


def _figure(table: Table, drawn: list[Column]) -> list[str]:
    across = min(3, len(drawn))
    down = -(-len(drawn) // across)
    lines = [
        f"fig, axes = plt.subplots({down}, {across}, figsize=({4 * across + 1}, {3 * down + 1}), squeeze=False)"
    ]
    for place, column in enumerate(drawn):
        ax = f"axes[{place // across}, {place % across}]"
        values = f"{table.variable}[{quote(column.name)}].dropna()"
        label = axis(column, unit(column.name))
        if column.numeric:
            lines += histogram(column, values, ax)
            lines.append(f'{ax}.set(title={caption(column.label)}, xlabel={label}, ylabel="rows")')
        else:
            lines.append(f"sizes = {values}.astype(str).value_counts().head(12)")
            lines.append(f"{ax}.barh(sizes.index[::-1], sizes.to_numpy()[::-1])")
            lines.append(f'{ax}.set(title={caption(column.label)}, xlabel="rows", ylabel={label})')
    spare = [f"axes[{p // across}, {p % across}].set_axis_off()" for p in range(len(drawn), down * across)]
    return [
        *lines,
        *spare,
        f"fig.suptitle({caption(f'Distributions in {table.stem}')})",
        "fig.tight_layout()",
        "plt.show()",
    ]


def _relations(table: Table) -> list[str]:
    data, numbers, groups = table.variable, numbers_of(table), groups_of(table)
    lines: list[str] = []
    if len(numbers) > 1:
        lines += [
            f"matrix = {data}[{names(numbers)}].corr()",
            "upper = np.triu(np.ones(matrix.shape, dtype=bool), k=1)",
            'pairs = matrix.where(upper).rename_axis(index="a", columns="b").stack().dropna()',
            "pairs = pairs.sort_values(key=abs, ascending=False)",
            "print(pairs.head(8).to_string())",
            "for (a, b), r in pairs.head(2).items():",
            '    how = "go together" if abs(r) >= 0.1 else "hardly go together"',
            '    print(f"- {a} and {b} {how}: correlation r = {r:.3f}")',
        ]
    if numbers and groups:
        lines += [
            "effects = []",
            f"for name in {names(numbers)}:",
            f"    for group in {names(groups)}:",
            f"        known = {data}[[name, group]].dropna()",
            '        means = known.groupby(group, observed=True)[name].transform("mean")',
            "        total = ((known[name] - known[name].mean()) ** 2).sum()",
            "        if total > 0:",
            "            effects.append((((means - known[name].mean()) ** 2).sum() / total, name, group))",
            "effects.sort(reverse=True)",
            "for share, name, group in effects[:2]:",
            f"    means = {data}.groupby(group, observed=True)[name].mean().dropna().sort_values()",
            '    print(f"- {group} accounts for {100 * share:.1f}% of the variance of {name}: the mean runs from '
            '{means.iloc[0]:.6g} ({means.index[0]}) to {means.iloc[-1]:.6g} ({means.index[-1]})")',
        ]
    return lines or ['print("- there are too few columns of numbers or of categories for relations")']
