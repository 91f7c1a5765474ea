"""How a line of the ledger is bound to the one before it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from services.units.time import iso

GENESIS = bytes(32)
"""What the first line follows."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def link(
    previous: bytes, seq: int, kind: str, ref: str, line: int, at: str, account: str, item: str, amount: int
) -> bytes:
    """Hash a line's columns onto the hash of the line before. at: as ``moment`` writes it; amount: micro-USDC."""
    text = f"{seq}\x1f{kind}\x1f{ref}\x1f{line}\x1f{at}\x1f{account}\x1f{item}\x1f{amount}"
    return hashlib.sha256(previous + text.encode()).digest()


@lru_cache(maxsize=1024)
def moment(microseconds: int) -> str:
    """Write a line's moment, kept in microseconds since 1970, as it is hashed; its first ten letters are the day."""
    return iso(_EPOCH + timedelta(microseconds=microseconds))
