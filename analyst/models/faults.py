"""What went wrong with a call, in our words: to be tried again, or not. No key is ever in these words."""

from __future__ import annotations

import email.utils
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..errors import ContextOverflow, ModelRefused
from ..redact import MARK, Redactor

_OVERFLOW = re.compile(
    r"context.?(length|window|size)|(prompt|input|request) (is|are)? ?too (long|large)|too many (input )?tokens"
    r"|maximum (number of )?(input |prompt )?tokens|reduce the length",
    re.IGNORECASE,
)
_NO_MONEY = re.compile(
    r"insufficient.?(quota|credit|balance|funds)|exceeded your current quota", re.IGNORECASE
)
_AGAIN = {408, 409, 425, 429}
_LONGEST_WAIT = 60.0
"""Seconds; a provider that asks for more is waited for no longer than this."""
_LONGEST_DETAIL = 400
_WRAPPING = re.compile(r"^(?:[\w.]+(?:Error|Exception)(?:: | - ))+")
"""The names of its own classes that litellm puts before the provider's words."""
_PART_OF_KEY = re.compile(r"\b[\w-]{2,24}\*{3,}[\w-]{0,24}|\b(?:sk|gsk|hf|AIza)[-_][\w-]{8,}")
"""Providers repeat a key with its middle starred out, or cut: what is left of it is no business of a log either."""
WEB_PAGE = "a web page instead of an answer: a proxy, or a wrong address"


class TryAgain(Exception):
    """This attempt failed, and another one may not. The message is a clause: "the call failed (…)"."""

    def __init__(self, what: str, after: float | None = None) -> None:
        super().__init__(what)
        self.after = after
        """Seconds to wait, where the provider said so."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Whom a call goes to, for messages."""

    model: str
    address: str
    key_variable: str = ""
    """The environment variable that holds the key; "" when there is none."""
    secrets: Sequence[str] = ()
    """Values that no message may contain."""


def explain(error: Exception, endpoint: Endpoint) -> TryAgain | ModelRefused | ContextOverflow:
    """The exception of an SDK as one of ours.

    Decided by the status code: litellm's classes depend on the words of the provider.
    """
    status = getattr(error, "status_code", None)
    detail = _detail(error, endpoint.secrets)
    if status not in _AGAIN and (status == 413 or _OVERFLOW.search(f"{type(error).__name__} {detail}")):
        return ContextOverflow(
            f"The conversation is longer than {endpoint.model} can take. The provider says: {detail}"
        )
    if status in (402, 429) and (status == 402 or _NO_MONEY.search(detail)):
        return ModelRefused(f"The account at {endpoint.address} has no credit left. It says: {detail}")
    if isinstance(status, int) and 400 <= status < 500 and status not in _AGAIN:
        return ModelRefused(_refusal(status, detail, endpoint))
    if _unconnected(error):
        return TryAgain(
            f"cannot connect to {endpoint.address} (is the server running, and is there a network?)"
        )
    if status == 429:
        return TryAgain("the provider's rate limit is reached", _retry_after(error))
    what = f"status {status}: {detail}" if isinstance(status, int) else detail
    return TryAgain(f"the call failed ({what})", _retry_after(error))


def _refusal(status: int, detail: str, endpoint: Endpoint) -> str:
    said = f"It says: {detail}"
    if status in (401, 403):
        held = endpoint.key_variable
        todo = f"Check the key in {held}" if held else "Check the provider's key in the environment"
        return f"{endpoint.address} did not accept the key for {endpoint.model}. {todo}. {said}"
    if status == 404:
        return f"There is no model {endpoint.model} at {endpoint.address}, or this key may not use it. {said}"
    return f"{endpoint.address} refused the request to {endpoint.model} (status {status}). {said}"


def _detail(error: Exception, secrets: Sequence[str]) -> str:
    """What the provider said, in one bounded line, without the key that it may have repeated."""
    body = getattr(error, "body", None)
    said = body.get("message") if isinstance(body, Mapping) else None
    text = said if isinstance(said, str) and said else str(error)
    if re.search(r"<html|<!doctype", text, re.IGNORECASE):
        return WEB_PAGE
    text = _WRAPPING.sub("", text.partition(" Original exception: ")[0])
    text = _PART_OF_KEY.sub("[key]", Redactor(secrets)(text).replace(MARK, "[key]"))
    text = " ".join(text.split()) or type(error).__name__
    return text if len(text) <= _LONGEST_DETAIL else text[:_LONGEST_DETAIL] + " …"


def _unconnected(error: BaseException) -> bool:
    return any(
        isinstance(e, ConnectionRefusedError)
        or type(e).__name__ in ("ConnectError", "ConnectTimeout", "ClientConnectorError")
        for e in _chain(error)
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what led to it. SDKs put their own class on top of the socket's."""
    seen: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in seen:
        seen.append(following)
        yield following
        following = following.__cause__ or following.__context__


def _retry_after(error: Exception) -> float | None:
    """Seconds the provider asked to wait: a number or a date, at most `_LONGEST_WAIT`."""
    headers = getattr(error, "litellm_response_headers", None)
    if headers is None:
        headers = getattr(getattr(error, "response", None), "headers", None)
    value = (headers or {}).get("retry-after")
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        date = email.utils.parsedate_tz(value)
        if date is None:
            return None
        seconds = email.utils.mktime_tz(date) - time.time()
    return min(max(0.0, seconds), _LONGEST_WAIT)
