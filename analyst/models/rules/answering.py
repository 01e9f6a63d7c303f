"""From printed text to the answer: each intent's section is found again and put into words; nothing else is claimed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from . import code, formats, outputs
from .intents import Intent
from .kind import Finding, Printed, Value, listed
from .kinds import BY_NAME, KINDS
from .pipeline import HEADING, Pipeline, filled_slots
from .survey import Survey, Table
from .understand import Part, Reading

_END = "[new or changed variables]"


def sections(printed: str) -> dict[str, Printed]:
    """What was printed under each heading; the first of a name counts."""
    found: dict[str, list[str]] = {}
    lines: list[str] | None = None
    for line in printed.splitlines():
        if line.startswith("== ") and line.endswith(" =="):
            lines = found.setdefault(line, []) if line not in found else []
        elif line == _END:
            lines = None
        elif lines is not None:
            lines.append(line)
    return {heading: Printed(tuple(lines)) for heading, lines in found.items()}


def title(intent: Intent) -> str:
    """What is computed, in words."""
    return BY_NAME[intent.kind].title(intent)


def finding(intent: Intent, printed: dict[str, Printed], reading: Reading) -> Finding | None:
    """The result of an intent; None when its section was not printed."""
    section = printed.get(code.heading(title(intent)))
    return BY_NAME[intent.kind].answer(intent, section, reading.style) if section else None


def answer(
    reading: Reading, printed: str, failed: Sequence[str], survey: Survey
) -> tuple[str, dict[str, str]]:
    """The answer's text, and the values of its slots."""
    text, filled = _answer(reading, printed, failed, survey)
    notes = _on_reading(reading.table)
    return "\n\n".join((text, notes) if notes else (text,)), filled


def _answer(
    reading: Reading, printed: str, failed: Sequence[str], survey: Survey
) -> tuple[str, dict[str, str]]:
    if reading.output is not None:
        return _by_output(reading.output, printed, failed), {}
    by_parts = _by_parts(reading, printed, failed, survey)
    if reading.pipeline is None:
        return by_parts
    by_slots = _by_slots(reading, reading.pipeline, printed, failed, by_parts[1])
    return by_slots if len(by_slots[1]) > len(by_parts[1]) or not reading.parts else by_parts


def _by_parts(
    reading: Reading, printed: str, failed: Sequence[str], survey: Survey
) -> tuple[str, dict[str, str]]:
    """The answer of the clauses that were understood."""
    found = sections(printed)
    results = [(i, finding(i, found, reading)) for i in reading.intents]
    texts = [f.text for _, f in results if f]
    doubtful = {p.intent for p in reading.parts if p.rivals or p.fallback}
    values: list[Value] = [v for i, f in results if f and i not in doubtful for v in f.values]
    filled = {} if reading.beyond else formats.fill(reading.slots, values)
    if reading.slots and not texts and reading.otherwise:
        filled = {s.name: reading.otherwise for s in reading.slots}
    blocks = [_not_as_asked(reading, bool(texts))]
    lines = texts if len(texts) < 2 else [f"- {t}" for t in texts]
    blocks += ["\n".join(lines), _missing_results([i for i, f in results if f is None], failed)]
    blocks += ["\n".join(_remarks(reading, bool(texts), survey))]
    if filled:
        blocks.append("\n".join(f"@{name}[{value}]" for name, value in filled.items()))
    empty = [s.name for s in reading.slots if s.name not in filled]
    if empty:
        blocks.append(f"I could not fill in {listed(empty)}.")
    return "\n\n".join(b for b in blocks if b), filled


def _by_output(output: outputs.Output, printed: str, failed: Sequence[str]) -> str:
    """What was saved or drawn, and the figures in it."""
    lines = sections(printed).get(outputs.HEADING, Printed(())).lines
    said = [x for x in lines if x.startswith("- ")]
    if not said:
        why = f" The code failed: {failed[-1]}" if failed else ""
        return f"Not found out: {output.title}.{why}"
    figures = "\n".join(x for x in lines if not x.startswith("- "))
    return "\n\n".join(("\n".join(said), f"```\n{figures}\n```", f"I read this as: {output.title}."))


def _by_slots(
    reading: Reading, pipeline: Pipeline, printed: str, failed: Sequence[str], extra: Mapping[str, str]
) -> tuple[str, dict[str, str]]:
    """The answer of a pipeline: what each slot came to, and how the question was read; `extra` slots from elsewhere."""
    section = sections(printed).get(HEADING, Printed(()))
    own = filled_slots(pipeline, reading.slots, section)
    filled = {
        s.name: own.get(s.name, extra.get(s.name, "")) for s in reading.slots if s.name in {*own, *extra}
    }
    lines = [f"{name}: **{value}**" for name, value in filled.items()]
    blocks = ["\n".join(lines if len(lines) < 2 else [f"- {x}" for x in lines])]
    if not filled:
        why = f" The code failed: {failed[-1]}" if failed else ""
        blocks.append(f"Not found out: {pipeline.title}.{why}")
    blocks.append("\n".join((f"I read this as: {pipeline.title}.", *pipeline.remarks)))
    if filled:
        blocks.append("\n".join(f"@{name}[{value}]" for name, value in filled.items()))
    empty = [s.name for s in reading.slots if s.name not in filled]
    if empty:
        blocks.append(f"I could not fill in {listed(empty)}.")
    return "\n\n".join(b for b in blocks if b), filled


def _not_as_asked(reading: Reading, answered: bool) -> str:
    """Said first: a figure that leaves a part of the question's work out is no answer to it."""
    if not reading.beyond:
        return ""
    text = f"This question needs work that I do not know yet: {listed(reading.beyond)}."
    return (
        f"{text} What follows leaves that out, and so is not the answer to the whole question:"
        if answered
        else text
    )


def _on_reading(table: Table | None) -> str:
    """What was left out or changed before any figure was computed: nothing is dropped in silence."""
    return f"On reading {table.stem}: {'; '.join(table.notes)}." if table and table.notes else ""


def _missing_results(intents: Sequence[Intent], failed: Sequence[str]) -> str:
    if not intents:
        return ""
    why = f" The code failed: {failed[-1]}" if failed else ""
    return f"Not found out: {'; '.join(map(title, intents))}.{why}"


def _remarks(reading: Reading, answered: bool, survey: Survey) -> Iterator[str]:
    """How the question was read, and what of it was not."""
    understood = [title(i) for i in reading.intents]
    if understood:
        several = len(survey.tables) > 1 and reading.table is not None
        where = f" (table {reading.table.stem})" if several and reading.table else ""
        yield f"I read this as: {'; '.join(understood)}{where}."
    if reading.table and reading.table.repeated:
        yield "Some columns have the same name; of these I use the first."
    for part in reading.parts:
        yield from _part_remarks(part)
    if reading.unheeded:
        yield f"I did not act on: {' '.join(f'“{u}”' for u in reading.unheeded)}"
    if reading.elsewhere:
        yield f"Named in another table: {', '.join(reading.elsewhere)}. I do not understand joins yet."
    if not answered or any(p.intent is None or p.fallback for p in reading.parts):
        yield examples(reading.table)


def _part_remarks(part: Part) -> Iterator[str]:
    if part.intent is None or part.fallback:
        instead = ": I only show the columns that it names" if part.fallback else ""
        yield f"I did not understand what “{part.said}” asks{instead}."
    if part.odd:
        words = ", ".join(f"“{w}”" for w in part.odd)
        yield f"I could not place the words {words}; they play no part in the result."
    if part.unused:
        yield f"I read the name of {listed(part.unused)} in “{part.said}” and made no use of it."
    for rival in part.rivals:
        yield f"A name fits several columns. I took {rival}."


def examples(table: Table | None) -> str:
    """Questions that can be answered, with this table's own columns."""
    if table is None:
        return ""
    numbers = [c.label for c in table.columns if c.numeric]
    groups = [c.label for c in table.columns if c.category and not c.numeric]
    words = dict(zip(("measure", "measure2"), numbers, strict=False))
    words |= dict(zip(("category", "category2"), groups, strict=False))
    asked = []
    for kind in KINDS:
        try:
            asked.append(kind.example.format(**words))
        except KeyError:
            continue  # this table lacks the columns for it
    return f"Questions that I can answer here: {' '.join(asked[:5])} Or: What is interesting in these data?"


def open_answer(table: Table, printed: str, failed: Sequence[str]) -> str:
    """The findings of a profile, as the code printed them."""
    lines = [x for section in sections(printed).values() for x in section.lines if x.startswith("- ")]
    head = f"I read this as: what is notable in {table.stem}. Found:"
    blocks = [head, "\n".join(lines)] if lines else [f"Nothing could be found out about {table.stem}."]
    if failed:
        blocks.append(f"A part failed: {'; '.join(failed)}")
    blocks.append(_on_reading(table))
    blocks.append(
        "These are descriptions, not tests: a difference or a correlation here does not say what causes it."
    )
    return "\n\n".join(b for b in blocks if b)


def nothing_to_read(survey: Survey) -> str:
    """What is needed when there is no table."""
    text = "I need data to answer: name at least one file with a table (for example a CSV), or a DataFrame in the notebook."
    if survey.unreadable:
        text += f" These could not be read: {'; '.join(survey.unreadable)}."
    return text
