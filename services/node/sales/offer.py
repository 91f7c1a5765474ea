"""What an account may have, and what the rest costs."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.node.sales.shelf import Film
from services.node.tables import ChunkForSale, Entitlement, Item
from services.units.address import Address, address
from services.units.ids import IntentId, purchase_intent
from services.units.money import ZERO, Money
from services.wire.problems import ProblemError

NOBODY = address("0x" + "00" * 20)
"""The account of a caller who did not say who asks: no key signs for it."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Chunks first … first + count − 1 of one item, for one account."""

    film: Film
    account: Address
    first_chunk: int
    chunk_count: int
    amount: Money

    @property
    def item(self) -> Item:
        """What they are chunks of."""
        return self.film.item

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


def make_offer(film: Film, account: Address, first_chunk: int, chunk_count: int) -> Offer:
    """Price a range. Raises ProblemError: content.not_found outside the film."""
    return Offer(film, account, first_chunk, chunk_count, film.price(first_chunk, chunk_count))
