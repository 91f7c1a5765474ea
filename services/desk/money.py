"""The desk's ledger accounts, and what its entries mean.

A purchase moves ``wallet`` → ``in_flight`` when it is signed, and on to ``spent`` when the chain has it or back to
``wallet`` when it can no longer happen. A deposit moves ``wallet`` → ``in_flight`` → ``channel``; a purchase by
voucher moves ``channel`` → ``promised`` when it is signed, and on to ``spent`` or back to ``channel``; what a channel
gives back moves ``channel`` → ``wallet``. A membership moves as a purchase does. A refund moves ``wallet`` →
``in_flight`` → ``refunds`` on the creator's side, and ``spent`` → ``wallet`` on the viewer's. A creator's share moves
``sales`` → ``escrow`` when the chain says so, and on to ``wallet`` when it was withdrawn. What a person sends to
somebody moves ``wallet`` → ``in_flight`` → ``sent``; a fee out of the same balance moves ``wallet`` → ``fees``.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from services.db.ledger import Line, balance, item_total, post
from services.db.plain import Work
from services.units.address import Bytes32
from services.units.ids import ContentId
from services.units.money import Money

WALLET, IN_FLIGHT, SPENT, SALES, ESCROW = "wallet", "in_flight", "spent", "sales", "escrow"
CHANNEL, PROMISED, REFUNDS = "channel", "promised", "refunds"
SENT, FEES = "sent", "fees"


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


def book_earned(session: Session, *, ref: str, share: Money, at: datetime, content: str = "") -> None:
    """Enter a creator's share of money that the chain confirmed, for an item if it says which. ``ref``: the event."""
    lines = (Line(SALES, -share, content), Line(ESCROW, share, content))
    post(session, kind="earned", ref=ref, at=at, lines=lines)


def book_withdrawn(session: Session, *, ref: str, amount: Money, at: datetime) -> None:
    """Enter a withdrawal that the chain confirmed. ``ref`` names the event."""
    post(session, kind="withdrawn", ref=ref, at=at, lines=(Line(ESCROW, -amount), Line(WALLET, amount)))


def book_deposit(session: Session, step: str, *, ref: str, amount: Money, at: datetime) -> None:
    """Follow a deposit: ``signed``, then ``landed`` or ``void``. ``ref`` names the channel's step."""
    source, target = {"signed": (WALLET, IN_FLIGHT), "landed": (IN_FLIGHT, CHANNEL), "void": (IN_FLIGHT, WALLET)}[step]
    post(session, kind=f"deposit.{step}", ref=ref, at=at, lines=(Line(source, -amount), Line(target, amount)))


def book_voucher(work: Work, step: str, *, ref: str, amount: Money, content: ContentId, at: datetime) -> None:
    """Follow a voucher: ``signed``, then ``keyed`` or ``released``. ``ref`` names the channel's step."""
    moves = {"signed": (CHANNEL, PROMISED), "keyed": (PROMISED, SPENT), "released": (PROMISED, CHANNEL)}
    source, target = moves[step]
    lines = (Line(source, -amount, content), Line(target, amount, content))
    post(work, kind=f"voucher.{step}", ref=ref, at=at, lines=lines)


def book_channel_total(session: Session, *, ref: str, change: Money, at: datetime, content: str = "") -> None:
    """Enter what a channel's vouchers bought and these books had lost, or the other way round."""
    lines = (Line(CHANNEL, -change, content), Line(SPENT, change, content))
    post(session, kind="channel.total", ref=ref, at=at, lines=lines)


def book_channel_balance(session: Session, *, ref: str, change: Money, at: datetime) -> None:
    """Enter what the chain says went into a channel (or, negative, came back to the wallet)."""
    lines = (Line(WALLET, -change), Line(CHANNEL, change))
    post(session, kind="channel.balance", ref=ref, at=at, lines=lines)


def refundable(session: Session) -> Money:
    """Give what lies in channels and is not promised to anybody."""
    return balance(session, CHANNEL)


def promised(session: Session) -> Money:
    """Give what is signed in vouchers that are not known to have been taken."""
    return balance(session, PROMISED)


def in_flight(session: Session) -> Money:
    """Give what is signed and not yet known to have happened."""
    return balance(session, IN_FLIGHT)


def spent(session: Session) -> Money:
    """Give all that was ever spent."""
    return balance(session, SPENT)


def spent_on(work: Work, content: ContentId) -> Money:
    """Give what was spent on one film."""
    return item_total(work, SPENT, content)


def event_ref(tx: Bytes32, log_index: int) -> str:
    """Name an event of the chain."""
    return f"{tx}:{log_index}"


def book_membership(work: Work, step: str, *, ref: str, amount: Money, item: str, at: datetime) -> None:
    """Follow a membership's payment: ``signed``, then ``paid`` or ``released``. ``ref`` names the signature."""
    moves = {"signed": (WALLET, IN_FLIGHT), "paid": (IN_FLIGHT, SPENT), "released": (IN_FLIGHT, WALLET)}
    source, target = moves[step]
    lines = (Line(source, -amount, item), Line(target, amount, item))
    post(work, kind=f"membership.{step}", ref=ref, at=at, lines=lines)


def book_refund(work: Work, step: str, *, ref: str, amount: Money, item: str, at: datetime) -> None:
    """Follow a refund that a creator pays: ``signed``, then ``paid`` or ``released``; or one that came in: ``came``."""
    moves = {
        "signed": (WALLET, IN_FLIGHT), "paid": (IN_FLIGHT, REFUNDS), "released": (IN_FLIGHT, WALLET),
        "came": (SPENT, WALLET),
    }  # fmt: skip
    source, target = moves[step]
    lines = (Line(source, -amount, item), Line(target, amount, item))
    post(work, kind=f"refund.{step}", ref=ref, at=at, lines=lines)


def book_sending(work: Work, step: str, *, ref: str, amount: Money, at: datetime) -> None:
    """Follow money that is sent out: ``signed``, then ``paid`` or ``released``; or its ``fee``. ``ref``: the order."""
    moves = {
        "signed": (WALLET, IN_FLIGHT), "paid": (IN_FLIGHT, SENT), "released": (IN_FLIGHT, WALLET),
        "fee": (WALLET, FEES),
    }  # fmt: skip
    source, target = moves[step]
    post(work, kind=f"sending.{step}", ref=ref, at=at, lines=(Line(source, -amount), Line(target, amount)))


def book_tip(work: Work, step: str, *, ref: str, amount: Money, at: datetime) -> None:
    """Follow a tip: ``signed``, then ``paid`` or ``released``. ``ref`` names the order."""
    moves = {"signed": (WALLET, IN_FLIGHT), "paid": (IN_FLIGHT, SPENT), "released": (IN_FLIGHT, WALLET)}
    source, target = moves[step]
    lines = (Line(source, -amount, "tip"), Line(target, amount, "tip"))
    post(work, kind=f"tip.{step}", ref=ref, at=at, lines=lines)
