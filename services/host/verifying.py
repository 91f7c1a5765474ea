"""Opens the service that checks creators' identity, where the node's folder names one; else an operator does."""

from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path

import httpx

from services.node.kyc.provider import HttpProvider, KycProvider, ManualReview
from services.wire.problems import ProblemError

FILE = "kyc.toml"
"""``url``, ``api_key`` and ``report_secret``; only its owner may read it."""
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def open_provider(folder: Path) -> KycProvider:
    """Open the provider of a node's folder. Raises ProblemError: request.invalid."""
    path = folder / FILE
    if not path.exists():
        return ManualReview()
    try:
        with path.open("rb") as file:
            if os.name == "posix" and os.fstat(file.fileno()).st_mode & _OTHERS:
                raise ProblemError("request.invalid", field=f"{FILE}: others may read it")
            found = tomllib.load(file)
        url, key, secret = str(found["url"]).rstrip("/"), str(found["api_key"]), str(found["report_secret"])
    except (OSError, KeyError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        # Not their text: it may quote the file.
        raise ProblemError("request.invalid", field=FILE) from None
    if not url.startswith(("https://", "http://127.0.0.1")) or len(secret) < 16:
        raise ProblemError("request.invalid", field=FILE)
    return HttpProvider(url, key, secret.encode(), httpx.Client())
