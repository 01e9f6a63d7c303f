"""What constant text in code means as an address or a path."""

from __future__ import annotations

import posixpath
import re

URL = re.compile(
    r"\s*(?:https?|ftps?|s3a?|gs|gcs|abfss?|adl|hdfs|ssh|sftp|smb|github|dropbox|webhdfs|hf|az|wss?)://", re.I
)
REMOTE_HTML = re.compile(r"<[^>]+\b(?:src|srcset|href|data|action)\s*=\s*[\"']?\s*(?:https?:)?//", re.I)
SECRET_PATH = re.compile(
    r"(?:^|/)\.(?:ssh|aws|azure|gnupg|netrc|npmrc|pypirc|env|git-credentials|docker|kube|jupyter|ipython|config|"
    r"bash_history|zsh_history|python_history)(?:/|$)|^/etc/(?:passwd|shadow|ssh|sudoers)|^/proc/|^/sys/|^/dev/(?!null|"
    r"stdout|stderr)|(?:^|/)id_(?:rsa|ed25519|ecdsa|dsa)|(?:^|/)credentials(?:\.\w+)?$|\.(?:pem|key|p12|kdbx)$|"
    r"(?:^|/)run/secrets/",
    re.I,
)
SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSW|CREDENTIAL|AUTH|COOKIE|SESSION|DSN|DATABASE_URL|PWD$", re.I)
_RUN_LATER = re.compile(
    r"\.(?:py|pyw|pyx|pyd|pth|so|dll|dylib|sh|bash|bat|cmd|ps1|ipynb|exe|desktop|service|toml|cfg|ini|mk)$"
    r"|(?:^|/)(?:Makefile|Dockerfile)$|(?:^|/)\.[^/.]",
    re.I,
)
HOLE = "\x00"
"""Stands in a text for what is known only when the code runs."""


def escapes(path: str, folder: str = "") -> bool:
    """Whether a path leads out of the work folder. What begins with something unknown is not said to."""
    if path.startswith(HOLE):
        return ".." in path.split("/")
    if path.startswith(("~", "$")) or re.match(r"[A-Za-z]:[\\/]|\\\\|file:", path):
        return True
    if path in ("/dev/null", "/dev/stdout", "/dev/stderr"):
        return False
    if path.startswith("/"):
        root = posixpath.normpath(folder) if folder else ""
        plain = posixpath.normpath(path)
        return not root or not (plain == root or plain.startswith(root + "/"))
    return posixpath.normpath(path).split("/")[0] == ".."


def runs_later(path: str) -> bool:
    """Whether a file of this name is run by something, one day: a module, a script, a settings file."""
    return bool(_RUN_LATER.search(path))


def shown(text: str, room: int = 60) -> str:
    """A path or address for a sentence: one line, unknown parts as `…`, cut."""
    line = " ".join(text.replace(HOLE, "…").split())
    line = "".join(c for c in line if c.isprintable())
    return line if len(line) <= room else line[: room - 1] + "…"
