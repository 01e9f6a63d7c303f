"""`%agent verify`: the answer's code, and what it needs of the user's own cells, in a clean kernel."""

from __future__ import annotations

import re
from collections.abc import Callable

from .conftest import Typist


def test_an_answer_about_a_variable_is_proved(kernel: Callable[..., Typist], penguins: str) -> None:
    typist = kernel()
    typist.run("unrelated = 1/0")
    typist.run(penguins)
    assert "Gentoo" in typist.run("%%agent\nWhich species is heaviest?").text
    told = typist.run("%agent verify").text
    done, total = told.strip().removeprefix("reproduced ").split("/")
    assert int(done) == int(total) > 0
    typist.run("penguins['body_mass_g'] = 1.0")  # only in this kernel: the log knows nothing of it
    assert "reproduced" in typist.run("%agent verify full").text
    assert "no way to verify" in typist.run("%agent verify much").text


def test_a_question_is_proved_at_once_where_that_is_wanted(
    kernel: Callable[..., Typist], penguins: str
) -> None:
    typist = kernel()
    typist.run(penguins)
    asked = "%%agent{}\nWhich species is heaviest?"
    whole = re.compile(r"Proof: reproduced (\d+)/\1$", re.M)
    assert "Proof:" not in typist.run(asked.format("")).text
    assert whole.search(typist.run(asked.format(" --verify values --new")).text)
    typist.run("%config AgentMagics.verify = 'full'")
    assert whole.search(typist.run(asked.format(" --new")).text)
