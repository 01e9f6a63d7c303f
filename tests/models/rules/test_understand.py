from __future__ import annotations

import pandas as pd
import pytest

from analyst import forms
from analyst.models.rules import formats, survey
from analyst.models.rules.answering import title
from analyst.models.rules.understand import split, understand
from analyst.models.rules.vocabulary import unit


@pytest.fixture
def penguin_survey(penguin_data):
    return survey.parse(penguin_data)


def titles(question: str, parsed: survey.Survey) -> list[str]:
    return [title(i) for i in understand(question, parsed).intents]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("mean of body_mass_g", "mean of body_mass_g"),
        ('mean of "BODY_MASS_G"', "mean of body_mass_g"),
        ("What do penguins weigh on average?", "mean of body_mass_g"),
        ("mean length of the bill", "mean of bill_length_mm"),
        ("average body masses by islands", "mean of body_mass_g for each island"),
        ("Mean bill depth of Gentoos", "mean of bill_depth_mm, where species is Gentoo"),
        ("mean mass where island = Dream", "mean of body_mass_g, where island is Dream"),
        ("mean mass excluding Gentoo", "mean of body_mass_g, where species is not Gentoo"),
        (
            "mean mass of penguins from Dream or Biscoe",
            "mean of body_mass_g for each island, where island one of Dream, Biscoe",
        ),
        ("How many penguins are below 3000 g of body mass?", "number of rows, where body_mass_g below 3000"),
        (
            "How much does body mass vary between species?",
            "difference in body_mass_g between the groups of species",
        ),
        ("relationship between sex and body mass", "difference in body_mass_g between the groups of sex"),
        ("maximum of bill depth", "maximum of bill_depth_mm"),
    ],
)
def test_words_find_their_columns(penguin_survey, question, expected):
    assert titles(question, penguin_survey) == [expected]


def test_ambiguous_names_are_said(penguin_survey):
    reading = understand("What is the mean bill?", penguin_survey)
    assert reading.parts[0].rivals == ("“bill”: bill_length_mm (and not bill_depth_mm)",)


def test_an_adjective_settles_which_is_meant(penguin_survey):
    assert titles("Which species has the deepest bill?", penguin_survey) == [
        "species with the highest mean of bill_depth_mm"
    ]


def test_unplaced_words_are_kept(penguin_survey):
    reading = understand("What is the mean body mass in the rainy season?", penguin_survey)
    assert reading.parts[0].odd == ("rainy", "season")


def test_a_count_under_an_unknown_condition_is_refused(penguin_survey):
    reading = understand("How many penguins died?", penguin_survey)
    assert reading.intents == ()


@pytest.mark.parametrize(
    ("question", "work"),
    [
        ("Remove the outliers of body mass. What is the mean?", "treating outliers"),
        ("Predict body mass by a linear regression on flipper length", "fitting models"),
        ("Fill the gaps by interpolation and give the mean body mass", "filling in values"),
        ("Which species saw the largest increase of body mass?", "changes from one period to the next"),
        ("How many penguins are heavier than the average?", "comparing with a computed value"),
    ],
)
def test_work_that_is_not_known_is_named(penguin_survey, question, work):
    assert work in understand(question, penguin_survey).beyond


@pytest.mark.parametrize(
    ("question", "clauses"),
    [
        ("Which is it, and how many are there?", ["Which is it", "how many are there?"]),
        ("What is the mean and the median of body mass?", ["What is the mean and the median of body mass?"]),
        ("The mean of No. of cases. Is it high?", ["The mean of No. of cases.", "Is it high?"]),
        ("1. What is the mean?\n2. How many?", ["What is the mean?", "How many?"]),
        ("Among the females, which species is heaviest?", ["Among the females, which species is heaviest?"]),
    ],
)
def test_clauses(penguin_survey, question, clauses):
    assert [c.rstrip(".") for c in split(question, penguin_survey.tables[0])] == [
        c.rstrip(".") for c in clauses
    ]


def test_names_are_never_cut(make_survey):
    frame = pd.DataFrame({"sold. Which and what": [1.5, 2.5, 4.5], "g": ["a", "b", "c"]})
    parsed = survey.parse(make_survey("/x/t.csv", frame))
    assert titles('What is the mean of "sold. Which and what"?', parsed) == ["mean of sold. Which and what"]


def test_slots_with_their_decimals():
    text = 'Mean? @mean[m], @n[count] where "m" is rounded to three decimals and "count" is an integer.'
    question, slots = forms.split_format(text)
    assert question.strip() == "Mean?"
    assert [(s.name, s.decimals) for s in slots] == [("mean", 3), ("n", 0)]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("rounded to two decimals", 2),
        ("to 3 decimal places", 3),
        ("rounded to the nearest integer", 0),
        ("four digits after the point", 4),
        ("the decimal system", None),
    ],
)
def test_decimals(text, places):
    assert formats.decimals(text) == places


async def test_slots_are_filled_and_named(harness, penguins, penguin_data):
    played = await harness.ask(
        "What are mean and standard deviation of body mass for Adelie?\n@mean_mass[m], @sd[s], each rounded to two decimals",
        penguin_data,
    )
    mass = penguins[penguins.species == "Adelie"].body_mass_g
    assert played.named == {"mean_mass": f"{mass.mean():.2f}", "sd": f"{mass.std():.2f}"}
    assert f"@mean_mass[{mass.mean():.2f}]" in played.text


async def test_slots_that_cannot_be_filled_are_named(harness, penguin_data):
    played = await harness.ask("What is the mean body mass? @mean[m], @p_value[p]", penguin_data)
    assert list(played.named) == ["mean"]
    assert "I could not fill in p_value." in played.text


async def test_slots_stay_empty_when_work_was_left_out(harness, penguin_data):
    played = await harness.ask(
        "Remove the outliers of body mass. What is the mean body mass? @mean[m]", penguin_data
    )
    assert played.named == {}
    assert played.text.startswith("This question needs work that I do not know yet: treating outliers.")


async def test_the_reply_that_the_question_wants_when_the_data_cannot_tell(harness, penguin_data):
    played = await harness.ask(
        'What is the mean humidity? If the data cannot answer this, reply with "Not Applicable". @answer[value]',
        penguin_data,
    )
    assert played.named == {"answer": "Not Applicable"}
    assert played.cells == []


async def test_nothing_understood_says_so_and_gives_examples(harness, penguin_data):
    played = await harness.ask("Will the weather improve?", penguin_data)
    assert "I did not understand what “Will the weather improve?” asks." in played.text
    assert "I could not place the words “weather”, “improve”" in played.text
    assert "Questions that I can answer here: " in played.text
    assert played.cells == []


async def test_the_examples_can_be_answered(harness, penguin_data):
    played = await harness.ask("Will the weather improve?", penguin_data)
    examples = played.text.partition("Questions that I can answer here: ")[2]
    asked = [q.strip() + "?" for q in examples.split("?") if q.strip() and not q.strip().startswith("Or")]
    assert len(asked) >= 4
    for question in asked:
        answered = await harness.ask(question, penguin_data)
        assert "I did not understand" not in answered.text
        assert "I read this as: " in answered.text


async def test_named_columns_are_shown_when_the_rest_is_not_understood(harness, penguins, penguin_data):
    played = await harness.ask("Please juggle the body mass", penguin_data)
    assert "I only show the columns that it names" in played.text
    assert played.says(penguins.body_mass_g.mean())


async def test_the_table_whose_columns_are_named_is_used(harness, penguins, penguin_data, sales):
    data = harness.save(sales, "sales.csv") + "\n" + penguin_data
    played = await harness.ask("What is the mean body mass?", data)
    assert played.says(penguins.body_mass_g.mean())
    assert "(table penguins)" in played.text
    assert "sales" not in played.cells[0]


async def test_two_tables_at_once_are_refused(harness, penguin_data, sales):
    data = harness.save(sales, "sales.csv") + "\n" + penguin_data
    played = await harness.ask("What is the mean body mass and flipper length for each region? @x[m]", data)
    assert "I do not understand joins yet" in played.text
    assert played.named == {}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("body_mass_g", "g"),
        ("Weight (kg)", "kg"),
        ("trip_duration_min", "min"),
        ("Wait min", "min"),
        ("temp_min", ""),  # the lowest
        ("min", ""),
        ("price", ""),
    ],
)
def test_units_of_columns(name: str, expected: str) -> None:
    assert unit(name) == expected


@pytest.fixture
def call_survey(make_survey):
    frame = pd.DataFrame(
        {"channel": ["mail", "phone", "chat"] * 4, "resolved": ["yes", "no"] * 6, "wait": range(12)}
    )
    return survey.parse(make_survey("/x/calls.csv", frame))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "How many calls were resolved, by channel?",
            "number of rows for each channel, where resolved is yes",
        ),
        ("How many calls were not resolved?", "number of rows, where resolved is no"),
        ("How many calls have a wait by channel?", "number of rows for each channel, where wait is known"),
    ],
)
def test_yes_or_no_may_be_spelled(call_survey, question, expected):
    assert titles(question, call_survey) == [expected]


def test_a_column_that_plays_no_part_is_told(call_survey):
    parts = understand("Which channel has the longest wait, considering resolved?", call_survey).parts
    assert [p.unused for p in parts] == [("resolved",)]
    assert [p.unused for p in understand("mean wait by channel", call_survey).parts] == [()]


@pytest.fixture
def dated_survey(make_survey):
    frame = pd.DataFrame(
        {
            "channel": ["mail", "phone", "chat", "web"] * 100,
            "wait (s)": [n * 1.5 for n in range(400)],
            "opened": pd.date_range("2024-01-01", periods=400).astype(str),
        }
    )
    return survey.parse(make_survey("/x/calls.csv", frame))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How many calls were opened in March?", "number of rows, where opened falls in March"),
        (
            "mean wait in March 2025",
            "mean of wait (s), where opened in the year 2025 and opened falls in March",
        ),
        (
            "mean wait in March and April 2024",
            "mean of wait (s), where opened in the year 2024 and opened falls in March, April",
        ),
        (
            "mean wait between December and February",
            "mean of wait (s), where opened falls in December, January, February",
        ),
        (
            "mean wait on weekends by channel",
            "mean of wait (s) for each channel, where opened falls on Saturday, Sunday",
        ),
    ],
)
def test_months_and_days_are_conditions(dated_survey, question, expected):
    assert titles(question, dated_survey) == [expected]


def test_months_of_two_years_are_not_guessed(dated_survey):
    (part,) = understand("mean wait from November to February 2024", dated_survey).parts
    assert part.odd == ("november", "february")


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How many calls waited more than 60 seconds?", "number of rows, where wait (s) above 60"),
        ("How many calls waited at least 3 minutes?", "number of rows, where wait (s) at least 180"),
        (
            "How many calls have a wait between 1 and 1.5 minutes?",
            "number of rows, where wait (s) between 60 and 90",
        ),
        (
            "What percentage of phone calls waited over 1 minute?",
            "share of rows with wait (s) above 60, where channel is phone",
        ),
    ],
)
def test_numbers_are_taken_in_the_unit_of_the_column(dated_survey, question, expected):
    assert titles(question, dated_survey) == [expected]


def test_a_unit_of_another_kind_is_no_condition(dated_survey):
    (part,) = understand("How many calls waited over 2.5 kg?", dated_survey).parts
    assert part.fallback
    assert part.odd == ("over 2.5",)


def test_months_are_looked_up_in_a_column_of_their_numbers(make_survey):
    frame = pd.DataFrame({"month": list(range(1, 13)) * 3, "sales": [float(n) for n in range(36)]})
    parsed = survey.parse(make_survey("/x/sales.csv", frame))
    assert titles("mean sales in June and July", parsed) == [
        "mean of sales for each month, where month one of 6, 7"
    ]
