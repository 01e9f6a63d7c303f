"""Whatever bytes come in, each reader gives a value or its own error: nothing else, and soon."""

from __future__ import annotations

import json
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from analyst_kernels import KernelError, Limits
from analyst_kernels.cleaning import clean, fold
from analyst_kernels.collect import Outputs
from analyst_kernels.guard import DEPTH, MIMES, Malformed, addressed, checked, parsed, value_of
from analyst_kernels.reading import full_text, read
from hypothesis import example, given
from hypothesis import strategies as st

from analyst.errors import BadInput, LogError
from analyst.log import Log
from analyst.log import read as read_log
from analyst.plans import read_plan
from analyst.redact import Redactor

ATOMS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["stdout", "idle", "ok"]),
)
JSON: st.SearchStrategy[Any] = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)
FIELDS = [
    "name",
    "text",
    "ename",
    "evalue",
    "traceback",
    "data",
    "metadata",
    "transient",
    "wait",
    "execution_state",
]
FIELDS += [
    "status",
    "payload",
    "user_expressions",
    "value",
    "display_id",
    "msg_id",
    "msg_type",
    *sorted(MIMES),
]
BUNDLE = st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=5)
CONTENT = st.dictionaries(st.sampled_from(FIELDS), st.one_of(JSON, BUNDLE), max_size=6)
KINDS = st.sampled_from(
    ["stream", "error", "display_data", "execute_result", "update_display_data", "clear_output", "status"]
    + ["execute_reply", "comm_open", "", "no such"]
)


@given(st.lists(st.tuples(KINDS, CONTENT), max_size=8))
def test_messages_of_any_shape_become_outputs_that_can_be_read(
    messages: list[tuple[str, dict[str, Any]]],
) -> None:
    outputs = Outputs(Limits(text=1000, data=1000, outputs=5))
    for kind, content in messages:
        try:
            usable = checked(kind, content)
        except Malformed:
            continue
        outputs.take(kind, usable)
    kept = outputs.finish()
    assert len(kept) <= 8
    assert len(read(kept, cell=1, vision=True).text) <= 6000
    full_text(kept)


@given(st.binary(max_size=200), st.binary(max_size=100))
def test_bytes_of_any_kind_are_a_message_or_malformed(header: bytes, parent: bytes) -> None:
    try:
        kind, request = addressed(header, parent)
    except Malformed:
        return
    assert isinstance(kind, str)
    assert isinstance(request, str)


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, '{"a":' * 50_000, '{"a": ' + "9" * 10_000 + "}", '"text"', "[1]", "\xff", "{'a': 1}", ""],
)
def test_what_breaks_parsers_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        parsed(text.encode("latin-1"))


def test_nesting_has_a_bound() -> None:
    assert parsed(('{"a":' * DEPTH + "1" + "}" * DEPTH).encode())
    with pytest.raises(Malformed, match="too deep"):
        parsed(('{"a":' * (DEPTH + 1) + "1" + "}" * (DEPTH + 1)).encode())


def test_scripts_and_widgets_are_named_and_not_passed_on() -> None:
    data = {
        "application/javascript": "alert(1)",
        "application/vnd.jupyter.widget-view+json": {"model_id": "x"},
    }
    assert checked("display_data", {"data": data})["data"] == {
        "text/plain": "[a display that is not passed on: application/javascript, application/vnd.jupyter.widget-view+json]"
    }
    kept = checked("display_data", {"data": data | {"text/plain": "x", "image/png": 3}})["data"]
    assert kept == {"text/plain": "x"}


@given(st.one_of(CONTENT, BUNDLE.map(lambda b: {"user_expressions": {"value": b | {"status": "ok"}}})))
def test_a_forged_reply_is_a_value_or_a_kernel_error(reply: dict[str, Any]) -> None:
    with suppress(KernelError):
        value_of(checked("execute_reply", reply | {"status": "ok"}), "survey")


@pytest.mark.parametrize(
    "text",
    ["__import__('os')", "'" + "[" * 100_000 + "'", "(" * 5000, "'a' * 10 ** 10", "''", "b'1'", "'1' '2'", 5],
)
def test_the_value_of_a_reply_is_a_plain_string_of_json(text: object) -> None:
    reply = {"user_expressions": {"value": {"status": "ok", "data": {"text/plain": text}}}}
    if text == "'1' '2'":
        assert value_of(reply, "survey") == 12
        return
    with pytest.raises(KernelError, match="cannot be read"):
        value_of(reply, "survey")


LINES = st.one_of(
    st.binary(max_size=80),
    JSON.map(lambda v: json.dumps(v).encode()),
    st.tuples(JSON, JSON, JSON).map(lambda t: json.dumps({"seq": t[0], "at": t[1], "event": t[2]}).encode()),
    st.tuples(st.sampled_from(["asked", "answered", "tool_returned", "opened"]), CONTENT).map(
        lambda t: json.dumps(
            {"seq": 0, "at": 0, "event": {"kind": t[0], "question": "", "text": {"$blob": "../x"}} | t[1]}
        ).encode()
    ),
    st.just(b'{"seq":0,"at":0,"event":' + b"[" * 100_000),
)


@given(st.lists(LINES, max_size=5))
def test_a_log_of_any_bytes_is_read_or_refused(lines: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "log.jsonl").write_bytes(b"\n".join(lines) + b"\n")
        with suppress(LogError):
            list(read_log(folder))
            Log(folder).close()


PLANS = st.one_of(
    st.binary(max_size=100),
    st.text(alphabet="-:[]{}&*!|>'\"# \n\tagoiDs0", max_size=60).map(str.encode),
    JSON.map(lambda v: json.dumps(v).encode()),
    st.lists(BUNDLE, max_size=3).map(lambda v: json.dumps({"steps": v}).encode()),
)


@given(PLANS)
@example(b"[" * 50_000)
@example(b"{a: " * 50_000)
def test_a_plan_of_any_bytes_is_read_or_refused(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "plan.yaml"
        path.write_bytes(data)
        with suppress(BadInput):
            assert read_plan(path)


@given(st.text(max_size=300))
def test_cleaned_text_can_do_nothing_to_a_terminal(text: str) -> None:
    cleaned = fold(clean(text))
    assert not set(cleaned) & {"\x1b", "\x9b", "\x07", "\x08", "\r", "\x00", "\u202e", "\u200b", "\U000e0041"}


@pytest.mark.parametrize(
    "attack",
    [
        "\x1b]52;c;ZXZpbA==\x07",
        "\x1b]0;title\x1b\\",
        "\x1b[2J",
        "\x1b]8;;http://x\x07a\x1b]8;;\x07",
        "\x9b31m",
        "\u202eabc",
        "\U000e0061",
    ],
)
def test_escapes_that_act_are_gone(attack: str) -> None:
    assert clean(f"before{attack}after") in ("beforeafter", "beforeaafter", "beforeabcafter")


@given(st.text(max_size=200), st.lists(st.text(max_size=30), max_size=3))
def test_redaction_takes_any_text(text: str, secrets: list[str]) -> None:
    redact = Redactor(secrets)
    clean_text = redact(text)
    assert not [s for s in secrets if len(s) >= 8 and s in clean_text and s not in "[secret]"]
