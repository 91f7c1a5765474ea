"""A purchase's row and its money, moved together in one unit of work."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.chain.authorization import PaymentTerms
from services.desk.context import Desk
from services.desk.films import OpenFilm
from services.desk.money import book_paid, book_released, book_signed
from services.desk.purchases.keys import keep_keys, owned
from services.desk.tables import Film, Purchase
from services.units.ids import ContentId, IntentId
from services.units.money import Money
from services.wire.node import ChunkKey
from services.wire.problems import ProblemError
from services.wire.x402 import Payment

OPEN = ("signed", "sent", "unknown", "refused")
ENDED = ("keyed", "disputed")


def find(desk: Desk, intent: IntentId) -> Purchase | None:
    """Look a purchase up. Blocking."""
    with desk.database.read() as session:
        return session.get(Purchase, intent)


def write_signed(
    desk: Desk, film: OpenFilm, intent: IntentId, terms: PaymentTerms, payment: Payment, *, block: int, auto: bool
) -> Purchase:
    """Put a signed purchase on disk, its amount aside and on the budget. Blocking.

    Raises ProblemError: budget.session, payment.in_progress (some of the chunks are being bought), content.owned.
    """
    with desk.database.write() as session:
        _refuse_overlap(session, terms, intent)
        if auto:
            _charge_budget(session, terms.content_id, terms.amount)
        row = session.get(Purchase, intent)
        if row is None:
            row = Purchase(intent=intent, content_id=terms.content_id, title=film.card.title, creator=terms.creator)
            session.add(row)
        row.first_chunk, row.chunk_count, row.amount = terms.first_chunk, terms.chunk_count, terms.amount
        row.payment = payment.model_dump(mode="json", by_alias=True)
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


def _refuse_overlap(session: Session, terms: PaymentTerms, intent: IntentId) -> None:
    wanted = range(terms.first_chunk, terms.first_chunk + terms.chunk_count)
    if owned(session, terms.content_id).intersection(wanted):
        raise ProblemError("content.owned")
    others = select(Purchase.intent).where(
        Purchase.content_id == terms.content_id,
        Purchase.intent != intent,
        # Paid and without its keys is no reason to pay for the same chunk in another range.
        Purchase.money != "released",
        Purchase.state != "keyed",
        Purchase.first_chunk < wanted.stop,
        Purchase.first_chunk + Purchase.chunk_count > wanted.start,
    )
    if session.scalar(others.limit(1)) is not None:
        raise ProblemError("payment.in_progress")


def _charge_budget(session: Session, content: ContentId, amount: Money) -> None:
    film = session.get_one(Film, content)
    if film.budget_limit is None or film.budget_spent + amount > film.budget_limit:
        limit = film.budget_limit.micros if film.budget_limit else 0
        raise ProblemError("budget.session", limit=limit, spent=film.budget_spent.micros, amount=amount.micros)
    film.budget_spent = film.budget_spent + amount


def _refund_budget(session: Session, row: Purchase) -> None:
    film = session.get_one(Film, row.content_id)
    film.budget_spent = max(film.budget_spent - row.amount, Money(0))


def _ref(row: Purchase) -> str:
    return f"{row.intent}:{row.payment['payload']['signature'][2:18]}"
