from __future__ import annotations

import json
from typing import Any

import pytest
from analyst_kernels import DisplayData, Error, ExecuteResult, Limits, Output, Stream
from analyst_kernels.collect import Outputs
from hypothesis import example, given
from hypothesis import strategies as st

STREAMS = st.sampled_from(["stdout", "stderr"])
TEXTS = st.lists(
    st.tuples(STREAMS, st.text(st.characters(exclude_categories=["Cs"]), max_size=30)), max_size=30
)


def _unread(content: dict[str, Any]) -> memoryview:
    return memoryview(json.dumps(content, ensure_ascii=False).encode())


def _joined(outputs: tuple[Output, ...] | list[Output], name: str) -> str:
    return "".join(output.text for output in outputs if isinstance(output, Stream) and output.name == name)


@given(TEXTS)
def test_text_that_fits_is_kept_as_it_came(pieces: list[tuple[str, str]]) -> None:
    told: list[Output] = []
    outputs = Outputs(Limits(), told.append)
    for name, text in pieces:
        outputs.take("stream", {"name": name, "text": text})
    kept = outputs.finish()
    for name in ("stdout", "stderr"):
        whole = "".join(text for stream, text in pieces if stream == name)
        assert _joined(kept, name) == _joined(told, name) == whole
    names = [output.name for output in kept if isinstance(output, Stream)]
    assert all(one != two for one, two in zip(names, names[1:], strict=False))


@given(TEXTS, st.integers(2, 200))
def test_of_longer_text_head_and_tail_are_kept(pieces: list[tuple[str, str]], limit: int) -> None:
    told: list[Output] = []
    outputs = Outputs(Limits(text=limit), told.append)
    for _, text in pieces:
        outputs.take("stream", {"name": "stdout", "text": text})
    whole = "".join(text for _, text in pieces)
    kept = _joined(outputs.finish(), "stdout")
    if len(whole) > limit:
        head, tail = whole[: limit // 2], whole[len(whole) - (limit - limit // 2) :]
        whole = f"{head}\n[… {len(whole) - limit:,} characters cut …]\n{tail}"
    assert kept == whole == _joined(told, "stdout")


@given(st.text(alphabet='aä"\\\n\x1b🙂/u0', max_size=200), st.integers(1, 100), STREAMS)
@example("000\\0\x1b", 5, "stdout")
def test_text_too_large_to_parse_keeps_its_ends(text: str, span: int, name: str) -> None:
    outputs = Outputs(Limits(text=span))
    content = _unread({"name": name, "text": text})
    outputs.take_unread("stream", content)
    kept = _joined(outputs.finish(), name)
    head, cut, tail = kept.partition("\n[… ")
    assert text.startswith(head)
    assert len(kept) <= span + 60
    assert cut or kept == text
    # a \u001b that is cut in two may leave some of its hex digits
    assert text.endswith(tail.partition(" …]\n")[2].lstrip("01bu"))


def test_displays_beyond_the_limit_are_named_and_small_ones_kept() -> None:
    outputs = Outputs(Limits(data=1000))
    big = {"image/png": "A" * 900, "text/html": "<b>" * 200, "text/plain": "a figure"}
    outputs.take("display_data", {"data": big, "metadata": {"image/png": {"width": 3}}})
    outputs.take("execute_result", {"data": {"text/plain": "7"}, "metadata": {}})
    shown, value = outputs.finish()
    sentence = "[image/png, 900 bytes, left out] (one execution may display 1,000 bytes)"
    assert shown == DisplayData(
        {"text/plain": f"a figure\n{sentence}", "text/html": "<b>" * 200}, {"image/png": {"width": 3}}
    )
    assert value == ExecuteResult({"text/plain": "7"})


@pytest.mark.parametrize("kind", ["display_data", "execute_result"])
def test_a_display_too_large_to_parse_is_named(kind: str) -> None:
    outputs = Outputs(Limits(data=10))
    outputs.take_unread(kind, _unread({"data": {"image/png": "A" * 1000, "text/plain": "x"}, "metadata": {}}))
    (shown,) = outputs.finish()
    assert isinstance(shown, DisplayData | ExecuteResult)
    assert shown.output_type == kind
    assert shown.data["text/plain"].startswith("[image/png, text/plain, 1,")


def test_an_error_too_large_to_parse_keeps_its_name() -> None:
    outputs = Outputs(Limits())
    outputs.take_unread(
        "error", _unread({"traceback": ["x" * 1000], "ename": "ValueError", "evalue": "y" * 1000})
    )
    (error,) = outputs.finish()
    assert isinstance(error, Error)
    assert error.ename == "ValueError"
    assert "bytes, left out" in error.evalue


def test_an_update_gives_back_the_room_of_what_it_replaces() -> None:
    outputs = Outputs(Limits(data=3000))
    for i in range(10):
        kind = "update_display_data" if i else "display_data"
        outputs.take(kind, {"data": {"text/plain": f"{i}" * 2500}, "transient": {"display_id": "a"}})
    assert outputs.finish() == (DisplayData({"text/plain": "9" * 2500}),)


def test_alternating_streams_stay_within_the_number_of_outputs() -> None:
    outputs = Outputs(Limits(outputs=10))
    for i in range(100):
        outputs.take("stream", {"name": ("stdout", "stderr")[i % 2], "text": f"{i}\n"})
    kept = outputs.finish()
    assert len(kept) == 10
    assert _joined(kept, "stdout") == "".join(f"{i}\n" for i in range(0, 100, 2))


def test_other_messages_are_no_outputs() -> None:
    outputs = Outputs(Limits())
    outputs.take("comm_open", {"comm_id": "x", "data": {}})
    outputs.take("shutdown_reply", {"status": "ok"})
    assert outputs.finish() == ()
