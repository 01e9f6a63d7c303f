"""`--kernel sandbox` in JupyterLab: files named in the question are read in a closed kernel; the user's own is untouched."""

from __future__ import annotations

from playwright.sync_api import expect

from .asking import load
from .lab import Lab

FILE = """from pathlib import Path
Path("sales.csv").write_text("region,paid\\nN,10\\nS,20\\nN,30\\nE,44\\n")
names = set(dir())"""


def test_a_file_is_answered_about_in_a_closed_kernel(lab: Lab) -> None:
    lab.open(
        load(),
        FILE,
        "%%agent --kernel sandbox\nWhat is the mean of paid for each region in sales.csv?",
        "%%agent --kernel sandbox\nShow the distribution of paid",
        "print('new:', sorted(n for n in set(dir()) - names - {'names'} if n[0] != '_'))",
    )
    for cell in (0, 1):
        lab.run_cell(cell)
    asked = lab.run_cell(2)
    expect(asked.locator(".analyst-answer")).to_contain_text("44")
    expect(asked.locator(".analyst-block").first).to_contain_text("sales.csv")
    drawn = lab.run_cell(3)  # the kernel and its data are still there
    expect(drawn.locator(".analyst-answer")).to_contain_text("26")
    expect(drawn.locator("img")).to_have_count(1)
    expect(lab.run_cell(4)).to_contain_text("new: []")
    assert lab.errors == []
