"""The transaction book on the database: signed bytes are durable before anybody sends them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.chain.book import BookedTransaction, TransactionState, check_replacement
from services.chain.transaction import SignedTransaction
from services.db.books import ChainReplacement, ChainTransaction
from services.db.engine import Database
from services.units.address import Address, Bytes32
from services.units.ids import IntentId


class SqlTransactionBook:
    """A TransactionBook in one database. Keeps no state of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, intent: IntentId) -> BookedTransaction | None:
        with self._database.read() as session:
            return _found(session, session.get(ChainTransaction, intent))

    def find_hash(self, tx: Bytes32) -> BookedTransaction | None:
        with self._database.read() as session:
            return _found(session, _by_hash(session, tx))

    def add(
        self,
        intent: IntentId,
        *,
        sender: Address,
        least_nonce: int,
        sign: Callable[[int], SignedTransaction],
        at: datetime | None = None,
    ) -> BookedTransaction:
        with self._database.write() as session:
            booked = _found(session, session.get(ChainTransaction, intent))
            if booked is None:
                latest = select(func.max(ChainTransaction.nonce)).where(ChainTransaction.sender == sender)
                highest = session.scalar(latest)
                signed = sign(least_nonce if highest is None else max(least_nonce, highest + 1))
                booked = _booked(_new(session, intent, signed, at), ())
        return booked

    def fill(self, intent: IntentId, signed: SignedTransaction, *, at: datetime) -> BookedTransaction | None:
        taken = select(ChainTransaction.intent).where(
            ChainTransaction.sender == signed.sender, ChainTransaction.nonce == signed.nonce
        )
        with self._database.write() as session:
            if session.get(ChainTransaction, intent) is not None or session.scalar(taken) is not None:
                return None
            return _booked(_new(session, intent, signed, at), ())

    def replace(
        self, intent: IntentId, *, latest: Bytes32, signed: SignedTransaction, at: datetime
    ) -> BookedTransaction:
        with self._database.write() as session:
            row = session.get_one(ChainTransaction, intent)
            earlier = _replacements(session, [intent])[intent]
            booked = _booked(row, earlier)
            check_replacement(booked, signed)
            if booked.state is not TransactionState.OPEN or booked.attempts[-1].hash != latest:
                return booked
            added = ChainReplacement(
                intent=intent, ordinal=len(booked.attempts), hash=signed.hash, raw=signed.raw, signed_at=at
            )
            session.add(added)
            return _booked(row, [*earlier, added])

    def list_open(self, sender: Address) -> list[BookedTransaction]:
        wanted = select(ChainTransaction).where(
            ChainTransaction.sender == sender, ChainTransaction.state == TransactionState.OPEN.value
        )
        with self._database.read() as session:
            rows = list(session.scalars(wanted.order_by(ChainTransaction.nonce)))
            replacements = _replacements(session, [row.intent for row in rows])
            return [_booked(row, replacements[row.intent]) for row in rows]

    def mark(self, tx: Bytes32, state: TransactionState) -> None:
        ended = None if state is TransactionState.OPEN else tx
        with self._database.read() as session:
            row = _by_hash(session, tx)
        if row is None or (row.state, row.ended) == (state.value, ended):
            return
        with self._database.write() as session:
            kept = session.get_one(ChainTransaction, row.intent)
            kept.state, kept.ended = state.value, ended


def _new(session: Session, intent: IntentId, signed: SignedTransaction, at: datetime | None) -> ChainTransaction:
    row = ChainTransaction(
        intent=intent, sender=signed.sender, nonce=signed.nonce, hash=signed.hash, raw=signed.raw,
        state=TransactionState.OPEN.value, ended=None, signed_at=at,
    )  # fmt: skip
    session.add(row)
    return row


def _by_hash(session: Session, tx: Bytes32) -> ChainTransaction | None:
    first = session.scalar(select(ChainTransaction).where(ChainTransaction.hash == tx))
    if first is not None:
        return first
    intent = session.scalar(select(ChainReplacement.intent).where(ChainReplacement.hash == tx))
    return None if intent is None else session.get(ChainTransaction, intent)


def _found(session: Session, row: ChainTransaction | None) -> BookedTransaction | None:
    return None if row is None else _booked(row, _replacements(session, [row.intent])[row.intent])


def _replacements(session: Session, intents: Sequence[str]) -> dict[str, list[ChainReplacement]]:
    wanted = select(ChainReplacement).where(ChainReplacement.intent.in_(intents))
    found: dict[str, list[ChainReplacement]] = defaultdict(list)
    for one in session.scalars(wanted.order_by(ChainReplacement.intent, ChainReplacement.ordinal)):
        found[one.intent].append(one)
    return found


def _booked(row: ChainTransaction, replacements: Sequence[ChainReplacement]) -> BookedTransaction:
    sender = Address(row.sender)
    raws = ((row.hash, row.raw), *((one.hash, one.raw) for one in replacements))
    attempts = tuple(SignedTransaction(raw, Bytes32(tx), sender, row.nonce) for tx, raw in raws)
    return BookedTransaction(
        IntentId(row.intent),
        attempts,
        TransactionState(row.state),
        None if row.ended is None else Bytes32(row.ended),
        replacements[-1].signed_at if replacements else row.signed_at,
    )
