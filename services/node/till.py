"""Books what a creator has earned and the Escrow does not hold yet, and what comes through the till into it.

Accounts: ``pending:{creator}`` and ``pending:platform`` hold the two shares of what was sold by vouchers and transfers;
the Escrow's event that credits them moves them on to ``creator:…`` and ``platform``. The shares follow the Escrow's own
rule, a tenth of the creator's running gross, so the two sums meet to the unit once all is collected.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from services.chain.gateway import Collected
from services.db.ledger import Line, post
from services.node.tables import CreatorTill
from services.units.address import Address
from services.units.money import ZERO, Money, platform_fee
from services.units.time import from_unix_seconds

TIPS = "outside"
PENDING_PLATFORM = "pending:platform"


def pending(creator: Address) -> str:
    """Name the account of a creator's share that is not in the Escrow yet."""
    return f"pending:{creator}"


def till_row(session: Session, creator: Address) -> CreatorTill:
    """Give a creator's row, making it at first use."""
    row = session.get(CreatorTill, creator)
    if row is None:
        row = CreatorTill(creator=creator, gross=ZERO, expected=ZERO, tips=ZERO, settled=ZERO, collected=ZERO)
        session.add(row)
    return row


def accrue(
    session: Session, *, kind: str, ref: str, at: datetime, payer: str, creator: Address, amount: Money, item: str
) -> Money | None:
    """Enter money on its way to a creator, once; gives the creator's share, None when it was there already."""
    row = till_row(session, creator)
    lines = income_lines(row.gross, payer=payer, creator=creator, amount=amount, item=item)
    if not post(session, kind=kind, ref=ref, at=at, lines=lines):
        return None
    row.gross = row.gross + amount
    return lines[1].amount


def income_lines(gross: Money, *, payer: str, creator: Address, amount: Money, item: str) -> tuple[Line, Line, Line]:
    """Split what a payer gives into the creator's share and the platform's; gross: what the creator had before."""
    fee = platform_fee(gross, amount)
    return (
        Line(payer, -amount, item),
        Line(pending(creator), amount - fee, item),
        Line(PENDING_PLATFORM, fee, item),
    )


def expect(session: Session, creator: Address, amount: Money) -> None:
    """Note that an amount came into the till for something that was sold."""
    row = till_row(session, creator)
    row.expected = row.expected + amount


def note_settled(session: Session, creator: Address, settled: Money) -> None:
    """Note the total that the channels' contract sent to the till."""
    row = till_row(session, creator)
    if settled > row.settled:
        row.expected = row.expected + (settled - row.settled)
        row.settled = settled


def book_collected(session: Session, event: Collected, ref: str) -> None:
    """Enter what the Escrow credited from a till, once; what nobody had bought anything for is a tip."""
    at, row = from_unix_seconds(event.timestamp), till_row(session, event.creator)
    lines = (
        Line(pending(event.creator), -event.creator_share),
        Line(PENDING_PLATFORM, -event.platform_share),
        Line(f"creator:{event.creator}", event.creator_share),
        Line("platform", event.platform_share),
    )
    if not post(session, kind="collected", ref=ref, at=at, lines=lines):
        return
    row.collected = row.collected + event.amount
    tip = row.collected - row.expected
    if tip > ZERO:
        row.expected, row.tips = row.expected + tip, row.tips + tip
        accrue(session, kind="tip", ref=ref, at=at, payer=TIPS, creator=event.creator, amount=tip, item="tip")


def claim_tip(session: Session, creator: Address, amount: Money, *, ref: str, at: datetime, payer: str) -> bool:
    """Turn a tip into the sale that it turns out to be: somebody else brought the buyer's transfer, and we saw it late.

    False when no such tip was booked.
    """
    row = till_row(session, creator)
    if row.tips < amount:
        return False
    lines = (Line(payer, -amount, "tip"), Line(TIPS, amount, "tip"))
    if post(session, kind="tip.claimed", ref=ref, at=at, lines=lines):
        row.tips = row.tips - amount
    return True
