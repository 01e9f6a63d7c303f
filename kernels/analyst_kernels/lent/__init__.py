"""The user's own kernel, lent: code of the agent runs in her IPython shell, beside her variables, and is not seen there.

* `LentKernel`     a `Kernel` on the shell that this process runs (`kernel`)
* `Executor`       one snippet: everything patched for it, everything put back (`executor`)
* `stop_control`   the user's Stop while the agent is at work (`stops`)
* `ask`            a prompt that Stop ends
"""

from __future__ import annotations

from .executor import Executor
from .kernel import LentKernel
from .stops import Stops, ask, stop_control

__all__ = ["Executor", "LentKernel", "Stops", "ask", "stop_control"]
