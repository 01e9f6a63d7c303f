"""What a sandbox costs at the start of a kernel, as a ratio to a plain start in the same run.

    uv run python -m benchmarks.sandbox [--rounds 9]

From the call to the kernel's first answer; plain and sandboxed take turns. Compile the environment before
(`python -m compileall`): a sandboxed kernel cannot store bytecode. Seconds vary from machine to machine; ratios count.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from typing import Any

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


async def measure(tier: str | None) -> float:
    """Seconds until a kernel answers; None: a plain one."""
    specs = OneSpec()
    config = {"provisioner_name": "analyst-sandbox", "config": {"tier": tier}}
    specs.metadata = {"kernel_provisioner": config} if tier else {}
    manager = AsyncKernelManager(kernel_spec_manager=specs, kernel_name="measured")
    began = time.perf_counter()
    await manager.start_kernel()
    client = manager.client()
    client.start_channels()
    await client.wait_for_ready(timeout=60)
    took = time.perf_counter() - began
    client.stop_channels()
    await manager.shutdown_kernel(now=True)
    return took


async def compare(rounds: int) -> None:
    names = [tier.name for tier in tiers() if tier.available and tier.name != "none"]
    kinds: list[str | None] = [None, *names]
    for kind in kinds:
        await measure(kind)
    times: dict[str | None, list[float]] = {kind: [] for kind in kinds}
    for n in range(rounds):
        for kind in kinds if n % 2 == 0 else reversed(kinds):
            times[kind].append(await measure(kind))
    for name in names:
        ratio = statistics.median(a / b for a, b in zip(times[name], times[None], strict=True))
        medians = f"{statistics.median(times[name]):6.3f} s  plain {statistics.median(times[None]):6.3f} s"
        print(f"start to first answer, {name:10} {medians}  ratio {ratio:.2f}  (goal: at most {GOAL:g})")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=9, help="starts of each kind, after one to warm up")
    asyncio.run(compare(parser.parse_args().rounds))


if __name__ == "__main__":
    main()
