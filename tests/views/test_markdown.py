from __future__ import annotations

from typing import Any

import pytest
from analyst_kernels import DisplayData, Stream
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from analyst.events import Answered, Asked, Continued, Event, PlanDecided, Surveyed
from analyst.views.markdown import to_markdown

from .test_any_log import text, turns


def all_tokens(markdown: str) -> list[Token]:
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(markdown)
    return [*tokens, *(child for token in tokens for child in token.children or ())]


def fetched_or_run(markdown: str) -> list[Token]:
    """What a renderer would fetch, run, or send a reader to who only clicks."""

    def acts(token: Token) -> bool:
        href = str(token.attrs.get("href", "https://"))
        html = token.type.startswith("html_") and token.content not in ("<span>", "</span>")
        return html or token.type == "image" or not href.startswith(("http://", "https://", "mailto:", "#"))

    return [token for token in all_tokens(markdown) if acts(token)]


def test_a_run_in_short(penguins: Any) -> None:
    assert to_markdown(penguins.events) == (
        "# Which species is heaviest?\n\n"
        "Species **b** is heaviest.\n\n"
        "## How it was found\n\n"
        "- [x] Load the data: 1,344 rows are there.\n"
        "- [x] Compare the species: Species b is.\n\n"
        "`openai/gpt-5` · 7 model calls · 7,700 tokens · 0.0070 USD · 3 cells of code (1 failed)\n"
    )


def test_figures_are_counted_and_remarks_on_the_data_told(Story: Any) -> None:
    table = {"path": "/data/a.csv", "rows": 3, "notes": ["sampled: 10 places"]}
    story = Story().add(Asked("?", ("/data/a.csv",)), Surveyed("", (table,)))
    story.cell("plot()", DisplayData({"image/png": "aGk="}), Stream("stdout", "1")).answer("see it")
    markdown = to_markdown(story.events)
    assert "## Limits and assumptions\n\n- a.csv: sampled: 10 places\n" in markdown
    assert markdown.endswith("1 cell of code · 1 figure, in the notebook\n")


@pytest.mark.parametrize(
    ("partial", "words"),
    [
        (True, "**Partial answer (limit reached: time).**\n\nIt was 9 s.\n\nhalf"),
        (False, "**No answer (limit reached: time).**\n\nIt was 9 s.\n\n`"),
    ],
)
def test_what_is_not_whole_says_so_first(Story: Any, partial: bool, words: str) -> None:
    story = Story().ask("?").stop("time", "It was 9 s.")
    if partial:
        story.answer("half", partial=True)
    assert f"# ?\n\n{words}" in to_markdown(story.events)
    assert "**No answer yet:**" in to_markdown(story.add(Continued()).events)


def test_several_questions_and_none(Story: Any) -> None:
    story = Story().ask("First?").answer("one").ask("Second?\n\nIn full.").add(Answered("two", {"n": "2"}))
    first, second = to_markdown(story.events).split("\n\n---\n\n")
    assert first.startswith("# First?\n\none\n\n")
    assert second.startswith("# Second? In full.\n\nSecond?\n\nIn full.\n\ntwo\n\n- `n`: `2`\n\n")
    assert to_markdown([]) == "Nothing was asked.\n"


def test_a_plan_that_was_refused_found_nothing(Story: Any) -> None:
    story = (
        Story().ask("?").plan("Burn it").add(PlanDecided(False, note="no")).stop("refused", "You said no.")
    )
    assert "How it was found" not in to_markdown(story.events)
    assert "Burn it" not in to_markdown(story.events)


def test_a_step_that_a_revision_opened_again_is_not_given_up(Story: Any) -> None:
    story = Story().ask("?").plan("Load", "Join").start("s1").finish("s1", "Loaded.")
    story.start("s2").finish("s2", "No key.", ok=False)
    assert "- [ ] Join (given up): No key." in to_markdown(story.events)
    story.revise("the names are a key", s1="Load", s2="Join by name")
    assert "- [x] Load: Loaded.\n- [ ] Join by name\n" in to_markdown(story.events)


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "![x](http://evil/x.png)",
        "[a](javascript:alert(1))",
        "```\n<img src=x>",
        "\x1b[31m",
    ],
)
def test_nothing_in_it_can_act(Story: Any, attack: str) -> None:
    table = {"path": attack, "notes": [attack]}
    story = Story(attack).ask(attack).add(Surveyed("", (table,))).plan(attack).start("s1").cell(attack)
    story.finish("s1", attack, ok=False).stop("time", attack).add(
        Answered(attack, {attack: attack}, partial=True)
    )
    markdown = to_markdown(story.events)
    assert fetched_or_run(markdown) == []
    assert "\x1b" not in markdown


@settings(deadline=None, max_examples=60)
@given(text, st.integers(0, 8).flatmap(lambda n: st.tuples(*(turns(number) for number in range(n)))))
def test_any_log_is_a_page_that_does_nothing(question: str, log: tuple[list[Event], ...]) -> None:
    events: list[Event] = [Asked(question), *(event for turn in log for event in turn)]
    assert fetched_or_run(to_markdown(events)) == []
