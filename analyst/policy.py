"""What may be done: limits, what a call must wait for, and which code needs a person's yes. Pure.

The reading of code helps to decide. It is no protection: code can hide from it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from .events import Call, PlanStep, Stopped, ToolReturned
from .settings import Settings
from .state import REPEATS, State, attempt

# ── limits ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def limit(state: State, settings: Settings, seconds: float) -> Stopped | None:
    """Whether the next turn of the model would break a limit. `seconds`: how long the question has run."""
    if seconds >= settings.timeout:
        return Stopped(
            "time", f"The time limit of {settings.timeout:g} s was reached. Raise it with --timeout."
        )
    if state.turns >= settings.max_steps:
        return Stopped(
            "steps", f"The limit of {settings.max_steps} steps was reached. Raise it with --max-steps."
        )
    if state.calls >= settings.max_calls:
        return Stopped("calls", f"The limit of {settings.max_calls} tool calls was reached.")
    # the conversation only grows: the next turn will cost at least what the last one did
    if settings.max_tokens and state.tokens + state.last_tokens > settings.max_tokens:
        return Stopped("tokens", f"The next turn would pass the limit of {settings.max_tokens:,} tokens.")
    if settings.budget is None:
        return None
    if state.unpriced:
        return Stopped("budget", "The price of this model is not known, so the budget cannot be kept.")
    if state.usd + state.last_usd > settings.budget:
        spent = (
            f"{state.usd:.4f} of {settings.budget:g} USD are spent, and the next turn would pass the budget"
        )
        return Stopped("budget", f"{spent}. Raise it with --budget.")
    return None


_NEARLY = 0.8


def nearly(state: State, settings: Settings) -> str | None:
    """The limit that the last turn of the model brought near, to be told once; None when there is none."""
    used = {
        "steps": (state.turns, 1, settings.max_steps),
        "tokens": (state.tokens, state.last_tokens, settings.max_tokens),
        "budget": (state.usd, state.last_usd, settings.budget),
    }
    for name, (now, last, most) in used.items():
        if most and (now - last) / most < _NEARLY <= now / most:
            return f"{now / most:.0%} of the {name} allowed are used: come to an answer soon."
    return None


def repetition(state: State, call: Call, returned: ToolReturned) -> str | None:
    """What to tell the model when it tries again what it has tried on the same state with the same outcome."""
    times = state.attempts[attempt(call, returned)] + 1
    if times == 1:
        return None
    last = " Once more, and the run is stopped." if times == REPEATS - 1 else ""
    return f"This was tried {times} times on the same data and came to the same. Do something else.{last}"


# ── what a call must wait for ───────────────────────────────────────────────────────────────────────────────────────

_STEPS: TypeAdapter[tuple[PlanStep, ...]] = TypeAdapter(tuple[PlanStep, ...])


def objection(state: State, call: Call, settings: Settings) -> str | None:
    """Why this call cannot be taken now, in words that tell the model what can; None when it can be."""
    if state.stopped and call.tool != "answer":
        return "The run has ended: this was not done. Only `answer` is left."
    if state.stopped:
        return None
    match call.tool:
        case "propose_plan":
            return _against_proposal(state)
        case "revise_plan":
            return _against_revision(state, call, settings)
        case "finish_step":
            return None if state.active else "No step is active."
        case _:
            pass
    if state.failed_step:
        return f"Step {state.failed_step.step_id} was given up. First call revise_plan."
    if call.tool == "answer":
        return _against_answer(state)
    if state.asked and state.asked.plan in ("always", "only") and not state.plan:
        return "A plan is wanted first: call propose_plan."
    return None


def _against_proposal(state: State) -> str | None:
    if state.asked and state.asked.plan == "never":
        return "No plan is wanted: work at once, then answer."
    return "There is a plan already: change it with revise_plan." if state.plan else None


def _against_answer(state: State) -> str | None:
    if not state.open_steps:
        return None
    names = ", ".join(s.id for s in state.open_steps)
    return f"Steps {names} are open: finish them, or take them out with revise_plan and say so in the answer."


def _against_revision(state: State, call: Call, settings: Settings) -> str | None:
    if not state.plan:
        return "There is no plan to revise: call propose_plan, or just go on."
    if state.revisions >= settings.max_revisions:
        return f"The plan was revised {state.revisions} times, and may not be again."
    try:
        new = {s.id: s for s in _STEPS.validate_python(_argument(call, "steps"))}
    except (ValidationError, ValueError):
        return None  # the tool says what is wrong with the arguments
    old = {s.id: s for s in state.plan}
    changed = [i for i, f in state.finished.items() if f.ok and new.get(i) != old.get(i)]
    if changed:
        return f"Steps {', '.join(changed)} are done: they stand in the new plan as they were."
    failed = state.failed_step
    if failed and new.get(failed.step_id) == old[failed.step_id]:
        return f"Step {failed.step_id} failed as it is: change its goal, or take it out. More steps do not mend it."
    return None


def _argument(call: Call, name: str) -> object:
    value: object = TypeAdapter(dict[str, object]).validate_json(call.arguments).get(name)
    return value


# ── which code needs a yes ──────────────────────────────────────────────────────────────────────────────────────────

Effect = Literal["shell", "network", "delete", "write", "install", "unreadable"]

_MODULES: dict[str, Effect] = {
    "subprocess": "shell", "pty": "shell", "ctypes": "shell",
    "socket": "network", "requests": "network", "httpx": "network", "urllib.request": "network", "http": "network",
    "aiohttp": "network", "ftplib": "network", "smtplib": "network", "boto3": "network", "paramiko": "network",
}  # fmt: skip
_CALLS: dict[str, Effect] = {
    "os.system": "shell", "os.popen": "shell", "os.kill": "shell", "os._exit": "shell",
    "os.remove": "delete", "os.unlink": "delete", "os.rmdir": "delete", "os.removedirs": "delete",
    "shutil.rmtree": "delete", "shutil.move": "write", "shutil.copy": "write", "os.rename": "write",
    "os.replace": "write", "os.makedirs": "write", "os.mkdir": "write",
}  # fmt: skip
_METHODS: dict[str, Effect] = {
    "unlink": "delete", "rmdir": "delete", "write_text": "write", "write_bytes": "write", "mkdir": "write",
    "savefig": "write", "to_csv": "write", "to_excel": "write", "to_parquet": "write", "to_json": "write",
    "to_sql": "write", "to_pickle": "write", "to_feather": "write", "to_hdf": "write", "dump": "write",
    "save": "write", "savez": "write", "savetxt": "write",
}  # fmt: skip
_WORDS: dict[Effect, str] = {
    "shell": "it runs another program",
    "network": "it uses the network",
    "delete": "it deletes files",
    "write": "it writes files",
    "install": "it installs packages",
    "unreadable": "it cannot be read",
}
_RISKY: frozenset[Effect] = frozenset({"shell", "network", "delete", "install"})


def effects(code: str) -> frozenset[Effect]:
    """What running this code may change outside the kernel, as far as reading it tells."""
    magics = [line.strip() for line in code.splitlines() if line.strip().startswith(("!", "%"))]
    found: set[Effect] = set()
    for line in magics:
        found |= _magic(line)
    plain = "\n".join("pass" if line.strip() in magics else line for line in code.splitlines())
    try:
        tree = ast.parse(plain)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset(found | {"unreadable"}) if magics else frozenset(found)
    aliases = dict(_imports(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            found |= {
                e for m in _modules(node) for name, e in _MODULES.items() if f"{m}.".startswith(f"{name}.")
            }
        elif isinstance(node, ast.Call):
            found |= _call(node, aliases)
    return frozenset(found)


def reasons(code: str, mode: Literal["ask", "risky", "auto"]) -> tuple[str, ...]:
    """Why this code needs a person's yes in this mode; empty when it may just run."""
    if mode == "auto":
        return ()
    found = effects(code)
    if mode == "risky":
        found &= _RISKY | {"unreadable"}
    told = tuple(_WORDS[e] for e in sorted(found))
    return told or (("every cell is asked for",) if mode == "ask" else ())


def _magic(line: str) -> set[Effect]:
    word = line.lstrip("!%").split(maxsplit=1)[:1]
    if word and word[0] in ("pip", "conda", "mamba", "uv"):
        return {"install"}
    shell = line.startswith("!") or word in (["bash"], ["sh"], ["script"], ["system"], ["sx"], ["cmd"])
    return {"shell"} if shell else {"write"} if word == ["writefile"] else set()


def _imports(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (
                (a.asname or a.name.split(".")[0], a.name if a.asname else a.name.split(".")[0])
                for a in node.names
            )
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((a.asname or a.name, f"{node.module}.{a.name}") for a in node.names)


def _modules(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [a.name for a in node.names]
    return [node.module or "", *(f"{node.module}.{a.name}" for a in node.names)]


def _call(node: ast.Call, aliases: dict[str, str]) -> set[Effect]:
    name = _dotted(node.func)
    head, _, rest = name.partition(".")
    full = ".".join(filter(None, (aliases.get(head, head), rest)))
    if full in _CALLS:
        return {_CALLS[full]}
    if full == "open" or full.endswith(".open"):
        return {"write"} if _mode_writes(node) else set()
    if isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS:
        nothing_named = node.func.attr.startswith("to_") and not node.args and not node.keywords
        return set() if nothing_named else {_METHODS[node.func.attr]}
    if any(
        isinstance(a, ast.Constant) and str(a.value).startswith(("http://", "https://", "s3://"))
        for a in node.args[:1]
    ):
        return {"network"}
    return set()


def _mode_writes(node: ast.Call) -> bool:
    modes = [*node.args[1:2], *node.args[:1], *(k.value for k in node.keywords if k.arg == "mode")]
    texts = [
        m.value
        for m in modes
        if isinstance(m, ast.Constant) and isinstance(m.value, str) and len(m.value) <= 4
    ]
    return any(set(t) <= set("rwxabt+U") and set(t) & set("wxa+") for t in texts)


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}".strip(".")
    return ""
