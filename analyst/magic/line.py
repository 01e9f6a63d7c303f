"""What may stand on the line of `%%agent`."""

from __future__ import annotations

from typing import Any, cast

from IPython.core.magic_arguments import MagicArgumentParser

FLAGS = ("model", "review", "verify", "plan", "approve", "budget", "max_steps", "kernel", "replay")
PLANS, APPROVALS = ("auto", "always", "never", "edit"), ("ask", "risky", "auto")
VERIFICATIONS = ("off", "values", "full")
KERNELS, REPLAYS = ("own", "sandbox"), ("auto", "strict", "never")


def _arguments() -> Any:
    parser = cast(Any, MagicArgumentParser)(prog="%%agent", add_help=False)
    add = parser.add_argument
    add("-m", "--model", help="provider/name as litellm spells it, or rules: the built-in analyst")
    review = (
        "a model that tries to refute the answer, by a check that is run, before it is given: its id, or same"
    )
    add("--review", metavar="ID", help=review)
    proof = "run the answer's code again in a clean kernel: the cells it needs (values), or all that worked (full)"
    add("--verify", choices=VERIFICATIONS, help=proof)
    add("--plan", choices=PLANS, help="plan first; edit: see the plan and change it before the run")
    add("--approve", choices=APPROVALS, help="which code needs your yes (risky)")
    add("--budget", type=float, metavar="USD", help="most money for this question")
    add("--max-steps", type=int, metavar="N", help="most turns of the model for this question")
    add("--new", action="store_true", help="begin a new conversation")
    to = "bind the result: what the code bound to NAME itself, else the last table or value that it made"
    add("--to", metavar="NAME", default="", help=to)
    add(
        "--kernel",
        choices=KERNELS,
        help="run code in this kernel (own), or in a closed one without your variables",
    )
    replay = "unchanged cells run their recorded code without the model; strict: never ask it; never: always ask it"
    add("--replay", choices=REPLAYS, help=replay)
    add("-n", "--dry-run", action="store_true", dest="dry", help="show what would be asked; ask nothing")
    return parser


ARGUMENTS = _arguments()
