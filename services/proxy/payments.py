"""The rows of payments: found again by the request, and moved together with their channel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from services.proxy.channels import adopt
from services.proxy.purse import Purse, Wish, intent_of
from services.proxy.tables import ChannelRow, PaymentRow
from services.units.money import ZERO, Money
from services.wire.x402 import ChannelPayment, ExactPayment, encode


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """A node's answer, whole."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def find_open(purse: Purse, wish: Wish) -> PaymentRow | None:
    """Give the payment for this request that is not at its end: unclear, or paid and not handed over."""
    with purse.database.read() as session:
        return session.scalar(
            select(PaymentRow)
            .where(PaymentRow.request == wish.name(purse.account), PaymentRow.delivered == 0)
            .where(PaymentRow.state.in_(("in_flight", "paid")))
            .order_by(PaymentRow.ordinal.desc())
            .limit(1)
        )


def reread(purse: Purse, row: PaymentRow) -> PaymentRow:
    """Give a payment's row as it is now."""
    with purse.database.read() as session:
        return session.get_one(PaymentRow, row.intent)


def find_waiting(purse: Purse, channel: str) -> PaymentRow | None:
    """Give the payment whose end a channel waits for."""
    with purse.database.read() as session:
        return session.scalar(
            select(PaymentRow).where(PaymentRow.channel_id == channel, PaymentRow.state == "in_flight").limit(1)
        )


def list_transfers(purse: Purse) -> Sequence[PaymentRow]:
    """List the transfers whose end is not known."""
    with purse.database.read() as session:
        return session.scalars(
            select(PaymentRow).where(PaymentRow.channel_id.is_(None), PaymentRow.state == "in_flight")
        ).all()


def new_row(session: Session, purse: Purse, wish: Wish, amount: Money) -> PaymentRow:
    """Begin a payment's row, under an id of its own; the rest is the caller's to fill in before the unit ends."""
    name = wish.name(purse.account)
    latest = session.scalar(select(func.max(PaymentRow.ordinal)).where(PaymentRow.request == name))
    ordinal = 1 + (latest or 0)
    return PaymentRow(
        intent=intent_of(name, ordinal), request=name, ordinal=ordinal, node=wish.node, method=wish.method,
        target=wish.target, content_type=wish.content_type, body=wish.body, amount=amount, nonce=None, valid_before=0,
        channel_id=None, total=None, has_deposit=0, sends=1, state="in_flight", delivered=0, answer=None,
        answer_head=None, at=purse.clock.now(),
    )  # fmt: skip


def add_row(session: Session, row: PaymentRow, payment: ExactPayment | ChannelPayment) -> PaymentRow:
    """Put the signed payment into its row, and the row into the books."""
    row.header = encode(payment)
    session.add(row)
    return row


def note_send(purse: Purse, intent: str) -> None:
    """Count another attempt, before it is made."""
    with purse.database.write() as session:
        session.get_one(PaymentRow, intent).sends += 1


def mark_paid(purse: Purse, intent: str, *, total: Money | None, answer: KeptAnswer | None) -> None:
    """Enter that a payment was taken. total: the channel's afterwards; answer: kept until it is handed over."""
    with purse.database.write() as session:
        row = session.get_one(PaymentRow, intent)
        row.state = "paid"
        if answer is not None:
            row.answer, row.answer_head = answer.body, [answer.status, [list(pair) for pair in answer.headers]]
        if row.channel_id is not None and total is not None:
            channel = session.get_one(ChannelRow, row.channel_id)
            beyond = max(total - channel.signed, ZERO)
            channel.total, channel.signed, channel.base = total, channel.signed + beyond, channel.base + beyond


def mark_void(purse: Purse, intent: str, *, proven: Money | None = None) -> None:
    """Enter that a payment was not taken. proven: the total that the channel has by this payer's own signature."""
    with purse.database.write() as session:
        row = session.get_one(PaymentRow, intent)
        row.state = "void"
        if proven is not None and row.channel_id is not None:
            adopt(session.get_one(ChannelRow, row.channel_id), proven)


def mark_delivered(purse: Purse, intent: str) -> None:
    """Enter that the client has the answer; the next request like it is another purchase."""
    with purse.database.write() as session:
        row = session.get_one(PaymentRow, intent)
        row.delivered, row.answer, row.answer_head = 1, None, None


def kept_answer(row: PaymentRow) -> KeptAnswer | None:
    """Give the answer that waits to be handed over."""
    if row.answer is None or row.answer_head is None:
        return None
    status, headers = row.answer_head
    return KeptAnswer(int(status), tuple((str(name), str(value)) for name, value in headers), row.answer)


def wish_of(row: PaymentRow) -> Wish:
    """Give the request that a payment is for."""
    return Wish(row.node, row.method, row.target, row.content_type, row.body)


def unclear_count(purse: Purse) -> tuple[int, Money]:
    """Count what has no known end, and what that is worth."""
    query = select(func.count(), func.sum(PaymentRow.amount)).where(
        or_(PaymentRow.state == "in_flight", (PaymentRow.state == "paid") & (PaymentRow.delivered == 0))
    )
    with purse.database.read() as session:
        count, worth = session.execute(query).one()
    return int(count), worth or ZERO
