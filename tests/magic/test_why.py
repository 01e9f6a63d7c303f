"""`%agent why`: what is on record for a number of the answer, then the cells whose output shows it."""

from __future__ import annotations

from collections.abc import Callable

from .conftest import Typist


def test_a_number_of_the_answer_is_led_to_its_cell(kernel: Callable[..., Typist], penguins: str) -> None:
    typist = kernel()
    typist.run(penguins)
    assert "5076.02" in typist.run("%%agent\nWhich species is heaviest?").text.replace(",", "")
    record, *shown = typist.run("%agent why 5076.02").text.strip().splitlines()
    assert record.replace(",", "").startswith("5076.02")
    assert "in cell 1" in record
    assert any(line.startswith("cell 1: Gentoo") for line in shown)
    assert "No output" in typist.run("%agent why 123456.5").text
