"""Puts the Escrow's events into the ledger: the only place where the node's sums come from."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.chain.gateway import CreatorWithdrawn, EscrowEvent, Paid
from services.db.ledger import Line, post
from services.node.context import Node
from services.node.sales.offer import make_offer
from services.node.tables import ChainPosition, Entitlement, Item, Sale
from services.units.ids import purchase_intent
from services.units.time import from_unix_seconds

_log = logging.getLogger(__name__)
_ESCROW = "escrow"


def book(session: Session, events: Iterable[EscrowEvent]) -> None:
    """Enter events once each; a payment of at least the price also makes its payer the owner of the chunks."""
    for event in events:
        ref = f"{event.tx}:{event.log_index}"
        match event:
            case Paid():
                lines = (
                    Line(f"payer:{event.payer}", -event.amount, event.content_id),
                    Line(f"creator:{event.creator}", event.creator_share, event.content_id),
                    Line("platform", event.platform_share, event.content_id),
                )
                if post(session, kind="paid", ref=ref, at=from_unix_seconds(event.timestamp), lines=lines):
                    _hand_over(session, event)
            case CreatorWithdrawn():
                lines_out = (
                    Line(f"creator:{event.creator}", -event.amount),
                    Line(f"withdrawn:{event.creator}", event.amount),
                )
                post(session, kind="withdrawn", ref=ref, at=from_unix_seconds(event.timestamp), lines=lines_out)


def sync(node: Node) -> int:
    """Enter what happened on the chain since the last look; gives the block up to which the ledger is true."""
    with node.database.read() as session:
        position = session.get(ChainPosition, _ESCROW)
    done = position.block if position else node.chain.since_block - 1
    head = node.chain.head().number
    if head <= done:
        return done
    events = node.chain.escrow_events(done + 1, head)
    with node.database.write() as session:
        book(session, events)
        row = session.get(ChainPosition, _ESCROW)
        if row is None:
            session.add(ChainPosition(name=_ESCROW, block=head))
        elif row.block < head:
            row.block = head
    return head


def _hand_over(session: Session, event: Paid) -> None:
    item = session.get(Item, event.content_id)
    if item is None or item.creator != event.creator or event.first_chunk + event.chunk_count > item.chunk_count:
        # Anybody may pay the Escrow directly, also for what this node does not sell: the creator keeps the money.
        _log.info("payment for an unknown item", extra={"transaction": event.tx})
        return
    offer = make_offer(session, item, event.payer, event.first_chunk, event.chunk_count)
    if event.amount < offer.amount:
        return
    owned = set(
        session.scalars(
            select(Entitlement.index).where(
                Entitlement.account == event.payer, Entitlement.content_id == event.content_id
            )
        )
    )
    for index in range(event.first_chunk, event.first_chunk + event.chunk_count):
        if index not in owned:
            session.add(
                Entitlement(account=event.payer, content_id=event.content_id, index=index, transaction=event.tx)
            )
    _close_sale(session, event)


def _close_sale(session: Session, event: Paid) -> None:
    intent = purchase_intent(
        payer=event.payer,
        content=event.content_id,
        first_chunk=event.first_chunk,
        chunk_count=event.chunk_count,
    )
    sale = session.get(Sale, intent)
    if sale is None:
        sale = Sale(
            intent=intent, payer=event.payer, creator=event.creator, content_id=event.content_id,
            first_chunk=event.first_chunk, chunk_count=event.chunk_count, payment=None,
        )  # fmt: skip
        session.add(sale)
    sale.amount, sale.share, sale.at = event.amount, event.creator_share, from_unix_seconds(event.timestamp)
    sale.state, sale.transaction, sale.error = "paid", event.tx, None
