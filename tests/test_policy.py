"""What may be done: readings of code, limits, what a call must wait for."""

from __future__ import annotations

import pytest

from analyst.policy import effects, reasons

HARMLESS = [
    "df = pd.read_csv('a.csv')\ndf.describe()",
    "import os\nos.path.join('a', 'b')",
    "text = df.to_csv()",
    "with open('a.txt') as f:\n    f.read()",
    "open('a.txt', 'rb').read()",
    "%matplotlib inline\nplt.plot([1])",
    "df.remove_unused_categories()",
    "x = [1]\nx.remove(1)",
    "import urllib.parse",
    "pd.to_datetime(df['date'])",
    "df.replace('a', 'b')",
]
RISKY = [
    ("!ls", "shell"),
    ("%%bash\nls", "shell"),
    ("import subprocess as sp\nsp.run(['ls'])", "shell"),
    ("from os import system\nsystem('ls')", "shell"),
    ("from os import remove as r\nr('a')", "delete"),
    ("import shutil\nshutil.rmtree('a')", "delete"),
    ("Path('a').unlink()", "delete"),
    ("!pip install x", "install"),
    ("%pip install x", "install"),
    ("import requests", "network"),
    ("from urllib.request import urlopen", "network"),
    ("pd.read_csv('https://example.org/a.csv')", "network"),
    ("import socket", "network"),
]
WRITES = ["df.to_csv('out.csv')", "open('a', 'w')", "open('a', mode='ab')", "plt.savefig('a.png')", "Path('a').open('w')", "%%writefile a.py\nx"]  # fmt: skip


@pytest.mark.parametrize("code", HARMLESS)
def test_ordinary_code_has_no_effects(code: str) -> None:
    assert effects(code) == frozenset()


@pytest.mark.parametrize(("code", "effect"), RISKY)
def test_risky_code_is_told_apart(code: str, effect: str) -> None:
    assert effect in effects(code)
    assert reasons(code, "risky")
    assert not reasons(code, "auto")


@pytest.mark.parametrize("code", WRITES)
def test_writing_is_an_effect_but_needs_no_yes(code: str) -> None:
    assert effects(code) == {"write"}
    assert not reasons(code, "risky")
    assert reasons(code, "ask") == ("it writes files",)


def test_asking_means_every_cell() -> None:
    assert reasons("1 + 1", "ask") == ("every cell is asked for",)


def test_code_that_does_not_parse_cannot_run_either() -> None:
    assert effects("df = (") == frozenset()
    assert "unreadable" in effects("!ls\ndf = (")
