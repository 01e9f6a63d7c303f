"""How the reader of code does on the committed corpus: benign cells flagged, risky ones missed, time for each.

uv run python -m benchmarks.risk
"""

from __future__ import annotations

import re
import time
from collections import Counter
from pathlib import Path

from analyst.policy import effects, reasons
from analyst.risk import read

CORPUS = Path(__file__).parent.parent / "tests" / "risk" / "corpus"


def snippets(name: str) -> list[tuple[str, str]]:
    """The cells of a corpus, each with the effect that it is listed for ("" for benign ones)."""
    parts = re.split(r"^# %%[ \t]*(\w*)\n", (CORPUS / f"{name}.txt").read_text(), flags=re.M)
    pairs = [("", parts[0]), *zip(parts[1::2], parts[2::2], strict=True)]
    return [(effect, code.rstrip("\n")) for effect, code in pairs if code.strip()]


def flagged(code: str) -> tuple[str, ...]:
    return reasons(code, "risky")


def found(effect: str, code: str) -> bool:
    return effect in {f.effect for f in read(code)}


def main() -> None:
    benign, risky = snippets("benign"), snippets("risky")
    alarms = [code for _, code in benign if flagged(code)]
    missed = [code for _, code in risky if not flagged(code)]
    misnamed = [code for effect, code in risky if flagged(code) and not found(effect, code)]
    began = time.perf_counter()
    for _, code in benign + risky:
        effects(code)
    each = (time.perf_counter() - began) / len(benign + risky)
    print(f"benign: {len(alarms)} of {len(benign)} flagged ({len(alarms) / len(benign):.1%})")
    print(f"risky: {len(missed)} of {len(risky)} missed, {len(misnamed)} found under another name only")
    print("listed: " + ", ".join(f"{n} {effect}" for effect, n in Counter(e for e, _ in risky).most_common()))
    print(f"{each * 1000:.2f} ms for each cell")
    for title, codes in (("FLAGGED", alarms), ("MISSED", missed), ("MISNAMED", misnamed)):
        for code in codes:
            print(f"--- {title}\n{code}\n{'; '.join(flagged(code))}")


if __name__ == "__main__":
    main()
