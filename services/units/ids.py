"""Ids. One that stands for a money action is derived from the intent, never from the attempt."""

from __future__ import annotations

import hashlib
import secrets
from typing import NewType

from services.units.address import Address, Bytes32, bytes32

ContentId = NewType("ContentId", Bytes32)
"""Names one published version of one item on every chain, node and desk."""

IntentId = NewType("IntentId", str)
"""Names a money action by who, what and which chunks: 64 hexadecimal digits."""

TierId = NewType("TierId", str)
DraftId = NewType("DraftId", str)


def new_content_id() -> ContentId:
    """Draw a content id (32 random bytes)."""
    return ContentId(bytes32(secrets.token_bytes(32)))


def content_id(text: str) -> ContentId:
    """Check a content id; raises ValueError."""
    return ContentId(bytes32(text))


def new_row_id() -> str:
    """Draw an id for a row that moves no money: 32 hexadecimal digits."""
    return secrets.token_hex(16)


def _intent(*parts: str) -> IntentId:
    text = "\x1f".join(("museclock/intent/1", *parts))
    return IntentId(hashlib.sha256(text.encode()).hexdigest())


def named_intent(name: str) -> IntentId:
    """Derive the id of a money action that its name says in full, parts apart by U+001F."""
    return _intent(name)


def purchase_intent(*, payer: Address, content: ContentId, first_chunk: int, chunk_count: int) -> IntentId:
    """Derive the id of buying chunks first_chunk … first_chunk + chunk_count − 1."""
    return _intent("purchase", payer, content, str(first_chunk), str(chunk_count))


def withdrawal_intent(*, creator: Address, ordinal: int) -> IntentId:
    """Derive the id of a creator's withdrawal number ``ordinal`` (counted from 1 by the desk that signs it)."""
    return _intent("withdrawal", creator, str(ordinal))


def membership_intent(*, viewer: Address, creator: Address, tier: str, until: int) -> IntentId:
    """Derive the id of paying a membership up to ``until`` (Unix seconds), whoever pays it."""
    return _intent("membership", viewer, creator, tier, str(until))


def refund_intent(receipt: str) -> IntentId:
    """Derive the id of giving the money of a receipt back."""
    return _intent("refund", receipt)
