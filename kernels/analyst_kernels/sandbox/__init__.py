"""Kernels in a sandbox, as a provisioner for `jupyter_client`: any client can pick the kernelspec `analyst-sandbox`.

Read `view` (what such a kernel sees), `starting` (how one that starts by itself gets there) and `entering` (how one that is
forked does), then `provisioner` and `held` (how it lives and ends). The tiers, best first: bubblewrap, Seatbelt
(macOS, untested), Landlock (weaker). Where none is there, nothing is started: it never falls back in silence.
"""

from __future__ import annotations

from .. import SandboxUnavailable
from .provisioner import SandboxProvisioner
from .tiers import Tier, TierName, best, choose, tiers, without

__all__ = [
    "SandboxProvisioner",
    "SandboxUnavailable",
    "Tier",
    "TierName",
    "best",
    "choose",
    "tiers",
    "without",
]
