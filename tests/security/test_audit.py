"""The audit hook: it tells what a cell really did, however the code was written; and it may be let look away."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

AUDIT = Path(__file__).parents[2] / "kernels" / "analyst_kernels" / "probe" / "audit.py"
HIDDEN = """
import importlib.util, json, sys
spec = importlib.util.spec_from_file_location("audit", sys.argv[1])
audit = importlib.util.module_from_spec(spec); spec.loader.exec_module(audit)
import os, socket, subprocess, tempfile, pathlib
tempfile.tempdir = "/nowhere"
os.environ["HOME"] = "/nowhere"
code = sys.argv[2]
audit.watch(os.getcwd())
try:
    exec(code)
except Exception as error:
    print(type(error).__name__, file=sys.stderr)
told = audit.noticed()
exec(code.replace("once", "twice")) if "again" in code else None
print(json.dumps([told, audit.noticed()]))
"""


def noticed(code: str, folder: Path) -> Any:
    work = folder / "work"
    work.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", HIDDEN, AUDIT, code], cwd=work, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])[0]


@pytest.mark.parametrize(
    ("code", "effect", "what"),
    [
        ("getattr(subprocess, 'r' + 'un')(['true', 'x'])", "shell", "true x"),
        ("vars(os)['sys' + 'tem']('true')", "shell", "true"),
        ("socket.socket().connect(('127.0.0.1', 9))", "network", "127.0.0.1:9"),
        ("p = '../out.csv'; open(p, 'w').close()", "outside", "out.csv"),
        ("pathlib.Path('../out.csv').write_text('')", "outside", "out.csv"),
        ("open('../gone', 'w').close(); os.remove('../gone')", "delete", "gone"),
        (
            "os.environ['MPLCONFIGDIR'] = os.getcwd(); from matplotlib import font_manager as f; f._get_fontconfig_fonts.__wrapped__()",
            "shell",
            "fc-list",
        ),
        (
            "open('planted.py', 'w').write('import subprocess; subprocess.run([\"true\", \"x\"])'); sys.path.insert(0, ''); import planted",
            "shell",
            "true x",
        ),
    ],
)
def test_it_tells_what_reading_cannot_see(tmp_path: Path, code: str, effect: str, what: str) -> None:
    told = noticed(code, tmp_path)["events"]
    assert any(e["effect"] == effect and what in e["what"] for e in told), told


@pytest.mark.parametrize(
    "code",
    [
        "open('a.csv', 'w').close(); os.remove('a.csv')",
        "open('../a.csv').read() if os.path.exists('../a.csv') else None",
        "import csv, json, decimal, sqlite3",
        "os.listdir('/'); os.getcwd()",
        "open(os.devnull, 'w').write('x')",
        "os.environ['MPLCONFIGDIR'] = os.getcwd(); import matplotlib.font_manager",  # it asks a program for the fonts
    ],
)
def test_ordinary_work_is_not_told(tmp_path: Path, code: str) -> None:
    assert noticed(code, tmp_path) == {"events": [], "more": 0}


def test_much_of_the_same_is_counted_and_much_of_others_is_cut(tmp_path: Path) -> None:
    code = "[open('../a', 'w').close() for n in range(5)]; [open(f'../{n}', 'w').close() for n in range(50)]"
    told = noticed(code, tmp_path)
    assert told["events"][0]["times"] == 5
    assert len(told["events"]) == 20
    assert told["more"] == 31
