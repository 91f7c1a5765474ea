"""A purchase's row and its money, moved together in one unit of work."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session

from services.chain.authorization import PaymentTerms
from services.db.plain import Prepared, Work, unit_of
from services.desk.budgets import charge
from services.desk.context import Desk
from services.desk.memory import OpenFilm
from services.desk.money import book_paid, book_released, book_signed
from services.desk.purchases.keys import keep_keys, owned
from services.desk.tables import Film, Purchase
from services.units.ids import ContentId, IntentId
from services.units.money import Money
from services.wire.node import ChunkKey
from services.wire.problems import ProblemError

OPEN = ("signed", "sent", "unknown", "refused")
_UNKEYED = (*OPEN, "disputed")
_OTHERS = Prepared(
    select(Purchase.intent)
    .where(
        Purchase.content_id == bindparam("content"),
        Purchase.intent != bindparam("intent"),
        # Paid and without its keys is no reason to pay for the same chunk in another range.
        Purchase.money != "released",
        or_(*(Purchase.state == state for state in _UNKEYED)),
        Purchase.first_chunk < bindparam("end"),
        Purchase.first_chunk + Purchase.chunk_count > bindparam("first"),
    )
    .limit(1),
    ("content", "intent", "first", "end"),
)
ENDED = ("keyed", "disputed")


def find(desk: Desk, intent: IntentId) -> Purchase | None:
    """Look a purchase up. Blocking."""
    with desk.database.read() as session:
        return session.get(Purchase, intent)


def write_signed(
    desk: Desk,
    film: OpenFilm,
    intent: IntentId,
    terms: PaymentTerms,
    payment: dict[str, Any],
    *,
    block: int,
    auto: bool,
) -> Purchase:
    """Put a signed purchase on disk, its amount aside and on the budget. Blocking.

    payment: as it goes over the wire. block: its payment is not on the chain before.

    Raises ProblemError: budget.session, budget.day, budget.creator, content.owned, payment.in_progress (some of the
    chunks are being bought).
    """
    with desk.database.write() as session:
        wanted = range(terms.first_chunk, terms.first_chunk + terms.chunk_count)
        refuse_overlap(session, terms.content_id, wanted, intent)
        charge(
            session,
            desk,
            intent=intent,
            content=terms.content_id,
            creator=terms.creator,
            amount=terms.amount,
            auto=auto,
        )
        row = session.get(Purchase, intent)
        if row is None:
            row = Purchase(intent=intent, content_id=terms.content_id, title=film.card.title, creator=terms.creator)
            session.add(row)
        row.channel_id = row.total = None
        row.node = desk.node.uri
        row.first_chunk, row.chunk_count, row.amount = terms.first_chunk, terms.chunk_count, terms.amount
        row.payment = payment
        row.valid_before, row.since_block = terms.valid_before, block
        row.auto = int(auto)
        row.state, row.money, row.transaction, row.at = "signed", "in_flight", None, desk.clock.now()
        ref = _ref(row)
        book_signed(session, ref=ref, amount=row.amount, content=row.content_id, at=row.at)
    return row


def write_state(desk: Desk, intent: IntentId, state: str) -> None:
    """Note how far a purchase has come; what is known to have ended stays ended. Blocking."""
    with desk.database.write() as session:
        row = session.get_one(Purchase, intent)
        if row.state in OPEN:
            row.state = state


def write_end(
    desk: Desk,
    intent: IntentId,
    *,
    state: str,
    is_paid: bool,
    transaction: str | None,
    keys: tuple[ChunkKey, ...] = (),
) -> None:
    """Keep the keys of a purchase, and count it as spent if the chain says that it is paid. Blocking.

    ``state``: keyed, unknown (no key yet) or disputed.
    """
    with desk.database.write() as session:
        row = session.get_one(Purchase, intent)
        if is_paid and row.money == "in_flight":
            book_paid(session, ref=_ref(row), amount=row.amount, content=row.content_id, at=desk.clock.now())
            row.money = "spent"
        keep_keys(desk, session, row.content_id, keys, bought=True)
        row.state, row.transaction = state, transaction or row.transaction


def release(desk: Desk, intent: IntentId) -> None:
    """Give the money of a purchase back whose authorization is void and was never used. Blocking."""
    with desk.database.write() as session:
        row = session.get_one(Purchase, intent)
        if row.money == "in_flight":
            book_released(session, ref=_ref(row), amount=row.amount, content=row.content_id, at=desk.clock.now())
            if row.auto:
                _refund_budget(session, row)
            row.money = "released"
            row.state = row.state if row.state == "keyed" else "refused"


def detach_from_budget(session: Session, content: ContentId) -> None:
    """Forget which open purchases were charged to the film's budget: a new budget gets no refund of an old one's."""
    open_ones = (Purchase.content_id == content) & (Purchase.money == "in_flight")
    session.execute(update(Purchase).where(open_ones).values(auto=0))


def refuse_overlap(session: Session, content: ContentId, wanted: range, intent: IntentId) -> None:
    """Refuse chunks that are here, or that another purchase may still bring.

    Raises ProblemError: content.owned, payment.in_progress.
    """
    if owned(session, content, wanted):
        raise ProblemError("content.owned")
    refuse_open(session, content, wanted, intent)


def refuse_open(work: Work, content: ContentId, wanted: range, intent: IntentId) -> None:
    """Refuse chunks that another purchase may still bring. Raises ProblemError: payment.in_progress."""
    if _OTHERS.first(unit_of(work), content, intent, wanted.start, wanted.stop) is not None:
        raise ProblemError("payment.in_progress")


def _refund_budget(session: Session, row: Purchase) -> None:
    film = session.get_one(Film, row.content_id)
    film.budget_spent = max(film.budget_spent - row.amount, Money(0))


def _ref(row: Purchase) -> str:
    return f"{row.intent}:{row.payment['payload']['signature'][2:18]}"
