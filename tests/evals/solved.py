"""What the rules solve of the suite. `python -m tests.evals.solved` runs it and writes the list down anew."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from click.testing import CliRunner

from analyst.evals.command import command

RECORD = Path(__file__).parent / "solved_by_rules.txt"


def solved_by_rules(out: Path) -> set[str]:
    """Run the whole suite with the rules, two tasks at once; the ids of the tasks that are solved."""
    words = ["regress", "--model", "rules", "--out", str(out), "--jobs", "2", "--json", "--quiet"]
    done = CliRunner().invoke(command, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return set(json.loads(done.stdout)["solved"])


def on_record() -> set[str]:
    """The ids that were written down."""
    return set(RECORD.read_text(encoding="utf-8").split())


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        RECORD.write_text(
            "".join(f"{id}\n" for id in sorted(solved_by_rules(Path(folder)))), encoding="utf-8"
        )
