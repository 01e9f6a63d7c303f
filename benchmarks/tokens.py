"""How the tokens sent grow with the steps of a run: in all, and outside the identical prefix, ours and by hand.

uv run python -m benchmarks.tokens
"""

from __future__ import annotations

from benchmarks.harness import by_hand, measure, ours

STEPS = (5, 10, 20, 40)


def main() -> None:
    print(
        f"{'steps':>6} {'ours: new tokens':>18} {'per step':>9} {'by hand: new':>14} {'per step':>9} {'ratio':>6}"
    )
    for steps in STEPS:
        mine, floor = sum(measure(ours, steps).new_tokens), sum(measure(by_hand, steps).new_tokens)
        print(
            f"{steps:>6} {mine:>18,} {mine / steps:>9.0f} {floor:>14,} {floor / steps:>9.0f} {mine / floor:>6.2f}"
        )


if __name__ == "__main__":
    main()
