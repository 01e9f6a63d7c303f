"""A page of HTML, read strictly."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

from analyst.events import (
    Event,
)
from analyst.views.html import to_html

VOID = {"meta", "img", "br", "hr", "link", "input"}


FETCHING = {"src", "srcset", "poster", "background", "action", "formaction", "data", "ping", "cite"}


class Page(HTMLParser):
    """A page read strictly: every element is closed where it was opened, and nothing in it runs or fetches."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.headings: list[tuple[int, str]] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []
        ids = [a["id"] for _, a in self.tags if "id" in a]
        assert len(ids) == len(set(ids))
        targets = {a["href"][1:] for t, a in self.tags if t == "a" and a.get("href", "").startswith("#")}
        named = {a["aria-labelledby"] for _, a in self.tags if "aria-labelledby" in a}
        assert targets | named <= set(ids)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        values = {name: value or "" for name, value in attrs}
        self.tags.append((tag, values))
        assert tag not in {
            "script",
            "iframe",
            "object",
            "embed",
            "form",
            "svg",
            "math",
            "base",
            "link",
            "video",
        }
        assert not [
            name for name in values if name.startswith("on") or name == "http-equiv" and tag != "meta"
        ]
        for name in FETCHING & set(values):
            assert re.match(r"data:image/(png|jpeg);base64,", values[name]), (tag, name)
        if tag == "a":
            outside = re.match(r"https?://|mailto:", values.get("href", "#"))
            assert outside or values.get("href", "#").startswith("#")
            assert not outside or "noopener" in values["rel"]
        assert "url(" not in values.get("style", "")
        if re.fullmatch("h[1-6]", tag):
            self.headings.append((int(tag[1]), ""))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data
        if self.open and re.fullmatch("h[1-6]", self.open[-1]):
            level, so_far = self.headings[-1]
            self.headings[-1] = (level, so_far + data)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


def report(events: list[Event], **options: Any) -> Page:
    """The report, read and checked."""
    html = to_html(events, **options)
    page = Page(html)
    policy = next(m["content"] for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'unsafe-inline'")
    assert html.index("Content-Security-Policy") < html.index("<style")
    levels = [level for level, _ in page.headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    return page
