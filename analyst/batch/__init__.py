"""Many analyses without anybody there: jobs in, results out, on one machine or on many.

    rows.py       a file of jobs (JSON Lines, CSV, YAML), or a question with a table of parameters → rows
    jobs.py       rows → jobs that can be run: filled in, checked, each with its key
    places/       where results go: a folder, or anything that fsspec knows; each result whole or not at all
    outcome.py    what came of a job: `answer.json`
    doing.py      one job, from its log if it was cut off
    flow.py       what all jobs share: calls per provider, waits that it asks for, one budget
    running.py    all jobs: what is done is skipped, what failed in passing is tried again
    cluster.py    the same on the workers of a Dask scheduler
    summary.py    the results of all: a table, and a page with links
    telling.py    progress for a person or, as JSON lines, for a program
    command.py    `analyst batch`

A job is done once in effect. Its key is the hash of all that its result depends on. It runs in a folder that has the
key for its name, from a log that survives any death; when it is over the folder becomes the result. Who comes later
finds the result (and does nothing), or the folder (and goes on from its log), or neither.
"""
