"""Puts the Escrow's events and the vouchers into the ledger: the only place where the node's sums come from."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.chain.channel_calls import read_settled, receiver_call
from services.chain.gateway import (
    Allocated,
    Collected,
    CreatorWithdrawn,
    EscrowEvent,
    Paid,
    PlatformWithdrawn,
    Subscribed,
)
from services.db.ledger import Line, post
from services.db.ledger_batch import Entry, entered, post_many
from services.node.context import Node
from services.node.memberships.record import enter as enter_membership
from services.node.passes.booked import note_allocated
from services.node.sales.charges import WAITING
from services.node.sales.shelf import film_of
from services.node.sales.terms import till_of
from services.node.tables import ChainPosition, Charge, Entitlement, Item, Sale
from services.node.till import book_collected, income_lines, note_settled, till_row
from services.units.address import Address
from services.units.ids import IntentId, purchase_intent
from services.units.money import Money
from services.units.time import from_unix_seconds

_log = logging.getLogger(__name__)
_ESCROW = "escrow"
_POOL = "pool"
_CHARGE, _CHARGES = "charge", 500
_UNBOOKED = select(Charge.is_booked).where(WAITING).limit(1)


def book(session: Session, events: Iterable[EscrowEvent]) -> None:
    """Enter events once each; a payment of at least the price also makes its payer the owner of the chunks."""
    for event in events:
        _book(session, event, ref=f"{event.tx}:{event.log_index}")


def sync(node: Node) -> int:
    """Enter what happened on the chain since the last look; gives the block up to which the ledger is true."""
    book_charges(node)
    with node.database.read() as session:
        position = session.get(ChainPosition, _ESCROW)
    done = position.block if position else node.chain.since_block - 1
    if node.database.harm is not None:
        # Damaged books are read as they are.
        return done
    head = node.chain.head().number
    if head <= done:
        return done
    events = node.chain.escrow_events(done + 1, head)
    settled = _settled(node, {event.creator for event in events if isinstance(event, Collected)})
    with node.database.write() as session:
        for creator, total in settled.items():
            note_settled(session, creator, total)
        book(session, events)
        row = session.get(ChainPosition, _ESCROW)
        if row is None:
            session.add(ChainPosition(name=_ESCROW, block=head))
        elif row.block < head:
            row.block = head
    return head


def book_charges(node: Node) -> None:
    """Enter the vouchers that were taken since the last time."""
    while node.database.harm is None and _is_any_unbooked(node):
        with node.database.write() as session:
            waiting = select(Charge).where(WAITING).order_by(Charge.seq)
            charges = list(session.scalars(waiting.limit(_CHARGES)))
            post_many(session, _incomes(session, charges))
        if len(charges) < _CHARGES:
            return


def _incomes(session: Session, charges: Sequence[Charge]) -> list[Entry]:
    """Write the ledger's entries for charges, which count to their creators' gross one after the other."""
    there = entered(session, _CHARGE, [_ref(charge) for charge in charges])
    fresh = dict.fromkeys(charge.creator for charge in charges if _ref(charge) not in there)
    # Read before anything is changed: each read would write that down first.
    tills = {creator: till_row(session, creator) for creator in fresh}
    entries = []
    for charge in charges:
        charge.is_booked = 1
        if (ref := _ref(charge)) in there:
            continue
        till = tills[charge.creator]
        lines = income_lines(
            till.gross,
            payer=f"payer:{charge.payer}",
            creator=charge.creator,
            amount=charge.amount,
            item=charge.content_id,
        )
        entries.append(Entry(_CHARGE, ref, charge.at, lines))
        till.gross = till.gross + charge.amount
    return entries


def _ref(charge: Charge) -> str:
    return f"{charge.channel_id}:{charge.cumulative.micros}"


def _is_any_unbooked(node: Node) -> bool:
    # Sums are read far more often than there is something to enter, and a reader keeps nobody waiting.
    with node.database.read() as session:
        return session.connection().scalar(_UNBOOKED) is not None


def _settled(node: Node, creators: Iterable[Address]) -> dict[Address, Money]:
    """Ask what the channels' contract sent to these creators' tills."""
    if not node.channels.is_offered:
        return {}
    token = node.chain.token
    return {creator: read_settled(node.chain.ask(receiver_call(till_of(node, creator), token))) for creator in creators}


def _book(session: Session, event: EscrowEvent, *, ref: str) -> None:
    at = from_unix_seconds(event.timestamp)
    match event:
        case Paid():
            if _book_income(session, event, kind="paid", ref=ref, payer=f"payer:{event.payer}", item=event.content_id):
                _hand_over(session, event)
        case Subscribed() if event.creator_share or event.platform_share:
            payer, item = f"payer:{event.payer}", f"tier:{event.tier}"
            if _book_income(session, event, kind="subscribed", ref=ref, payer=payer, item=item):
                enter_membership(session, event)
        case Subscribed():
            # The pooled pass: it belongs to nobody until it is allocated.
            paid = Line(f"payer:{event.payer}", -event.amount, f"tier:{event.tier}")
            if post(session, kind="subscribed", ref=ref, at=at, lines=(paid, Line(_POOL, event.amount, _POOL))):
                enter_membership(session, event)
        case Allocated():
            _book_income(session, event, kind="allocated", ref=ref, payer=note_allocated(session, event), item=_POOL)
        case Collected():
            book_collected(session, event, ref)
        case CreatorWithdrawn():
            creator = event.creator
            lines = (Line(f"creator:{creator}", -event.amount), Line(f"withdrawn:{creator}", event.amount))
            post(session, kind="withdrawn", ref=ref, at=at, lines=lines)
        case PlatformWithdrawn():
            lines = (Line("platform", -event.amount), Line("withdrawn:platform", event.amount))
            post(session, kind="withdrawn", ref=ref, at=at, lines=lines)


def _book_income(
    session: Session, event: Paid | Subscribed | Allocated, *, kind: str, ref: str, payer: str, item: str
) -> bool:
    """Enter money that the Escrow split, and count it to the creator's gross; False when it is there already."""
    lines = (
        Line(payer, -event.amount, item),
        Line(f"creator:{event.creator}", event.creator_share, item),
        Line("platform", event.platform_share, item),
    )
    if not post(session, kind=kind, ref=ref, at=from_unix_seconds(event.timestamp), lines=lines):
        return False
    row = till_row(session, event.creator)
    row.gross = row.gross + event.amount
    return True


def _hand_over(session: Session, event: Paid) -> None:
    item, sale = session.get(Item, event.content_id), session.get(Sale, _intent_of(event))
    if item is not None and item.visibility == "members" and sale is None:
        # Paid around the node for what it does not sell by the chunk. What it had taken before the change is honoured.
        item = None
    if item is None or item.creator != event.creator or event.first_chunk + event.chunk_count > item.chunk_count:
        # Anybody may pay the Escrow directly, also for what this node does not sell: the creator keeps the money.
        _log.info("payment for an unknown item", extra={"transaction": event.tx})
        return
    price = film_of(session, item).price(event.first_chunk, event.chunk_count)
    if sale is not None and sale.state == "received":
        # Taken at a price that was raised since.
        price = min(price, sale.amount)
    if event.amount < price:
        return
    entitle(session, event)
    _close_sale(session, event)


def entitle(session: Session, sold: Paid | Sale) -> None:
    """Make the payer the owner of the chunks."""
    tx = sold.tx if isinstance(sold, Paid) else sold.transaction or ""
    owned = set(
        session.scalars(
            select(Entitlement.index).where(
                Entitlement.account == sold.payer, Entitlement.content_id == sold.content_id
            )
        )
    )
    for index in range(sold.first_chunk, sold.first_chunk + sold.chunk_count):
        if index not in owned:
            session.add(Entitlement(account=sold.payer, content_id=sold.content_id, index=index, transaction=tx))


def _close_sale(session: Session, event: Paid) -> None:
    intent = _intent_of(event)
    sale = session.get(Sale, intent)
    if sale is None:
        sale = Sale(
            intent=intent, payer=event.payer, creator=event.creator, content_id=event.content_id,
            first_chunk=event.first_chunk, chunk_count=event.chunk_count, payment=None,
        )  # fmt: skip
        session.add(sale)
    sale.amount, sale.share, sale.at = event.amount, event.creator_share, from_unix_seconds(event.timestamp)
    sale.state, sale.transaction, sale.error = "paid", event.tx, None


def _intent_of(event: Paid) -> IntentId:
    return purchase_intent(
        payer=event.payer,
        content=event.content_id,
        first_chunk=event.first_chunk,
        chunk_count=event.chunk_count,
    )
