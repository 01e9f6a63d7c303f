"""The page over all results: what an answer says is shown, and does nothing."""

from __future__ import annotations

from pathlib import Path

from analyst.batch.outcome import Outcome
from analyst.batch.places import open_place
from analyst.batch.summary import write_summary
from tests.batch.conftest import make


def page(folder: Path, **outcomes: str) -> str:
    jobs = [make(id, parameters={"name": "<i>"}) for id in ("a", "b", "c")]
    keys = {job.id: job.key for job in jobs}
    told = {
        id: Outcome(id=id, key=keys[id], question="?", status="answered", answer=answer, report=True)
        for id, answer in outcomes.items()
    }
    told["b"] = Outcome.failed(jobs[1], "no <b>kernel</b>")
    place = open_place(str(folder / "out"))
    place.alone()
    try:
        write_summary(place, jobs, told)
    finally:
        place.close()
    return (folder / "out" / "index.html").read_text()


def test_answers_are_written_as_text_with_tables_and_failures_by_their_reason(tmp_path: Path) -> None:
    text = page(tmp_path, a="**5 g** in all\n\n| x | y |\n|---|---|\n| 1 | 2 |")
    assert "<strong>5 g</strong>" in text
    assert "<td>2</td>" in text
    assert "no &lt;b&gt;kernel&lt;/b&gt;" in text
    assert "name = &lt;i&gt;" in text
    assert "1 answered, 1 failed, 1 not run" in text


def test_an_answer_brings_no_html_image_or_link_into_the_page(tmp_path: Path) -> None:
    hostile = "<script>alert(1)</script> ![x](http://example.org/x.png) [y](javascript:alert) <http://example.org>\n\n[z]: http://example.org\n[z]"
    text = page(tmp_path, a=hostile)
    assert "&lt;script&gt;" in text
    assert "<script" not in text
    assert "<img" not in text
    assert 'href="http' not in text
    assert 'href="javascript' not in text
