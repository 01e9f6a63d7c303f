from __future__ import annotations

import json
from pathlib import Path

import pytest

from analyst.evals.grading import Cause, Key, Part, Verdict
from analyst.evals.predictions import Prediction, run_folder
from analyst.evals.recording import recorded
from analyst.evals.report import compare, report, spent, text, to_json
from analyst.events import ModelReplied
from analyst.story import Spent
from tests.evals.conftest import RECORDINGS, Evaluation


def verdict(id: str, cause: Cause | None = None, level: str = "easy", **more: object) -> Verdict:
    line = {"id": id, "level": level, "gold": [["n", "1"]], "grader": {"type": "named"}, "tags": ["count"]}
    return Verdict(Key.model_validate(line | more), (Part("n", cause is None), Part("m", True)), cause)


HERE = [
    verdict("a"),
    verdict("b", "wrong value"),
    verdict("c", "limit", "hard", suspect=True),
    verdict("d", None, "hard", tags=["count", "sum"]),
    verdict("e", "limit"),
]
THERE = [verdict("a"), verdict("b"), verdict("c", "crash"), verdict("d", "model"), verdict("e")]
SPENDING = [Spent(2, 1000, 0.01), Spent(4, 3000, 0.03), Spent(9, 9000, 0.1), Spent(2, 500, 0.005), Spent()]

PAGE = """\
suite, answered by some/model

                        tasks  solved   share  95 % interval  sub-answers
all                         5       2   40.0%      11.8–76.9      7 of 10
without suspect labels      4       2   50.0%      15.0–85.0       6 of 8
level easy                  3       1   33.3%       6.1–79.2       4 of 6
level hard                  2       1   50.0%       9.5–90.5       3 of 4
kind count                  5       2   40.0%      11.8–76.9      7 of 10
kind sum                    1       1  100.0%     20.7–100.0       2 of 2

             median   total
model calls       2      17
tokens        1,000  13,500
seconds         2.0    26.0
cost in USD  0.0100  0.1450

Not solved: 3
  limit (2): c, e
  wrong value (1): b

Against DIR: both 1, neither 1, p = 1 (McNemar, exact)
  only here (1): d
  only there (2): b, e"""


def test_the_page() -> None:
    comparison = compare("DIR", HERE, THERE)
    made = report("suite", "some/model", HERE, SPENDING, [1, 2, 20, 3, 0], comparison)
    assert text(made) == PAGE


def test_the_object() -> None:
    made = json.loads(to_json(report("suite", "some/model", HERE, SPENDING, [1, 2, 20, 3, 0])))
    assert made["solved"] == ["a", "d"]
    assert made["failures"] == {"limit": ["c", "e"], "wrong value": ["b"]}
    assert made["scores"][0]["interval"] == pytest.approx([0.117620774232648, 0.769275718723987])
    assert made["comparison"] is None


def test_a_price_that_is_not_known_is_said() -> None:
    made = report("suite", "m", HERE[:1], [Spent(1, 100, 0.0, priced=False)], [1.0])
    assert "cost in USD  0.0000  0.0000 (of the calls with a known price)" in text(made)
    assert "Not solved" not in text(made)


def test_spending_is_folded_from_the_logs(
    model_runs: tuple[Evaluation, dict[str, Prediction]], tmp_path: Path
) -> None:
    evaluation, _ = model_runs
    for id, file in RECORDINGS.items():
        replies = [e.usage for e in recorded(file, evaluation.out) if isinstance(e, ModelReplied)]
        found = spent(run_folder(evaluation.out, id))
        assert (found.calls, found.tokens) == (len(replies), sum(u.input + u.output for u in replies))
        assert found.usd == pytest.approx(sum(u.usd or 0 for u in replies))
    assert spent(tmp_path / "never-began") == Spent()
