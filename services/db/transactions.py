"""The transaction book on the database: signed bytes are durable before anybody sends them."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, select

from services.chain.book import BookedTransaction, TransactionState
from services.chain.transaction import SignedTransaction
from services.db.books import ChainTransaction
from services.db.engine import Database
from services.units.address import Address, Bytes32
from services.units.ids import IntentId


class SqlTransactionBook:
    """A TransactionBook in one database. Keeps no state of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, intent: IntentId) -> BookedTransaction | None:
        with self._database.read() as session:
            row = session.get(ChainTransaction, intent)
            return None if row is None else _booked(row)

    def add(
        self, intent: IntentId, *, sender: Address, least_nonce: int, sign: Callable[[int], SignedTransaction]
    ) -> BookedTransaction:
        with self._database.write() as session:
            row = session.get(ChainTransaction, intent)
            if row is None:
                latest = select(func.max(ChainTransaction.nonce)).where(ChainTransaction.sender == sender)
                highest = session.scalar(latest)
                signed = sign(least_nonce if highest is None else max(least_nonce, highest + 1))
                row = ChainTransaction(
                    intent=intent, sender=sender, nonce=signed.nonce, hash=signed.hash, raw=signed.raw,
                    state=TransactionState.OPEN.value,
                )  # fmt: skip
                session.add(row)
        return _booked(row)

    def list_open(self, sender: Address) -> list[BookedTransaction]:
        wanted = select(ChainTransaction).where(
            ChainTransaction.sender == sender, ChainTransaction.state == TransactionState.OPEN.value
        )
        with self._database.read() as session:
            return [_booked(row) for row in session.scalars(wanted.order_by(ChainTransaction.nonce))]

    def mark(self, tx: Bytes32, state: TransactionState) -> None:
        with self._database.read() as session:
            row = session.scalar(select(ChainTransaction).where(ChainTransaction.hash == tx))
        if row is None or row.state == state.value:
            return
        with self._database.write() as session:
            session.get_one(ChainTransaction, row.intent).state = state.value


def _booked(row: ChainTransaction) -> BookedTransaction:
    signed = SignedTransaction(raw=row.raw, hash=Bytes32(row.hash), sender=Address(row.sender), nonce=row.nonce)
    return BookedTransaction(IntentId(row.intent), signed, TransactionState(row.state))
