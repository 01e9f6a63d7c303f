"""Kernels that start in a moment: forked from a process that has imported everything already.

`ZygoteProvisioner` is a provisioner of jupyter_client, named in the kernelspec `analyst-fast`: any Jupyter client can
use it. One *template* per interpreter and environment is kept by each process that starts kernels. It imports ipykernel,
numpy, pandas and matplotlib, stays single-threaded, and forks a kernel per request, so that a kernel is ready in tens of
milliseconds and shares most of its memory with its siblings. One *spare*, a kernel that lacks nothing but its
connection, is made ahead while nothing else is to be done.

    provisioner.py   a request of jupyter_client → a forked kernel, or a normal start and the reason
    templates.py     the templates of this process: made, shared, found stale, ended
    inside/          what runs in the template and its children; never imports this package, so any interpreter
                     with ipykernel can be a template

What differs from a kernel that is started normally:

* Linux only; elsewhere it starts normally, and says so.
* It ends with the process that started it, at once. The template hears of that on the socket that the two share, which
  has no name in the file system.
* numpy's linear algebra has one thread, as its threads would not survive the fork (`threadpoolctl` can give it more).
* A spare has run the startup files of its IPython profile before it knew its working directory.
* String hashes are those of its siblings: they are chosen when an interpreter starts.
* The command line that `ps` shows is the template's.

Packages that are installed or upgraded are seen (by the times of the folders they are in): the next kernel comes from
a fresh template.
"""

from .provisioner import ZygoteProvisioner

__all__ = ["ZygoteProvisioner"]
