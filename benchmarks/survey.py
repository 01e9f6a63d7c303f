"""How long the survey takes on long and wide files, against reading the whole file with pandas in the same run.

    uv run python -m benchmarks.survey [--rows 1000000 10000000]

Files are written to a temporary folder (1.0 GB for 10 million rows) and are in the system's cache when they are read. Seconds
vary from machine to machine and with what else runs there; the ratio is what counts.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from analyst_kernels.probe.survey import survey

PIECE = 200_000
"""Rows that are made once; the file repeats them, with running numbers before each."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    wanted = parser.parse_args().rows
    print(f"{'file':<28} {'size':>8} {'survey':>9} {'read_csv':>9} {'ratio':>8}  rows said")
    with tempfile.TemporaryDirectory() as folder:
        for rows in wanted:
            measure(f"{rows:,} rows × 10", long_file(Path(folder, "long.csv"), rows))
        measure("1,000 rows × 3,000", wide_file(Path(folder, "wide.csv")))


def measure(name: str, path: Path) -> None:
    looking = min(seconds(lambda: survey([str(path)])) for _ in range(3))
    reading = min(seconds(lambda: pd.read_csv(path)) for _ in range(3))
    (table,) = survey([str(path)])["tables"]
    said = f"{'' if table['rows_exact'] else 'about '}{table['rows']:,}"
    size = f"{path.stat().st_size / 1e6:,.0f} MB"
    print(f"{name:<28} {size:>8} {looking:>7.2f} s {reading:>7.2f} s {reading / looking:>7.1f}×  {said}")
    path.unlink()


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def long_file(path: Path, rows: int) -> Path:
    """Numbers, dates, words in quotes, gaps: about 100 bytes a row."""
    chance = np.random.default_rng(0)
    frame = pd.DataFrame({f"x{n}": chance.random(PIECE).round(6) * 1000 for n in range(5)})
    frame["k"] = chance.integers(0, 1000, PIECE)
    frame["city"] = chance.choice(["Berlin", "Paris, France", "Rome", "Oslo"], PIECE)
    frame["day"] = pd.date_range("2020", periods=PIECE, freq="min").astype(str)
    frame["note"] = chance.choice(["alpha beta gamma", "delta", ""], PIECE)
    lines = frame.to_csv(index=False, header=False).splitlines()
    with path.open("w") as file:
        file.write(",".join(["id", *frame.columns]) + "\n")
        file.writelines(f"{number},{line}\n" for number, line in numbered(lines, rows))
    return path


def numbered(lines: list[str], rows: int) -> Iterator[tuple[int, str]]:
    return ((number, lines[number % len(lines)]) for number in range(rows))


def wide_file(path: Path) -> Path:
    values = np.random.default_rng(0).random((1000, 3000)).round(4)
    pd.DataFrame(values, columns=[f"x{n}" for n in range(3000)]).to_csv(path, index=False)
    return path


if __name__ == "__main__":
    main()
