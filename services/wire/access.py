"""Who may have an item's keys, and why somebody got them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from services.wire.base import AddressField, Answer, ContentIdField, Moment, Request
from services.wire.node import ChunkKey

Visibility = Literal["public", "chunks", "members"]
"""public: free for all; chunks: paid by the chunk, free for members of the item's tiers; members: only for them."""
MAX_TIERS = 30


class AccessIn(Request):
    """How an item is to be had. ``tiers``: ids of the creator's own tiers, archived ones too."""

    visibility: Visibility
    tiers: Annotated[tuple[Annotated[str, Field(max_length=64)], ...], Field(max_length=MAX_TIERS)] = ()


class AccessOut(Answer):
    """How an item is to be had."""

    content_id: ContentIdField
    visibility: Visibility
    tiers: tuple[str, ...]
    pass_tier: str = ""
    """The pass that opens it as well; empty where none does."""


class GiftOut(Answer):
    """An item that an account has got for good from its owner."""

    content_id: ContentIdField
    account: AddressField


class LentKeysOut(Answer):
    """All keys of a film that an account may use for now without having bought them, and the receipt for it.

    why: free (for all) or member; tier_id: the tier that opens it; until: after this moment the keys must not be used.
    """

    content_id: ContentIdField
    keys: tuple[ChunkKey, ...]
    why: Literal["free", "member"]
    tier_id: str
    until: Moment
    may_keep: bool = False
    """Whether they may be kept for watching offline until then: a perk of the tier."""
