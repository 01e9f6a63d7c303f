"""Digests that travel with an output: what a table or a figure shows, as a small JSON object under a MIME type of ours.

They are made where the object still is: outside, only its picture is left. A digest never raises and changes nothing.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from .brief import brief, cell, name_of, rounded, short

TABLE = "application/vnd.analyst.table+json"
FIGURE = "application/vnd.analyst.figure+json"

COLUMNS = 20
HEAD, TAIL = 8, 3
WHOLE = 160
"""A table of at most so many cells is shown whole: the rows of a small result are the result."""
COUNTED = 5_000_000
"""Cells beyond which missing values are not counted, to stay within milliseconds."""
OBJECTS = 200_000
FIGURE_SIZE = 2000
"""Characters of JSON that a figure's digest may take."""

_TABLES = [
    (home, name)
    for home in ("pandas", "pandas.core.frame", "pandas.core.series")
    for name in ("DataFrame", "Series")
]


def register(shell: Any) -> None:
    """Add both MIME types to IPython's display formatter; without a shell nothing is displayed, and nothing to do."""
    if shell is None:
        return
    from IPython.core.formatters import JSONFormatter  # noqa: PLC0415 - there only where there is a shell

    kinds: list[tuple[str, Callable[[Any], dict[str, Any]], list[tuple[str, str]]]] = [
        (TABLE, table, _TABLES),
        # the inline backend takes Figure out of every formatter when it starts: the class above it stays
        (FIGURE, figure, [("matplotlib.figure", "FigureBase")]),
    ]
    for mime, digest, types in kinds:
        formatter: Any = JSONFormatter(parent=shell.display_formatter)
        formatter.format_type = mime
        # else an object's own `_repr_json_` would end up under our type
        formatter.print_method = "_analyst_digest_"
        for home, name in types:
            # by name: neither pandas nor matplotlib is imported for this
            formatter.for_type_by_name(home, name, _never_raising(digest))
        shell.display_formatter.formatters[mime] = formatter


def _never_raising(digest: Callable[[Any], dict[str, Any]]) -> Callable[[Any], dict[str, Any]]:
    def digested(value: Any) -> dict[str, Any]:
        try:
            return digest(value)
        except Exception as error:  # noqa: BLE001 - the user's output must come whatever is odd about the object
            return {"failed": f"{type(error).__name__}: {short(str(error), 200)}"}

    return digested


# ── tables ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def table(value: Any) -> dict[str, Any]:
    """Shape, columns with types and missing values, first and last rows as text: of a DataFrame or a Series."""
    series = value.ndim == 1
    rows, columns = len(value), 1 if series else value.shape[1]
    shown = value if series else value.iloc[:, :COLUMNS]
    whole = rows <= HEAD + TAIL or rows * (columns + 1) <= WHOLE
    head = shown if whole else shown.iloc[:HEAD]
    return {
        "kind": "series" if series else "frame",
        "shape": [rows, columns],
        "index": [short(cell(name), 40) for name in value.index.names],
        "columns": column_list(shown),
        "head": _rows(head),
        "tail": [] if whole else _rows(shown.iloc[-TAIL:]),
    }


def column_list(value: Any) -> list[dict[str, Any]]:
    """Name, type and number of missing values (None: too many cells to count) of each column."""
    series = value.ndim == 1
    columns = [value] if series else [value.iloc[:, number] for number in range(value.shape[1])]
    names = [value.name] if series else list(value.columns)
    counted = value.size <= COUNTED
    missing = [gaps(column) if counted else None for column in columns]
    types = [column.dtype for column in columns]
    return [
        {
            "name": None if series and name is None else cell(name, 60),
            "type": short(str(kind), 40),
            "missing": count,
        }
        for name, kind, count in zip(names, types, missing, strict=True)
    ]


def gaps(column: Any) -> int | None:
    """How many values are missing; None in a column of very many objects. The objects themselves are not asked."""
    dtype, numpy = column.dtype, sys.modules["numpy"]
    # many times quicker than pandas' own way: whole numbers have no gaps, and of dates and times one number is none
    if isinstance(dtype, numpy.dtype) and dtype.kind in "biuf":
        return int(numpy.count_nonzero(numpy.isnan(column.to_numpy()))) if dtype.kind == "f" else 0
    if isinstance(dtype, numpy.dtype) and dtype.kind in "mM":
        return int(numpy.count_nonzero(column.to_numpy().view("int64") == numpy.iinfo("int64").min))
    if str(dtype) != "object":
        return int(numpy.count_nonzero(column.isna().to_numpy()))
    return sum(map(_is_gap, column)) if len(column) <= OBJECTS else None


def _is_gap(value: Any) -> bool:
    cls = type(value)
    return value is None or (cls is float and value != value) or name_of(cls) in {"NaTType", "NAType"}


def _rows(value: Any) -> list[list[str]]:
    labels = [cell(label) for label in value.index]
    columns = [value] if value.ndim == 1 else [value.iloc[:, n] for n in range(value.shape[1])]
    cells = [[cell(item) for item in column] for column in columns]
    return [[label, *row] for label, *row in zip(labels, *cells, strict=True)]


# ── figures ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def figure(value: Any) -> dict[str, Any]:
    """Size in inches; axes with titles, labels, ranges, categories, legends and marks, as many as `FIGURE_SIZE` allows."""
    axes = [each for each in value.axes if each.get_label() != "<colorbar>"]
    inches = [rounded(float(side)) for side in value.get_size_inches()]
    title = value.get_suptitle() if hasattr(value, "get_suptitle") else ""
    for detail in (12, 8, 5, 3, 2, 1):
        digest: dict[str, Any] = {
            "inches": inches,
            "axes": [_axes(each, detail) for each in axes[: detail * 2]],
        }
        if title:
            digest["title"] = short(title, 100)
        if len(axes) > detail * 2:
            digest["more_axes"] = len(axes) - detail * 2
        if len(json.dumps(digest, ensure_ascii=False)) <= FIGURE_SIZE:
            return digest
    return {"inches": inches, "title": short(title, 100), "axes": [], "more_axes": len(axes)}


def _axes(axes: Any, detail: int) -> dict[str, Any]:
    said: dict[str, Any] = {"title": short(axes.get_title(), 100)}
    for name, axis, limits in (("x", axes.xaxis, axes.get_xlim()), ("y", axes.yaxis, axes.get_ylim())):
        said[name] = _axis(axis, limits, detail)
    marks = [
        *_bars(axes, detail),
        *_lines(axes, detail),
        *_collections(axes),
        *_images(axes),
        *_wedges(axes, detail),
    ]
    if marks:
        said["marks"] = marks[:detail]
    if len(marks) > detail:
        said["more_marks"] = len(marks) - detail
    legend = axes.get_legend()
    if legend is not None:
        said["legend"] = [short(text.get_text(), 40) for text in legend.get_texts()[:detail]]
    texts = [short(text.get_text(), 40) for text in axes.texts if text.get_text()]
    if texts:
        said["texts"] = texts[:detail]
    return {key: value for key, value in said.items() if value not in ("", {})}


def _axis(axis: Any, limits: tuple[float, float], detail: int) -> dict[str, Any]:
    said: dict[str, Any] = {"label": short(axis.get_label_text(), 60)}
    names = _categories(axis)
    if names:
        said["categories"] = [short(name, 30) for name in names[: detail * 2]]
        if len(names) > detail * 2:
            said["more_categories"] = len(names) - detail * 2
    else:
        said["range"] = [_position(axis, limit) for limit in limits]
    if axis.get_scale() != "linear":
        said["scale"] = axis.get_scale()
    return {key: value for key, value in said.items() if value != ""}


def _categories(axis: Any) -> list[str]:
    """The labels of ticks that stand for categories; none where ticks are positions on a scale."""
    locator, formatter = axis.get_major_locator(), axis.get_major_formatter()
    if type(locator).__name__ == "StrCategoryLocator":
        mapping = getattr(axis.units, "_mapping", {})
        return [str(name) for name in mapping]
    if type(locator).__name__ == "FixedLocator" and type(formatter).__name__ in {
        "FixedFormatter",
        "FuncFormatter",
    }:
        return [text for n, spot in enumerate(locator.locs) if (text := str(formatter(spot, n)))]
    return []


def _position(axis: Any, value: float) -> Any:
    """A place on an axis as the reader sees it: dates as dates."""
    dates = sys.modules.get("matplotlib.dates")
    converter = axis.get_converter() if hasattr(axis, "get_converter") else axis.converter
    if (
        dates is not None
        and "Date" in type(converter).__name__
        and type(axis.get_major_locator()).__name__ != "TimeSeries_DateLocator"
    ):
        return dates.num2date(value).strftime("%Y-%m-%d %H:%M").removesuffix(" 00:00")
    period = getattr(axis, "freq", None)
    if period is not None and "pandas" in sys.modules:
        return str(sys.modules["pandas"].Period(ordinal=round(value), freq=period))
    return rounded(float(value))


def _span(axis: Any, values: Any) -> list[Any]:
    """Lowest and highest of some positions, those that are not numbers aside."""
    numpy = sys.modules["numpy"]
    plain = numpy.ma.getdata(numpy.asarray(values)).astype(float).ravel()
    plain = plain[numpy.isfinite(plain)]
    return [_position(axis, plain.min()), _position(axis, plain.max())] if plain.size else []


def _named(mark: dict[str, Any], label: Any) -> dict[str, Any]:
    text = str(label or "")
    return mark if not text or text.startswith("_") else {**mark, "label": short(text, 40)}


def _bars(axes: Any, detail: int) -> list[dict[str, Any]]:
    marks = []
    for container in axes.containers:
        if type(container).__name__ != "BarContainer" or not container.patches:
            continue
        flat = container.orientation == "horizontal"
        axis = axes.xaxis if flat else axes.yaxis
        lengths = [float(p.get_width() if flat else p.get_height()) for p in container.patches]
        mark: dict[str, Any] = {"kind": "horizontal bars" if flat else "bars", "count": len(lengths)}
        if len(lengths) <= detail * 2:
            mark["values"] = [rounded(length) for length in lengths]
        else:
            mark["range"] = _span(axis, lengths)
        marks.append(_named(mark, container.get_label()))
    return marks


def _lines(axes: Any, detail: int) -> list[dict[str, Any]]:
    marks = []
    for line in axes.lines:
        x, y = line.get_xdata(orig=False), line.get_ydata(orig=False)
        kind = "points" if line.get_linestyle() in {"None", "none", "", " "} else "line"
        mark: dict[str, Any] = {
            "kind": kind,
            "count": len(y),
            "x": _span(axes.xaxis, x),
            "y": _span(axes.yaxis, y),
        }
        if 1 < len(y) <= detail * 2:
            mark["values"] = [_position(axes.yaxis, float(each)) if each == each else None for each in y]
        marks.append(_named(mark, line.get_label()))
    return marks


def _collections(axes: Any) -> list[dict[str, Any]]:
    marks = []
    for collection in axes.collections:
        name = type(collection).__name__
        if name == "PathCollection":
            spots = collection.get_offsets()
            mark = {
                "kind": "scatter",
                "count": len(spots),
                "x": _span(axes.xaxis, spots[:, 0]),
                "y": _span(axes.yaxis, spots[:, 1]),
            }
        elif name == "QuadMesh":
            mark = _shaded("heatmap", collection.get_array())
        else:
            mark = {"kind": name, "count": len(collection.get_paths())}
        marks.append(_named(mark, collection.get_label()))
    return marks


def _images(axes: Any) -> list[dict[str, Any]]:
    return [_shaded("image", image.get_array()) for image in axes.images]


def _shaded(kind: str, array: Any) -> dict[str, Any]:
    numpy = sys.modules["numpy"]
    values = numpy.ma.getdata(array)
    finite = values[numpy.isfinite(values)]
    mark: dict[str, Any] = {"kind": kind, "shape": list(values.shape)}
    return (
        {**mark, "range": [rounded(float(finite.min())), rounded(float(finite.max()))]}
        if finite.size
        else mark
    )


def _wedges(axes: Any, detail: int) -> list[dict[str, Any]]:
    """The slices of a pie, each with its share of the circle in percent; and other shapes, counted."""
    drawn = {id(patch) for container in axes.containers for patch in getattr(container, "patches", ())}
    loose = [patch for patch in axes.patches if id(patch) not in drawn]
    slices = [patch for patch in loose if type(patch).__name__ == "Wedge"]
    shares = [
        [brief(str(w.get_label()), 30)[1:-1], rounded((w.theta2 - w.theta1) / 3.6)]
        for w in slices[: detail * 2]
    ]
    marks: list[dict[str, Any]] = [{"kind": "pie", "count": len(slices), "percent": shares}] if slices else []
    others = sorted({type(patch).__name__ for patch in loose} - {"Wedge"})
    return marks + [{"kind": name, "count": sum(type(p).__name__ == name for p in loose)} for name in others]
