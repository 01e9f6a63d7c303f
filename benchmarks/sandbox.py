"""What a sandbox costs at the start of a kernel, as a ratio to a plain start in the same run.

    uv run python -m benchmarks.sandbox [--rounds 9]

From the call to the kernel's first answer, and until it has imported pandas; all kinds take turns. "forked" comes from a
process that has imported pandas already, which is made once (its time is said first); "by itself" is a process of its
own. Compile the environment before (`python -m compileall`): a sandboxed kernel cannot store bytecode. Seconds vary from
machine to machine; ratios count.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from dataclasses import dataclass
from typing import Any, NamedTuple

from analyst_kernels.sandbox import tiers
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

GOAL = 1.1


class OneSpec(KernelSpecManager):
    """A kernelspec that is written nowhere."""

    metadata: dict[str, Any]

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name=kernel_name, language="python", metadata=self.metadata)


@dataclass(frozen=True)
class Kind:
    """One way to start a kernel."""

    tier: str = ""
    """"": a plain one."""
    fast: bool = False

    def __str__(self) -> str:
        return f"{self.tier}, {'forked' if self.fast else 'by itself'}" if self.tier else "plain"


class Times(NamedTuple):
    """Seconds from the call."""

    answer: float
    pandas: float


async def measure(kind: Kind) -> Times:
    """Start one kernel, and end it."""
    specs = OneSpec()
    config = {
        "provisioner_name": "analyst-sandbox",
        "config": {"tier": kind.tier, "fast": kind.fast},
    }
    specs.metadata = {"kernel_provisioner": config} if kind.tier else {}
    manager = AsyncKernelManager(kernel_spec_manager=specs, kernel_name="measured")
    began = time.perf_counter()
    await manager.start_kernel()
    client = manager.client()
    client.start_channels()
    await client.wait_for_ready(timeout=60)
    answer = time.perf_counter() - began
    done = await client.execute_interactive("import pandas", timeout=60)
    pandas = time.perf_counter() - began
    assert done["content"]["status"] == "ok", done
    client.stop_channels()
    await manager.shutdown_kernel(now=True)
    return Times(answer, pandas)


async def compare(rounds: int) -> None:
    """Measure all kinds in turns, and print."""
    names = [tier.name for tier in tiers() if tier.available and tier.name != "none"]
    plain = Kind()
    kinds = [plain, *(Kind(name, fast) for name in names for fast in (False, True))]
    for kind in kinds:
        first = await measure(kind)
        print(f"the first, {kind}: {first.pandas:.3f} s until pandas is there", flush=True)
    times: dict[Kind, list[Times]] = {kind: [] for kind in kinds}
    for n in range(rounds):
        for kind in kinds if n % 2 == 0 else reversed(kinds):
            times[kind].append(await measure(kind))
    for kind in kinds:
        for what in Times._fields:
            own = [getattr(one, what) for one in times[kind]]
            ratio = statistics.median(a / getattr(b, what) for a, b in zip(own, times[plain], strict=True))
            goal = f"  (goal: at most {GOAL:g})" if kind.tier and what == "answer" else ""
            print(f"{kind!s:22} {what:7} {statistics.median(own):6.3f} s  ratio {ratio:.2f}{goal}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=9, help="starts of each kind, after one to warm up")
    asyncio.run(compare(parser.parse_args().rounds))


if __name__ == "__main__":
    main()
