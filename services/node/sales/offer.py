"""What an account may have, and what the rest costs."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.node.context import Node
from services.node.tables import ChunkForSale, Entitlement, Item
from services.units.address import Address, address
from services.units.ids import IntentId, purchase_intent
from services.units.money import ZERO, Money, total
from services.wire.node import ChunkKey
from services.wire.problems import ProblemError

NOBODY = address("0x" + "00" * 20)
"""The account of a caller who did not say who asks: no key signs for it."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Chunks first … first + count − 1 of one item, for one account."""

    item: Item
    account: Address
    first_chunk: int
    chunk_count: int
    amount: Money
    rest: Money
    """What the film costs from the first of them to its end."""

    @property
    def wanted(self) -> range:
        """The chunks."""
        return range(self.first_chunk, self.first_chunk + self.chunk_count)

    @property
    def intent(self) -> IntentId:
        """The id of this purchase, the same for every attempt."""
        return purchase_intent(
            payer=self.account,
            content=self.item.content_id,
            first_chunk=self.first_chunk,
            chunk_count=self.chunk_count,
        )


def find_item(session: Session, content_id: str) -> Item:
    """Give an item; raises ProblemError: content.not_found."""
    item = session.get(Item, content_id.lower())
    if item is None:
        raise ProblemError("content.not_found")
    return item


def may_have(session: Session, item: Item, account: Address | None, index: int) -> bool:
    """Answer the one question of access: free, owner, or bought."""
    chunk = session.get(ChunkForSale, (item.content_id, index))
    if chunk is None:
        raise ProblemError("content.not_found")
    if chunk.price == ZERO or account == item.creator:
        return True
    return account is not None and session.get(Entitlement, (account, item.content_id, index)) is not None


def may_have_all(session: Session, item: Item, account: Address) -> frozenset[int]:
    """List the chunks whose keys an account may have."""
    chunks = select(ChunkForSale.index).where(ChunkForSale.content_id == item.content_id)
    if account == item.creator:
        return frozenset(session.scalars(chunks))
    owned = select(Entitlement.index).where(Entitlement.account == account, Entitlement.content_id == item.content_id)
    return frozenset(session.scalars(chunks.where((ChunkForSale.price == ZERO) | ChunkForSale.index.in_(owned))))


def owns_any(session: Session, offer: Offer) -> bool:
    """Tell whether some of the offered chunks are the account's already."""
    owned = select(Entitlement.index).where(
        Entitlement.account == offer.account,
        Entitlement.content_id == offer.item.content_id,
        Entitlement.index >= offer.first_chunk,
        Entitlement.index < offer.first_chunk + offer.chunk_count,
    )
    return session.scalar(owned.limit(1)) is not None


def next_unowned(session: Session, item: Item, account: Address) -> int:
    """Find the first chunk that costs and is not owned; raises ProblemError: content.owned when there is none."""
    owned = select(Entitlement.index).where(Entitlement.account == account, Entitlement.content_id == item.content_id)
    query = select(ChunkForSale.index).where(
        ChunkForSale.content_id == item.content_id, ChunkForSale.price > ZERO, ChunkForSale.index.not_in(owned)
    )
    index = session.scalar(query.order_by(ChunkForSale.index).limit(1))
    if index is None:
        raise ProblemError("content.owned")
    return index


def make_offer(session: Session, item: Item, account: Address, first_chunk: int, chunk_count: int) -> Offer:
    """Price a range. Raises ProblemError: content.not_found outside the film."""
    if first_chunk + chunk_count > item.chunk_count:
        raise ProblemError("content.not_found")
    chunks = select(ChunkForSale.price).where(ChunkForSale.content_id == item.content_id)
    prices = list(session.scalars(chunks.where(ChunkForSale.index >= first_chunk).order_by(ChunkForSale.index)))
    return Offer(item, account, first_chunk, chunk_count, total(prices[:chunk_count]), total(prices))


def keys_of(node: Node, session: Session, item: Item, wanted: Set[int]) -> tuple[ChunkKey, ...]:
    """Open the keys of chunks; the caller has checked that they may leave."""
    rows = session.scalars(
        select(ChunkForSale)
        .where(
            ChunkForSale.content_id == item.content_id,
            ChunkForSale.index >= min(wanted, default=0),
            ChunkForSale.index <= max(wanted, default=-1),
        )
        .order_by(ChunkForSale.index)
    )
    return tuple(
        ChunkKey(
            index=row.index, key=node.keys.open(row.wrapped_key, owner=key_owner(item.content_id, row.index)).hex()
        )
        for row in rows
        if row.index in wanted
    )


def key_owner(content_id: str, index: int) -> str:
    """Name the row that a wrapped chunk key belongs to."""
    return f"chunk:{content_id}:{index}"
