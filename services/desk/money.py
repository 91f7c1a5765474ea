"""The desk's ledger accounts, and what its entries mean.

A purchase moves ``wallet`` → ``in_flight`` when it is signed, and on to ``spent`` when the chain has it or back to
``wallet`` when it can no longer happen. A creator's share moves ``sales`` → ``escrow`` when the chain says so, and on
to ``wallet`` when it was withdrawn.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from services.db.ledger import Line, balance, item_total, post
from services.units.address import Bytes32
from services.units.ids import ContentId
from services.units.money import Money

WALLET, IN_FLIGHT, SPENT, SALES, ESCROW = "wallet", "in_flight", "spent", "sales", "escrow"


def book_signed(session: Session, *, ref: str, amount: Money, content: ContentId, at: datetime) -> None:
    """Set the amount of a signed purchase aside. ``ref`` names the signature."""
    lines = (Line(WALLET, -amount, content), Line(IN_FLIGHT, amount, content))
    post(session, kind="purchase.signed", ref=ref, at=at, lines=lines)


def book_paid(session: Session, *, ref: str, amount: Money, content: ContentId, at: datetime) -> None:
    """Count a purchase as spent."""
    lines = (Line(IN_FLIGHT, -amount, content), Line(SPENT, amount, content))
    post(session, kind="purchase.paid", ref=ref, at=at, lines=lines)


def book_released(session: Session, *, ref: str, amount: Money, content: ContentId, at: datetime) -> None:
    """Give the amount of a purchase back that can no longer happen."""
    lines = (Line(IN_FLIGHT, -amount, content), Line(WALLET, amount, content))
    post(session, kind="purchase.released", ref=ref, at=at, lines=lines)


def book_earned(session: Session, *, ref: str, share: Money, content: ContentId, at: datetime) -> None:
    """Enter a creator's share of a payment that the chain confirmed. ``ref`` names the event."""
    lines = (Line(SALES, -share, content), Line(ESCROW, share, content))
    post(session, kind="earned", ref=ref, at=at, lines=lines)


def book_withdrawn(session: Session, *, ref: str, amount: Money, at: datetime) -> None:
    """Enter a withdrawal that the chain confirmed. ``ref`` names the event."""
    post(session, kind="withdrawn", ref=ref, at=at, lines=(Line(ESCROW, -amount), Line(WALLET, amount)))


def in_flight(session: Session) -> Money:
    """Give what is signed and not yet known to have happened."""
    return balance(session, IN_FLIGHT)


def spent(session: Session) -> Money:
    """Give all that was ever spent."""
    return balance(session, SPENT)


def spent_on(session: Session, content: ContentId) -> Money:
    """Give what was spent on one film."""
    return item_total(session, SPENT, content)


def event_ref(tx: Bytes32, log_index: int) -> str:
    """Name an event of the chain."""
    return f"{tx}:{log_index}"
