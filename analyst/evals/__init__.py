"""Evaluation: a suite of tasks is put to a model, and what came of it is graded and reported.

`tasks` (what is asked) → `running` (a pool of sessions; `asking` is one of them) → `predictions.jsonl` → `grading` (by
`values`, without a model) → `report`. A suite is a file of tasks with the data files that it names, and a second file with
the right answers, which no kernel is ever shown. `regress/` is the project's own. `recording`: a run in one small file, to be
replayed where no model can be asked.
"""
