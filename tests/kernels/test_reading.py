from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import pytest
from analyst_kernels import DisplayData, Error, ExecuteResult, Output, Stream
from analyst_kernels.reading import FIGURE, TABLE, full_text, read
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pydantic import TypeAdapter

CORPUS = Path(__file__).parent / "corpus"
OUTPUTS: TypeAdapter[tuple[Output, ...]] = TypeAdapter(tuple[Output, ...])
ESCAPES = {chr(code) for code in range(32)} - {"\n", "\t"} | {"\x7f", "\x9b"}


def text_of(*outputs: Output, budget: int = 6000) -> str:
    return read(outputs, cell=3, vision=False, budget=budget).text


def png(width: int, height: int) -> str:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


# ── the corpus: outputs of a real kernel, and what is read of them ──────────────────────────────────────────────────


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.json")), ids=lambda path: path.stem)
def test_a_real_output_is_read_as_it_was_agreed(path: Path) -> None:
    outputs = OUTPUTS.validate_json(path.read_bytes())
    expected = path.with_suffix(".txt").read_text(encoding="utf-8")
    assert read(outputs, cell=3, vision=False).text + "\n" == expected


def test_the_corpus_is_there() -> None:
    assert len(list(CORPUS.glob("*.json"))) >= 20


# ── properties ──────────────────────────────────────────────────────────────────────────────────────────────────────

texts = st.text(max_size=300) | st.text(alphabet="ab\n\r\b\x1b[31m0123456789;\x07] Wwarning", max_size=2000)
long_texts = st.builds(lambda line, times: line * times, texts, st.integers(1, 60))
names = st.sampled_from(["ValueError", "KeyError", "my.module.OddError", "ZeroDivisionError"])
tables = st.fixed_dictionaries(
    {},
    optional={
        "shape": st.lists(st.integers(0, 9), max_size=3) | st.none(),
        "index": st.lists(texts, max_size=2),
        "columns": st.lists(
            st.fixed_dictionaries({"name": texts, "type": texts, "missing": st.integers(0, 3)}), max_size=3
        ),
        "head": st.lists(st.lists(texts, max_size=3), max_size=4),
        "tail": st.lists(texts, max_size=2),
    },
)
bundles = st.dictionaries(
    st.sampled_from(
        ["text/plain", "text/html", "text/markdown", "image/png", "image/jpeg", "application/vnd.x+json"]
    ),
    long_texts,
    max_size=3,
) | st.builds(lambda digest, plain: {TABLE: digest, "text/plain": plain}, tables, texts)
errors = st.builds(
    Error,
    names,
    long_texts,
    st.lists(long_texts, max_size=3).map(tuple) | st.just(("Cell In[1], line 1\n----> 1 x",)),
)
others = st.one_of(
    st.builds(Stream, st.sampled_from(["stdout", "stderr"]), long_texts),
    st.builds(DisplayData, bundles),
    st.builds(ExecuteResult, bundles),
)


@given(st.lists(others | errors, max_size=8).map(tuple), st.integers(400, 8000), st.booleans())
def test_the_reading_is_bounded_clean_and_the_same_again(
    outputs: tuple[Output, ...], budget: int, vision: bool
) -> None:
    reading = read(outputs, cell=3, vision=vision, budget=budget)
    assert len(reading.text) <= budget
    assert not ESCAPES & set(reading.text)
    reading.text.encode("utf-8")
    assert reading == read(outputs, cell=3, vision=vision, budget=budget)
    assert not ESCAPES & set(full_text(outputs))


@given(st.lists(others, max_size=6), errors, st.integers(400, 8000))
def test_the_exception_is_always_read(outputs: list[Output], error: Error, budget: int) -> None:
    assert error.ename in text_of(*outputs, error, budget=budget)


@given(st.text(alphabet="ab \n", max_size=400))
def test_plain_text_that_fits_is_read_as_it_is(text: str) -> None:
    # repeats aside
    lines = [f"{number} {line}" for number, line in enumerate(text.strip("\n").split("\n"))]
    assert text_of(Stream("stdout", "\n".join(lines))) == "\n".join(lines)


# ── one by one ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_cut_says_how_much_and_how_to_see_it() -> None:
    lines = [f"line {number}" for number in range(15_000)]
    text = text_of(Stream("stdout", "\n".join(lines)))
    assert text.startswith("line 0\nline 1\n")
    assert text.endswith("line 14998\nline 14999")
    (notice,) = [line for line in text.split("\n") if line.startswith("[…")]
    shown = text.count("\n")
    assert (
        notice
        == f"[… {15_000 - shown:,} of 15,000 lines cut: search_output(cell=3, pattern=…) finds text in them …]"
    )


def test_an_error_in_the_cut_part_of_a_stream_is_said() -> None:
    before, after = ("\n".join(f"{word} {n}" for n in range(2000)) for word in ("before", "after"))
    assert "json.JSONDecodeError: bad at 7" in text_of(
        Stream("stderr", f"{before}\njson.JSONDecodeError: bad at 7\n{after}")
    )


def test_error_and_last_value_come_before_a_long_stream() -> None:
    noise = Stream("stdout", "\n".join(f"noise {n}" for n in range(50_000)))
    value = ExecuteResult({"text/plain": "\n".join(f"value {n}" for n in range(150))})
    text = text_of(noise, value, noise, budget=3000)
    assert "value 0\n" in text
    assert "value 149" in text
    assert "noise 0\n" in text
    assert "noise 49999" in text


def test_outputs_without_room_are_counted() -> None:
    displays = [DisplayData({"text/plain": f"number {n} " + "x" * 300}) for n in range(500)]
    text = text_of(*displays, budget=2000)
    assert "more outputs cut: search_output(cell=3" in text
    assert len(text) <= 2000


def test_a_million_characters_are_read_in_no_long_time() -> None:
    nasty = [
        "\x1b]0;" * 200_000,
        "a\b" * 400_000,
        "\r" * 800_000,
        "ab\n" * 300_000,
        "/" * 800_000 + "ipykernel_1/2.py",
    ]
    for text in nasty:
        assert len(text_of(Stream("stdout", text))) <= 6000


def test_what_came_out_of_a_kernel_may_be_any_json() -> None:
    odd: list[Any] = [
        None,
        [],
        {"shape": [1]},
        {"shape": "ab", "index": 1, "columns": [], "head": [], "tail": []},
    ]
    for digest in odd:
        assert text_of(DisplayData({TABLE: digest, "text/plain": "a  b"})) == "a  b"
    assert "figure" in text_of(DisplayData({FIGURE: ["odd"]}))


def test_pieces_of_a_progress_bar_between_prints_are_one() -> None:
    pieces = [piece for n in range(300) for piece in (Stream("stderr", f"\r{n}/299"), Stream("stdout", "."))]
    assert text_of(*pieces) == "." * 300 + "\n[stderr]\n299/299"


def test_warnings_are_kept() -> None:
    text = "<cell>:1: FutureWarning: use x\n  old(1)\nLinAlgWarning: ill-conditioned (rcond=1e-17)\n"
    assert text_of(Stream("stderr", text)) == "[stderr]\n" + text.rstrip("\n")


def test_numbers_that_differ_are_no_repeats() -> None:
    log = "\n".join(f"epoch {n} loss {1 / (n + 1):.3f}" for n in range(40))
    assert text_of(Stream("stderr", log)) == "[stderr]\n" + log


def test_notes_and_lines_of_an_exception_are_kept() -> None:
    traceback = (
        "---",
        "ValueError  Traceback (most recent call last)",
        "Cell In[1], line 1\n----> 1 raise e\n",
        "ValueError: two\nlines\na note",
    )
    assert text_of(Error("ValueError", "two\nlines", traceback)).endswith("ValueError: two\nlines\na note")


def test_the_users_own_modules_are_own_frames() -> None:
    traceback = (
        "Cell In[1], line 1\n----> 1 run()\n",
        "File ~/project/clean.py:12, in run()\n     11 def run():\n---> 12     return 1 / 0\n",
        "File /opt/env/lib/python3.12/site-packages/pandas/core/frame.py:1, in x()\n----> 1 y\n",
        "ZeroDivisionError: division by zero",
    )
    text = text_of(Error("ZeroDivisionError", "division by zero", traceback))
    assert "File ~/project/clean.py:12, in run()" in text
    assert "… 1 frame in pandas …" in text
    assert "frame.py" not in text


# ── images ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_image_goes_to_a_model_that_sees() -> None:
    small = png(300, 200)
    reading = read([DisplayData({"image/png": small})], cell=1, vision=True)
    assert reading.images == (small,)
    assert reading.text == "[figure of 300×200 px: attached as image 1]"


def test_a_large_image_is_scaled_down() -> None:
    (image,) = read([DisplayData({"image/png": png(2400, 1200)})], cell=1, vision=True).images
    assert Image.open(io.BytesIO(base64.b64decode(image))).size == (1000, 500)


def test_of_many_images_the_first_are_sent_and_the_others_described() -> None:
    figure = DisplayData({"image/png": png(30, 20), FIGURE: {"axes": [{"title": "sales"}]}})
    reading = read([figure] * 10, cell=1, vision=True)
    assert len(reading.images) == 6
    assert reading.text.count('"title":"sales"') == 4


def test_without_sight_and_digest_the_size_is_said() -> None:
    assert "a figure of 30×20 px" in text_of(DisplayData({"image/png": png(30, 20)}))


@pytest.mark.parametrize(
    "broken", ["", "no base64!", base64.b64encode(b"GIF89a" + b"x" * 40).decode(), png(2000, 10)[:120]]
)
def test_a_broken_image_is_said_to_be_broken(broken: str) -> None:
    reading = read([DisplayData({"image/png": broken})], cell=1, vision=True)
    assert reading.images == ()
    assert "an image that cannot be read" in reading.text


def test_an_image_of_too_many_pixels_is_not_decoded() -> None:
    raw = bytearray(base64.b64decode(png(10, 10)))
    raw[16:24] = (60_000).to_bytes(4, "big") * 2
    assert (
        "too many"
        in read([DisplayData({"image/png": base64.b64encode(raw).decode()})], cell=1, vision=True).text
    )


def test_other_types_are_named_with_their_size() -> None:
    assert (
        text_of(DisplayData({"image/jpeg": "x" * 5000}))
        == "[image/jpeg, 5,000 characters: not readable as text]"
    )
    widget = {
        "application/vnd.jupyter.widget-view+json": {"model_id": "ab"},
        "text/plain": "IntSlider(value=5)",
    }
    assert "IntSlider(value=5)" in text_of(DisplayData(widget))


# ── everything ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_full_text_is_all_of_it() -> None:
    outputs: list[Output] = [
        Stream("stdout", "\x1b[1ma\x1b[0m\n" * 10_000),
        ExecuteResult({"text/plain": "the value"}),
        Error("ValueError", "bad", ("\x1b[31mCell In[1]\x1b[0m", "ValueError: bad")),
    ]
    assert full_text(outputs) == "a\n" * 10_000 + "the value\nCell In[1]\nValueError: bad"


def test_cells_of_an_agent_in_a_lent_kernel_are_own_frames() -> None:
    traceback = (
        "KeyError  Traceback (most recent call last)",
        "Cell In[agent 3], line 2\n      1 x = 1\n----> 2 d['c']\n",
        "File /opt/env/lib/python3.12/site-packages/pandas/core/frame.py:1, in x()\n----> 1 y\n",
        "KeyError: 'c'",
    )
    assert "Cell In[agent 3], line 2" in text_of(Error("KeyError", "'c'", traceback))
    assert "1 frame in pandas" in text_of(Error("KeyError", "'c'", traceback))
