"""Secrets taken out of text: known values in all their usual disguises, and what has the shape of a key.

A secret that is split, spaced out or encrypted by code is not found. The kernel that holds none cannot print one.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import quote

SHORTEST = 8
"""Characters; a shorter value is more likely a word than a secret, and replacing it would garble the text."""
MARK = "[secret]"

_EDGE = r"(?:(?<![A-Za-z0-9_])|(?<=\\[nrtbf]))"
"""Where a word begins: also after a newline that is written out, as in JSON."""
# none takes a quote or a backslash: JSON with a secret in it, such as a call's arguments, stays JSON
# each with text that must be there for it to match: looking for that is fast, and most texts hold none of it
_SHAPES: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...] = (
    (("sk-",), re.compile(_EDGE + r"sk-(?:ant-|proj-|or-v1-|svcacct-|admin-)?[A-Za-z0-9_-]{20,}")),
    (("sk_live_", "sk_test_", "rk_live_"), re.compile(_EDGE + r"[sr]k_(?:live|test)_\w{16,}")),
    (("gsk_", "hf_", "npm_"), re.compile(_EDGE + r"(?:gsk_|hf_|npm_)[A-Za-z0-9]{20,}")),
    (("AIza",), re.compile(_EDGE + r"AIza[\w-]{35}(?![\w-])")),
    (("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), re.compile(_EDGE + r"gh[pousr]_\w{30,}")),
    (("github_pat_",), re.compile(_EDGE + r"github_pat_\w{40,}")),
    (("glpat-",), re.compile(_EDGE + r"glpat-[\w-]{20,}")),
    (("xox",), re.compile(_EDGE + r"xox[abeprs]-[\w-]{10,}")),
    (("AKIA", "ASIA"), re.compile(_EDGE + r"(?:AKIA|ASIA)[A-Z0-9]{16}\b")),
    (("eyJ",), re.compile(_EDGE + r"eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}")),
    (
        ("PRIVATE KEY",),
        re.compile(
            r"-----BEGIN[A-Z ]{0,40}PRIVATE KEY-----"
            r"(?:(?:[\w+/=\s:,.-]|\\[nr]){0,8000}?-----END[A-Z ]{0,40}-----|(?:[\w+/=\r\n]|\\[nr]){0,8000})"
        ),
    ),
    (("://",), re.compile(r"(?<=://)[^\s:/@\"'<>\\]{0,100}:[^\s@/\"'<>\\]{3,200}(?=@)")),
    (("earer ", "EARER "), re.compile(r"(?i:(?<=bearer ))[\w.~+/=-]{16,}")),
    (("AccountKey=", "SharedAccessKey="), re.compile(r"(?<=Key=)[\w+/=]{40,}")),
    (
        ("token=", "key=", "signature=", "Signature=", "password=", "secret=", "sig="),
        re.compile(
            r"(?<=[?&])((?:\w{0,30}(?:token|key|password|secret|signature|Signature)|sig)=)[^\s&\"'<>\\]{8,}"
        ),
    ),
    (
        (
            "_key",
            "_KEY",
            "_secret",
            "_SECRET",
            "_token",
            "_TOKEN",
            "assword",
            "ASSWORD",
            "api-key",
            "pikey",
            "piKey",
        ),
        re.compile(
            _EDGE
            + r"(?i:(\w{0,40}(?:api[_-]?key|access[_-]?key|_secret|auth[_-]?token|access[_-]?token|password)[\"']?"
            r"\s{0,3}[:=]\s{0,3}[\"']?))(?=[^\s\"',()\[\]{}\\]{0,200}[0-9])(?=[^\s\"',()\[\]{}\\]{0,200}[A-Za-z])"
            r"[^\s\"',()\[\]{}\\]{12,200}+(?![(\[])"
        ),
    ),
)
_OPENINGS = (
    "sk-",
    "sk_",
    "gsk_",
    "hf_",
    "npm_",
    "AIza",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
) + (
    "xox",
    "AKIA",
    "ASIA",
    "eyJ",
)
_SHAPE_BEGUN = re.compile(rf"{_EDGE}(?:{'|'.join(_OPENINGS)})[\w.-]{{0,300}}\Z")
_OPENING_BEGUN = re.compile(
    rf"{_EDGE}(?:{'|'.join(sorted({o[:n] for o in _OPENINGS for n in range(1, len(o))}))})\Z"
)
LONGEST_HELD = 400
"""Characters of a stream that are held back at most, while they may be the beginning of a secret."""


class Redactor:
    """Takes secrets out of text. Made once from the values that must never be shown."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets if len(secret) >= SHORTEST for form in _disguises(secret)}
        self._forms = sorted((f for f in forms if len(f) >= SHORTEST), key=lambda f: (-len(f), f))
        self._beginnings = {form[:size] for form in self._forms for size in range(1, len(form))}
        self._longest = max(map(len, self._forms), default=0)

    def __call__(self, text: str) -> str:
        """The text with `[secret]` where a secret stood."""
        return self.shapes(self.values(text))

    def values(self, text: str) -> str:
        """Without the known values."""
        for form in self._forms:
            if form in text:
                text = text.replace(form, MARK)
        return text

    def shapes(self, text: str) -> str:
        """Without what has the shape of a key."""
        for needed, shape in _SHAPES:
            if any(word in text for word in needed):
                text = shape.sub(_marked, text)
        return text

    def begun(self, text: str) -> int:
        """How many characters at the end of a text may be the beginning of a secret that goes on."""
        most = min(len(text), self._longest - 1)
        known = next((size for size in range(most, 0, -1) if text[-size:] in self._beginnings), 0)
        tail = text[-LONGEST_HELD:]
        shape = _SHAPE_BEGUN.search(tail) or _OPENING_BEGUN.search(tail)
        return max(known, len(tail) - shape.start() if shape else 0)


class Stream:
    """Text that comes in pieces, redacted: what may be the beginning of a secret waits for the next piece."""

    def __init__(self, redact: Redactor) -> None:
        self._redact = redact
        self._held = ""

    def add(self, piece: str) -> str:
        """What can be shown now."""
        text = self._redact.values(self._held + piece)
        end = len(text) - self._redact.begun(text)
        self._held = text[end:]
        return self._redact.shapes(text[:end])

    def end(self) -> str:
        """What was held back until the end."""
        rest, self._held = self._redact(self._held), ""
        return rest


def _marked(found: re.Match[str]) -> str:
    return (found[1] if found.re.groups else "") + MARK


def _disguises(secret: str) -> Iterator[str]:
    """The secret as it may be written: in an address, in JSON, in hexadecimal, backwards, in base64."""
    data = secret.encode("utf-8", "surrogateescape")
    yield secret
    yield quote(secret, safe="")
    yield quote(secret)
    yield json.dumps(secret)[1:-1]
    yield json.dumps(json.dumps(secret)[1:-1])[1:-1]
    yield repr(secret)[1:-1]
    yield secret[::-1]
    yield data.hex()
    yield data.hex().upper()
    encoders: tuple[Callable[[bytes], bytes], ...] = (base64.b64encode, base64.urlsafe_b64encode)
    for encode in encoders:
        for before in range(3):
            text = encode(b"\0" * before + data).decode()
            # what depends on the neighbours of the secret is left away
            yield text[(0, 2, 3)[before] : len(text) - (4 if (before + len(data)) % 3 else 0)]
