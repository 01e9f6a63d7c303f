"""A key is in the environment of the analyst: it comes out nowhere, whatever the model and the code do."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from analyst_kernels import DisplayData, Error, Stream
from analyst_kernels.managed import ManagedKernel

from analyst.events import (
    Answered,
    Asked,
    Event,
    Live,
    ModelReplied,
    Notice,
    OutputDelta,
    PlanProposed,
    PlanStep,
    Surveyed,
    TextDelta,
    ToolReturned,
    Usage,
    Variable,
)
from analyst.headless import to_json, with_notebook
from analyst.log import Log
from analyst.models.scripted import ScriptedModel
from analyst.redact import Redactor
from analyst.session import Session
from tests.scripts import answers, call, does, runs

KEY = "sk-CANARY-93kd/02+mf84jd0sk3nf"
PASSWORD = 'p@ss "wörd" 17/é'
DISGUISES = [
    KEY,
    KEY[::-1],
    KEY.encode().hex(),
    base64.b64encode(KEY.encode()).decode(),
    base64.b64encode(b"x" + KEY.encode() + b" and more").decode()[2:40],
    json.dumps(PASSWORD)[1:-1],
    PASSWORD,
]


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY_API_KEY", KEY)
    monkeypatch.setenv("CANARY_PASSWORD", PASSWORD)


def leaks(text: str) -> list[str]:
    return [form for form in DISGUISES if form in text]


def remains(folder: Path) -> str:
    return "\n".join(p.read_bytes().decode(errors="replace") for p in folder.rglob("*") if p.is_file())


SPIES = [
    "import os\nprint(sorted(os.environ.items()))",
    "print(open('/proc/self/environ', 'rb').read())",
    "import os\nfor k, v in os.environ.items(): print(k, v[::-1], v.encode().hex())",
]


async def test_a_kernel_has_no_key_however_it_is_asked(tmp_path: Path) -> None:
    kernel = ManagedKernel(cwd=tmp_path)
    await kernel.start()
    try:
        said = [repr((await kernel.execute(code)).outputs) for code in SPIES]
    finally:
        await kernel.close()
    assert all("PATH" in text for text in said)
    assert not leaks("\n".join(said))


async def test_a_key_that_is_said_everywhere_is_written_nowhere(tmp_path: Path) -> None:
    """The model says it, the code prints it, shows it, raises it, and it is in the question and in the data."""
    (tmp_path / "a.csv").write_text(f"name,{KEY}\n{PASSWORD!r},{KEY}\n")
    code = (
        f"k, p = {KEY!r}, {PASSWORD!r}\nprint(k, p)\nprint(k[:9], end='', flush=True); print(k[9:])\n"
        "import base64; print(base64.b64encode(k.encode()).decode(), k.encode().hex(), k[::-1])\n"
        "from IPython.display import display, Markdown; display(Markdown(k), {'a': [k]})\nraise ValueError(k)"
    )
    model = ScriptedModel(
        [
            does(call("1", "propose_plan", steps=[{"id": "a", "goal": KEY, "evidence": PASSWORD}])),
            runs("2", code),
            does(call("3", "finish_step", result=f"found {KEY}", reached=True), text=f"I think {KEY}"),
            answers("4", f"It is {KEY} and {PASSWORD}", key=KEY),
        ]
    )
    heard: list[Event | Live] = []
    kernel = ManagedKernel(cwd=tmp_path)
    out, err = io.StringIO(), io.StringIO()
    async with Session(model, folder=tmp_path / "run", kernel=kernel, listeners=[heard.append]) as session:
        with redirect_stdout(out), redirect_stderr(err):
            try:
                result = await with_notebook(session, session.ask(f"What is {KEY}?", [tmp_path / "a.csv"]))
            finally:
                await kernel.close()
    assert result.status == "answered"
    assert "[secret]" in result.answer
    shown = [
        result._repr_html_(),
        result._repr_markdown_(),
        json.dumps(to_json(result), ensure_ascii=False),
        repr(result),
    ]
    live = "".join(
        e.output.text for e in heard if isinstance(e, OutputDelta) and isinstance(e.output, Stream)
    )
    assert not leaks(live), "in pieces"
    for text in [remains(tmp_path / "run"), repr(heard), *shown, out.getvalue(), err.getvalue()]:
        assert not leaks(text)
    # the first message is the question and the data, as they were stored
    assert not leaks(json.dumps([m for seen in model.seen for m in seen], ensure_ascii=False))


FACTS: Sequence[Event] = (
    Asked(KEY, (f"/data/{KEY}.csv",)),
    Surveyed(PASSWORD, ({"path": KEY, KEY: [{"name": KEY}]},)),
    PlanProposed((PlanStep("a", KEY, KEY),)),
    ModelReplied(KEY, (call("1", "python", code=f"x = {PASSWORD!r}"),), Usage(), "stop", "m", "", KEY),
    ToolReturned("1", True, KEY, (Stream("stdout", KEY), DisplayData({"text/html": KEY}, {KEY: KEY}), Error("E", KEY, (KEY,)))),
    ToolReturned("2", True, KEY * 2_000, variables=(Variable(KEY, KEY, KEY),), gone=(KEY,)),
    Answered(KEY, {KEY: PASSWORD}),
)  # fmt: skip


@pytest.mark.parametrize("fact", FACTS, ids=lambda f: type(f).__name__)
def test_no_field_of_no_fact_keeps_it(tmp_path: Path, fact: Event) -> None:
    heard: list[Event | Live] = []
    with Log(tmp_path, secrets=[KEY, PASSWORD]) as log:
        log.listen(heard.append)
        log.append(fact)
        assert not leaks(repr(log.events))
    assert not leaks(remains(tmp_path) + repr(heard))
    assert len(heard) == 1


def pieces(text: str, size: int) -> Iterator[str]:
    return (text[at : at + size] for at in range(0, len(text), size))


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_live_text_is_clean_however_it_is_cut_and_all_of_it_comes(size: int) -> None:
    said = f"before {KEY} between\nghp_{'a' * 36} {PASSWORD} after"
    heard: list[Event | Live] = []
    log = Log(secrets=[KEY, PASSWORD])
    log.listen(heard.append)
    for piece in pieces(said, size):
        log.show(OutputDelta("1", Stream("stdout", piece)))
    for piece in pieces(said, size):
        log.show(TextDelta(piece))
    log.show(Notice(f"wait for {KEY}"))
    out = "".join(e.output.text for e in heard if isinstance(e, OutputDelta) and isinstance(e.output, Stream))
    text = "".join(e.text for e in heard if isinstance(e, TextDelta))
    assert out == text == "before [secret] between\n[secret] [secret] after"
    assert heard[-1] == Notice("wait for [secret]")


def test_text_without_a_secret_is_not_kept_waiting() -> None:
    heard: list[Event | Live] = []
    log = Log(secrets=[KEY])
    log.listen(heard.append)
    for word in ("one ", "two ", "three "):
        log.show(TextDelta(word))
        assert heard[-1] == TextDelta(word)


# ── shapes ──────────────────────────────────────────────────────────────────────────────────────────────────────────

A = "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dF3hJ5kL7nP9rS1uV3xY5zA7cE9gI1kM3oQ5s"
SHAPES = [
    f"sk-proj-{A}", f"sk-{A[:48]}", f"sk-ant-api03-{A}", f"sk-or-v1-{A.lower()}", "AKIA" + "ABCDEFGH12345678", f"ghp_{A[:36]}",
    f"github_pat_{A}", f"glpat-{A[:20]}", f"xoxb-1234567890-{A[:24]}", f"AIza{A[:35]}", f"hf_{A[:34]}", f"sk_live_{A[:24]}",
    f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.{A[:43]}", f"-----BEGIN RSA PRIVATE KEY-----\n{A}\n-----END RSA PRIVATE KEY-----",
    f"postgresql://app:{A[:16]}@db.internal:5432/x", f"http://localhost:8888/lab?token={A[:48]}", f"AccountKey={A}==",
    f"npm_{A[:36]}", f"Authorization: Bearer {A[:40]}", f"gsk_{A[:52]}", f"api_key: {A[:32]}", f"password = '{A[:14]}'",
]  # fmt: skip
INNOCENT = [
    "id 3f2504e0-4f89-11d3-9a0c-0305e82c3301", "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    f"iVBORw0KGgoAAAANSUhEUgAA{A}==", "5.1,3.5,1.4,0.2,setosa", "df.groupby('token')['password'].count()",
    "The secret of the password policy is length; see key = value pairs.", "+1 212 555 0100", "SKU-AB12CD34EF56",
    "['user_key','api_calls','secret_santa','token_count']", "KeyError: 'amount' at 0x7f3c2b1d4e50", "max_tokens=4096, key='region'",
    "customer_hash=9f86d081884c7d65", "2024-05-01T12:34:56.789Z", "/home/user/projects/data/sales_2024_q1_final.csv",
    "SELECT password_hash FROM users WHERE token IS NOT NULL", "https://example.org/a?page=2&key=", "risk-adjusted-return-of-the-portfolio",
    "password = getpass('Password: ')", "api_key = settings.api_key_of_user(1)", "task-force-of-the-year-2024-and-beyond", "time: 12:30@noon",
]  # fmt: skip


@pytest.mark.parametrize("text", SHAPES)
def test_what_has_the_shape_of_a_key_is_taken_out(text: str) -> None:
    clean = Redactor()(text)
    assert "[secret]" in clean
    assert not re.search(r"[A-Za-z0-9]{24}", clean)


@pytest.mark.parametrize("text", INNOCENT)
def test_what_has_not_stays(text: str) -> None:
    assert Redactor()(text) == text


@pytest.mark.parametrize("shape", [*SHAPES, f"password={A[:14]}", f"-----BEGIN PRIVATE KEY-----\n{A}"])
@pytest.mark.parametrize("around", ['print("{}")', "x = '{}'\ny = 1", "{}\\", 'f("{}", "a")\n', "{}\t{}"])
def test_json_with_a_key_in_it_stays_json(shape: str, around: str) -> None:
    arguments = Redactor()(json.dumps({"code": around.replace("{}", shape)}))
    assert isinstance(json.loads(arguments)["code"], str)
    assert not re.search(r"[A-Za-z0-9]{30}", arguments)
