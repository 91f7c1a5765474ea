"""Follows the Escrow's events by this desk's own line to the chain: the creator's entries, and sums to compare with."""

from __future__ import annotations

from dataclasses import dataclass

from anyio import sleep, to_thread
from sqlalchemy.orm import Session

from services.chain.errors import ChainUnreachable, NotDeployed, WrongChain
from services.chain.gateway import Allocated, Collected, CreatorWithdrawn, EscrowEvent, Paid, Subscribed
from services.desk.context import Desk
from services.desk.money import book_earned, book_withdrawn, event_ref
from services.desk.tables import ChainSeen
from services.units.address import Address
from services.units.money import ZERO, Money
from services.units.time import from_unix_seconds

_ESCROW = "escrow"
# Often enough for "it just sold"; public nodes start to refuse above one question in two seconds.
_LOOK_EVERY_S = 2.0


@dataclass(frozen=True, slots=True)
class ChainSums:
    """What the chain's events say of one account, up to and including ``block``."""

    block: int
    paid: Money
    earned: Money
    withdrawn: Money


async def watch(desk: Desk) -> None:
    """Tell the window when the chain has something new for the creator, until the desk closes."""
    while True:
        await sleep(_LOOK_EVERY_S)
        try:
            has_news = await to_thread.run_sync(follow, desk)
        except (ChainUnreachable, WrongChain, NotDeployed):
            # The pages that show the chain say so; it is looked for again.
            continue
        if has_news:
            for kind in ("earnings", "payout", "wallet"):
                desk.events.publish(kind)


def follow(desk: Desk) -> bool:
    """Enter the creator's events since the last look; tells whether there were any. Blocking."""
    me = desk.keyring.address
    with desk.database.read() as session:
        row = session.get(ChainSeen, _ESCROW)
    done = row.block if row else desk.chain.since_block - 1
    head = desk.chain.head().number
    if head <= done or me is None:
        return False
    events = desk.chain.escrow_events(done + 1, head)
    with desk.database.write() as session:
        has_news = _enter(session, events, me)
        seen = session.get(ChainSeen, _ESCROW)
        if seen is None:
            session.add(ChainSeen(name=_ESCROW, block=head))
        else:
            seen.block = max(seen.block, head)
    return has_news


def sums(desk: Desk) -> ChainSums:
    """Add up what the chain says of this desk's account, from its first block on. Blocking."""
    me, head = desk.keyring.address, desk.chain.head().number
    paid = earned = withdrawn = ZERO
    for event in desk.chain.escrow_events(desk.chain.since_block, head) if me else ():
        match event:
            case Paid(payer=payer, creator=creator):
                paid = paid + event.amount if payer == me else paid
                earned = earned + event.creator_share if creator == me else earned
            case Subscribed(payer=payer, creator=creator):
                paid = paid + event.amount if payer == me else paid
                earned = earned + event.creator_share if creator == me else earned
            case Collected(creator=creator) | Allocated(creator=creator) if creator == me:
                earned = earned + event.creator_share
            case CreatorWithdrawn(creator=creator) if creator == me:
                withdrawn = withdrawn + event.amount
    return ChainSums(block=head, paid=paid, earned=earned, withdrawn=withdrawn)


def _enter(session: Session, events: list[EscrowEvent], me: Address) -> bool:
    has_news = False
    for event in events:
        ref, at = event_ref(event.tx, event.log_index), from_unix_seconds(event.timestamp)
        match event:
            case Paid(creator=creator) if creator == me:
                has_news = True
                book_earned(session, ref=ref, share=event.creator_share, content=event.content_id, at=at)
            case Collected(creator=creator) | Subscribed(creator=creator) | Allocated(creator=creator) if creator == me:
                # No item: a till, a membership or a share of the pool is not one film's.
                has_news = True
                book_earned(session, ref=ref, share=event.creator_share, at=at)
            case CreatorWithdrawn(creator=creator) if creator == me:
                has_news = True
                book_withdrawn(session, ref=ref, amount=event.amount, at=at)
    return has_news
