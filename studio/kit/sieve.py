"""Takes out of a text whatever might be a secret, and leaves a mark by which the same thing is known again."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# Keys, seeds, tokens and signatures, whatever they are written in; addresses (40 digits) and CIDs (baf…) are public.
_HEX = re.compile(r"(?:0x)?[0-9a-fA-F]{64,}")
_LONG = re.compile(r"(?<![A-Za-z0-9_+/=-])(?!baf)(?=[A-Za-z_+/=-]*[0-9])[A-Za-z0-9_+/=-]{40,}")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
_NAMED = re.compile(
    r"(?i)(\\?[\"']?(?:passphrase|password|secret|token|authorization|api_key|private_key)\\?[\"']?\s*[:=]\s*)"
    r"(\\?\"[^\"\\]*\\?\"|'[^']*'|Bearer\s+\S+|[^\s,}]+)"
)


def sieve(text: str, known: Iterable[str] = ()) -> str:
    """Give the text without secrets. known: secrets of this process, taken out wherever they stand."""
    for secret in known:
        if secret:
            text = text.replace(secret, _mark(secret))
    text = _NAMED.sub(lambda found: f"{found[1]}{_mark(found[2])}", text)
    text = _HEX.sub(lambda found: _mark(found[0]), text)
    return _LONG.sub(lambda found: found[0] if _ADDRESS.fullmatch(found[0]) else _mark(found[0]), text)


def _mark(secret: str) -> str:
    return f"<{len(secret)} characters, {hashlib.sha256(secret.encode()).hexdigest()[:8]}>"
