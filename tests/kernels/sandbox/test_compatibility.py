"""What an analysis uses runs in the sandbox as outside; and what does not under Landlock is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kernels.sandbox.boxes import Box

SNIPPETS = {
    "pandas": "import pandas as pd; df = pd.DataFrame({'a': [1, 2], 'b': list('xy')}); print(df.groupby('b').a.sum().sum())",
    "parquet": "df.to_parquet('t.parquet'); print(pd.read_parquet('t.parquet').a.sum())",
    "csv": "df.to_csv('t.csv', index=False); print(pd.read_csv('t.csv').a.sum())",
    "plot": "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.title('αβγ'); plt.show()",
    "threads of a model": "from sklearn.ensemble import RandomForestClassifier as R; print(R(8, n_jobs=2).fit([[0], [1]] * 9, [0, 1] * 9).score([[0], [1]], [0, 1]))",
    "joblib": "from joblib import Parallel, delayed; print(Parallel(2)(delayed(abs)(-i) for i in range(3)))",
    "multiprocessing": "import multiprocessing as m\nwith m.get_context('fork').Pool(2) as p: print(p.map(abs, [-1]))",
    "shared memory": "from multiprocessing import shared_memory as s; q = s.SharedMemory(create=True, size=10); q.close(); q.unlink(); print('ok')",
    "a server of its own": "import http.server as h, threading, urllib.request as u\ns = h.HTTPServer(('127.0.0.1', 0), h.SimpleHTTPRequestHandler); threading.Thread(target=s.serve_forever, daemon=True).start(); print(u.urlopen(f'http://127.0.0.1:{s.server_port}/').status); s.shutdown(); s.server_close()",
    "shell": "!echo from the shell",
    "subprocess": "import subprocess, sys; print(subprocess.run([sys.executable, '-c', 'print(1)'], capture_output=True, text=True).stdout)",
    "temporary files": "import tempfile\nwith tempfile.NamedTemporaryFile() as f: f.write(b'x'); print(f.name)",
    "sqlite": "import sqlite3; c = sqlite3.connect('x.db'); c.execute('create table t(a)'); c.commit(); c.close(); print('ok')",
    "copies": "import shutil; shutil.copy2('t.csv', 'copy.csv'); shutil.copytree('.', 'tree', ignore=shutil.ignore_patterns('tree')); print('ok')",
    "user": "import getpass, os; print(getpass.getuser(), os.path.expanduser('~'))",
    "time zones": "print(pd.Timestamp('2024-01-01', tz='Europe/Paris').tz_convert('Asia/Tokyo'))",
    "processes": "import psutil; print(psutil.cpu_count() > 0, psutil.virtual_memory().total > 0, len(psutil.pids()) > 0)",
    "await": "import asyncio; await asyncio.sleep(0); print('ok')",
    "widgets": "import ipywidgets; print(ipywidgets.IntSlider().value)",
}  # fmt: skip
NOT_UNDER_LANDLOCK = {"multiprocessing", "shared memory", "a server of its own", "shell", "processes"}


@pytest.mark.parametrize("tier", ["bubblewrap", "landlock"])
async def test_what_an_analysis_uses_runs(tier: str, tmp_path: Path) -> None:
    failed = {}
    async with Box({"tier": tier, "work": str(tmp_path), "memory_mb": 3000, "total_memory_mb": 3000}) as box:
        for name, code in SNIPPETS.items():
            told = await box.run(code, seconds=60)
            if told.status != "ok" or not (told.text or told.data):
                failed[name] = told
            assert told.status != "dead", (name, box.provisioner.epitaph())
    assert set(failed) == (NOT_UNDER_LANDLOCK if tier == "landlock" else set()), failed


async def test_modules_in_the_work_folder_shadow_nothing(tmp_path: Path) -> None:
    (tmp_path / "colorsys.py").write_text("planted = True")
    async with Box({"work": str(tmp_path)}) as box:
        assert (await box.run("import colorsys; print(hasattr(colorsys, 'planted'))")).text == "False\n"
