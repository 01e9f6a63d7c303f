"""The floor that the harness is measured against: a loop of litellm and jupyter_client, as one would write it by hand.

No plan, no log, no survey, no limits: ask, run the code, send back what it printed, until there is no call left.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import litellm
from jupyter_client.manager import start_new_kernel

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "python",
            "description": "Run Python in a Jupyter kernel.",
            "parameters": {
                "type": "object",
                "properties": {"code": {"type": "string"}},
                "required": ["code"],
            },
        },
    }
]


def main(url: str, question: str) -> None:
    manager, client = start_new_kernel(kernel_name="python3")
    messages: list[dict[str, Any]] = [
        {"role": "system", "content": "You are a data analyst. Use the python tool, then answer."},
        {"role": "user", "content": question},
    ]
    try:
        while True:
            reply = litellm.completion(
                model="openai/scripted", api_base=url, api_key="none", messages=messages, tools=TOOLS
            )
            message = reply.choices[0].message
            messages.append(message.model_dump(exclude_none=True))
            if not message.tool_calls:
                print(message.content)
                return
            for call in message.tool_calls:
                said: list[str] = []

                def hear(msg: dict[str, Any], said: list[str] = said) -> None:
                    content = msg["content"]
                    shown = content.get("data", {}).get("text/plain", "")
                    said.append(content.get("text") or "\n".join(content.get("traceback", ())) or shown)

                code = json.loads(call.function.arguments)["code"]
                client.execute_interactive(code, output_hook=hear, allow_stdin=False)
                messages.append({"role": "tool", "tool_call_id": call.id, "content": "".join(said)})
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
