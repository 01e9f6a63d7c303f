"""What a model is sent of an output against what the code produced, in characters, for each kind in the corpus.

uv run python -m benchmarks.reading
"""

from __future__ import annotations

import json
from pathlib import Path

from analyst_kernels import Output
from analyst_kernels.reading import read
from pydantic import TypeAdapter

CORPUS = Path(__file__).parent.parent / "tests" / "kernels" / "corpus"
OUTPUTS: TypeAdapter[tuple[Output, ...]] = TypeAdapter(tuple[Output, ...])


def main() -> None:
    print(f"{'kind':24} {'produced':>9} {'sent':>7} {'share':>7}")
    totals = [0, 0]
    for path in sorted(CORPUS.glob("*.json")):
        outputs = OUTPUTS.validate_json(path.read_bytes())
        made = sum(
            len(json.dumps(OUTPUTS.dump_python((o,), mode="json"), ensure_ascii=False)) for o in outputs
        )
        sent = len(read(outputs, cell=1, vision=False).text)
        totals = [totals[0] + made, totals[1] + sent]
        print(f"{path.stem:24} {made:9,} {sent:7,} {sent / made if made else 0:7.1%}")
    print(f"{'all':24} {totals[0]:9,} {totals[1]:7,} {totals[1] / totals[0]:7.1%}")


if __name__ == "__main__":
    main()
