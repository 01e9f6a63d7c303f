"""The review of an answer: what the reviewer reads, what a check is, and what the check's own end says. Pure.

A check is Python that asserts something of the answer. Only its end decides: it ran through (held), an assertion failed
(refuted), or it says nothing (undecided). A verdict in words counts for nothing.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping, Sequence
from string import Template

from analyst_kernels import Error, Execution
from analyst_kernels.reading import full_text

from ..digest import contract_text, inside, work_text
from ..events import Answered, Contract, ContractSet, Event, Reviewed, Surveyed
from ..models import Message
from ..story import read
from .numbers import numbers

_DATA, _WORK, _LEDGER, _ANSWER = 3_000, 7_000, 1_500, 4_000
"""Most characters of each part of what the reviewer reads: some 5,000 tokens in all."""
_OUTPUT = 1_000
"""Most characters of what a check came to."""
_OF_THE_ANSWER = {"answer", "named", "stated"}

# it runs in a namespace of its own, filled with the user's names; random numbers go on afterwards as if it had not been
_AROUND = """
import json, random, sys
answer, named, stated_numbers, code = json.loads(given)
def stated(value):
    if isinstance(value, str):
        return value.casefold() in answer.casefold()
    return any(abs(float(value) - number) <= width for number, width in stated_numbers)
numpy = sys.modules.get("numpy")
drawn = random.getstate(), numpy and numpy.random.get_state()
try:
    exec(compile(code, "check", "exec"), {**there, "answer": answer, "named": named, "stated": stated})
finally:
    random.setstate(drawn[0])
    if numpy:
        numpy.random.set_state(drawn[1])
"""


def material(events: Sequence[Event], answered: Answered, prompts: Mapping[str, str]) -> list[Message]:
    """What the reviewer is sent: the question, what was found and how, the answer. Bounded, and the same for the same log."""
    story = read(events)[-1]
    contract = next((e.contract for e in reversed(events) if isinstance(e, ContractSet)), Contract())
    survey = next((e.text for e in reversed(events) if isinstance(e, Surveyed)), "")
    ledger = [finding.text for cell in story.cells for finding in cell.returned.ledger]
    named = "\n".join(f"@{name}[{value}]" for name, value in answered.named.items())
    said = Template(prompts["review"]).substitute(
        question=inside(story.asked.question),
        contract=inside(contract_text(contract)) or "(the question leaves it open)",
        data=inside(survey[:_DATA]),
        work=inside(work_text(events, _WORK)),
        ledger=inside("\n".join(dict.fromkeys(ledger))[:_LEDGER]) or "(nothing)",
        answer=inside("\n".join(filter(None, (answered.text[:_ANSWER], named)))),
    )
    return [{"role": "system", "content": prompts["reviewer"]}, {"role": "user", "content": said}]


def fault(code: str) -> str:
    """Why this is no check, in words; "" when it is one: it asserts something that depends on the answer."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return f"the check is no Python: {error}"
    nodes = list(ast.walk(tree))
    if not any(isinstance(n, ast.Assert) and not isinstance(n.test, ast.Constant) for n in nodes):
        return "the check asserts nothing"
    if not any(isinstance(n, ast.Name) and n.id in _OF_THE_ANSWER for n in nodes):
        return "the check does not look at the answer"
    return ""


def snippet(code: str, answered: Answered) -> str:
    """The code of a check as a cell: it reads the user's names and binds none."""
    texts = [answered.text, *(f"[{value}]" for value in answered.named.values())]
    found = [reading for text in texts for number in numbers(text) for reading in number.readings]
    # where the last digit is half way between two, either rounding is right
    widths = [(r.value, r.tolerance + 1e-9 * max(1.0, abs(r.value))) for r in found]
    given = json.dumps([answered.text, dict(answered.named), widths, code])
    return f"exec({_AROUND!r}, {{'there': globals(), 'given': {given!r}}})"


def judged(code: str, execution: Execution) -> Reviewed:
    """What a check that was run decides."""
    error = next((o for o in execution.outputs if isinstance(o, Error)), None)
    printed = full_text(tuple(o for o in execution.outputs if o is not error)).strip()
    if execution.ok:
        return Reviewed("held", code, printed[-_OUTPUT:])
    failed = execution.ending == "error" and error is not None
    if failed and error and error.ename == "AssertionError":
        told = "\n".join(filter(None, (printed, error.evalue or "The assertion failed.")))
        return Reviewed("refuted", code, told[-_OUTPUT:])
    why = f"{error.ename}: {error.evalue}" if failed and error else execution.ending
    return Reviewed("undecided", code, f"the check did not run to its end: {why}"[:_OUTPUT])
