"""A bucket of an S3 server on loopback as the place for results."""

from __future__ import annotations

import json
from collections.abc import Iterator

import boto3
import pytest
from moto.server import ThreadedMotoServer

from tests.batch.conftest import Trial, make
from tests.batch.test_running import good


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    variables = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "testtest",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    for name, value in {**variables, "AWS_ENDPOINT_URL": f"http://{host}:{port}"}.items():
        monkeypatch.setenv(name, value)
    boto3.client("s3").create_bucket(Bucket="results")
    yield "results"
    server.stop()


async def test_a_batch_into_a_bucket(bucket: str) -> None:
    trial, jobs = Trial(f"s3://{bucket}/run7"), [make(id, id) for id in "ab"]
    outcomes = await trial.run({id: good(id) for id in "ab"}, jobs)
    assert [o.verdict for o in outcomes.values()] == ["answered"] * 2
    s3 = boto3.client("s3")
    names = {entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket)["Contents"]}
    assert {"run7/jobs/a/answer.json", "run7/jobs/a/report.html", "run7/jobs/b/log.jsonl"} <= names
    assert not [name for name in names if "/.work/" in name]
    answer = s3.get_object(Bucket=bucket, Key="run7/jobs/a/answer.json")["Body"].read()
    assert json.loads(answer)["answer"] == "It is 42."
    assert await trial.run({}, jobs) == outcomes
    assert trial.told.begun == []
