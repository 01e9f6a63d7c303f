"""Words for scripts of a model's replies."""

from __future__ import annotations

import json
from typing import Any

from analyst.events import Call, Usage
from analyst.models import Reply

PRICE = Usage(input=100, output=10, usd=0.001)


def call(id: str, tool: str, **arguments: Any) -> Call:
    return Call(id, tool, json.dumps(arguments))


def does(*calls: Call, text: str = "", usage: Usage = PRICE) -> Reply:
    return Reply(text, calls, usage, "tool_calls")


def says(text: str, usage: Usage = PRICE) -> Reply:
    return Reply(text, (), usage, "stop")


def runs(id: str, code: str) -> Reply:
    return does(call(id, "python", code=code))


def answers(id: str, text: str, **named: str) -> Reply:
    return does(call(id, "answer", text=text, named=named or None))
