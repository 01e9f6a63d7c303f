"""Errors that we raise on purpose. Each says what happened and what to do; none is for a bug of ours.

* AnalystError
  + BadInput            a file, flag, plan or model id that cannot be used (exit code 2)
  + ModelError          the model could not be asked
    x ModelRefused      the provider said no: key, model id, request (not worth a second try)
    x ModelUnavailable  it did not answer, or not whole, after all tries
    x ContextOverflow   the conversation is longer than the model's window
  + LogError            the log cannot be read, or not be written (disk full)

Kernels have a tree of their own: `analyst_kernels.KernelError`.
"""

from __future__ import annotations


class AnalystError(Exception):
    """Anything that we raise on purpose. `str(error)` is a sentence for a person."""


class BadInput(AnalystError):
    """What was given cannot be used; the message names it and says what would do."""


class ModelError(AnalystError):
    """The model could not be asked."""


class ModelRefused(ModelError):
    """The provider said no, and would say no again: a bad key, an unknown model, a request it does not take."""


class ModelUnavailable(ModelError):
    """The model did not answer, or its answers were broken, after all tries."""


class ContextOverflow(ModelError):
    """The conversation is longer than the model's window."""


class LogError(AnalystError):
    """The log cannot be read or written; the message names the file and the line or the cause."""
