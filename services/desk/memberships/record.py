"""A membership payment's row and its money, moved together in one unit of work."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.chain.membership import Subscription
from services.desk.budgets import charge
from services.desk.context import Desk
from services.desk.memberships.tables import MembershipPayment
from services.desk.money import book_membership
from services.units.ids import ContentId, IntentId, membership_intent
from services.units.membership import tier_word
from services.wire.memberships import QuoteOut
from services.wire.problems import ProblemError

OPEN = ("signed", "sent", "unknown", "refused")


def intent_of(quote: QuoteOut) -> IntentId:
    """Derive the id of paying a quote."""
    return membership_intent(viewer=quote.viewer, creator=quote.creator, tier=quote.tier_id, until=quote.until)


def find(desk: Desk, intent: IntentId) -> MembershipPayment | None:
    """Look a payment up. Blocking."""
    with desk.database.read() as session:
        return session.get(MembershipPayment, intent)


def write_signed(
    desk: Desk, quote: QuoteOut, signed: Subscription, payment: dict[str, Any], *, block: int, auto: bool
) -> MembershipPayment:
    """Put a signed payment on disk, its amount aside and on the budget. Blocking.

    payment: as it goes over the wire. block: it is not on the chain before. Raises ProblemError: budget.day,
    budget.creator, payment.in_progress (another payment to this creator may still take effect).
    """
    intent, now = intent_of(quote), desk.clock.now()
    with desk.database.write() as session:
        refuse_open(session, quote)
        charge(
            session, desk, intent=intent, content=ContentId(tier_word(quote.tier_id)), creator=quote.creator,
            amount=quote.amount, auto=False,
        )  # fmt: skip
        row = session.get(MembershipPayment, intent)
        if row is None:
            row = MembershipPayment(intent=intent, node=desk.node.uri, creator=quote.creator, tier_id=quote.tier_id)
            session.add(row)
        row.creator_name, row.tier_name, row.kind = quote.creator_name, quote.tier_name, quote.kind
        row.price, row.fare, row.amount, row.until = quote.price, quote.fare, quote.amount, quote.until
        row.payment, row.valid_before, row.since_block = payment, signed.valid_before, block
        row.auto, row.state, row.money, row.transaction, row.at = int(auto), "signed", "in_flight", None, now
        _book(session, row, "signed", desk)
    return row


def refuse_open(session: Session, quote: QuoteOut) -> None:
    """Refuse while a payment to this creator may still take effect. Raises ProblemError: payment.in_progress."""
    others = select(MembershipPayment.intent).where(
        MembershipPayment.creator == quote.creator, MembershipPayment.money == "in_flight"
    )
    if session.scalar(others.limit(1)) is not None:
        raise ProblemError("payment.in_progress")


def write_state(desk: Desk, intent: IntentId, state: str) -> None:
    """Note how far a payment has come; what is known to have ended stays ended. Blocking."""
    with desk.database.write() as session:
        row = session.get_one(MembershipPayment, intent)
        if row.state in OPEN:
            row.state = state


def write_paid(desk: Desk, intent: IntentId, transaction: str | None) -> None:
    """Count a payment as spent: the chain has it. Blocking."""
    with desk.database.write() as session:
        row = session.get_one(MembershipPayment, intent)
        if row.money == "in_flight":
            _book(session, row, "paid", desk)
            row.money = "spent"
        row.state, row.transaction = "paid", transaction or row.transaction


def release(desk: Desk, intent: IntentId) -> None:
    """Give the money of a payment back whose authorization is void and was never used. Blocking."""
    with desk.database.write() as session:
        row = session.get_one(MembershipPayment, intent)
        if row.money == "in_flight":
            _book(session, row, "released", desk)
            row.money, row.state = "released", "refused"


def _book(session: Session, row: MembershipPayment, step: str, desk: Desk) -> None:
    signature = row.payment["payload"]["signature"]
    book_membership(
        session,
        step,
        ref=f"{row.intent}:{signature[2:18]}",
        amount=row.amount,
        item=f"tier:{tier_word(row.tier_id)}",
        at=desk.clock.now(),
    )
