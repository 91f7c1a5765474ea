"""The transaction book on the database: signed bytes are durable before anybody sends them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, select, update
from sqlalchemy.orm import Session

from services.chain.book import BookedTransaction, TransactionState, check_replacement
from services.chain.transaction import SignedTransaction
from services.db.books import ChainReplacement, ChainTransaction
from services.db.columns import from_microseconds, to_microseconds
from services.db.dialects import insert_into
from services.db.engine import Database
from services.db.plain import Prepared, Unit
from services.units.address import Address, Bytes32
from services.units.ids import IntentId

_OPEN = TransactionState.OPEN.value
_NAMES = ("intent", "sender", "nonce", "hash", "raw", "state", "ended", "signed_at")
_OWN = len(_NAMES)


def _with_replacements() -> Select[Any]:
    own = (getattr(ChainTransaction, name) for name in _NAMES)
    later = (ChainReplacement.hash, ChainReplacement.raw, ChainReplacement.signed_at)
    both = select(*own, *later).outerjoin(ChainReplacement, ChainReplacement.intent == ChainTransaction.intent)
    return both.order_by(ChainReplacement.ordinal)


# A transaction is looked up several times on its way; past the session (services.db.plain) that is a twentieth of it.
_OF_INTENT = Prepared(_with_replacements().where(ChainTransaction.intent == bindparam("wanted")), ("wanted",))
_OF_HASH = Prepared(_with_replacements().where(ChainTransaction.hash == bindparam("wanted")), ("wanted",))
_REPLACED = Prepared(select(ChainReplacement.intent).where(ChainReplacement.hash == bindparam("wanted")), ("wanted",))
_HIGHEST = Prepared(
    select(func.max(ChainTransaction.nonce)).where(ChainTransaction.sender == bindparam("who")), ("who",)
)
_ADD = Prepared(insert_into(ChainTransaction), _NAMES)
_MARK = Prepared(
    update(ChainTransaction)
    .where(ChainTransaction.intent == bindparam("key"))
    .values(state=bindparam("after"), ended=bindparam("end")),
    ("after", "end", "key"),
)


class SqlTransactionBook:
    """A TransactionBook in one database. Keeps no state of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, intent: IntentId) -> BookedTransaction | None:
        with self._database.read_plain() as unit:
            found = _OF_INTENT.all(unit, intent)
        return _booked_in(found) if found else None

    def find_hash(self, tx: Bytes32) -> BookedTransaction | None:
        with self._database.read_plain() as unit:
            return _by_hash(unit, tx)

    def add(
        self,
        intent: IntentId,
        *,
        sender: Address,
        least_nonce: int,
        sign: Callable[[int], SignedTransaction],
        at: datetime | None = None,
    ) -> BookedTransaction:
        with self._database.write_plain() as unit:
            found = _OF_INTENT.all(unit, intent)
            if not found:
                (highest,) = _HIGHEST.one(unit, sender)
                signed = sign(least_nonce if highest is None else max(least_nonce, highest + 1))
                moment = None if at is None else to_microseconds(at)
                row = (intent, signed.sender, signed.nonce, signed.hash, signed.raw, _OPEN, None, moment)
                _ADD.send(unit, *row)
                found = [(*row, None, None, None)]
        return _booked_in(found)

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
        with self._database.read_plain() as unit:
            booked = _by_hash(unit, tx)
        if booked is None or (booked.state, booked.ended) == (state, ended):
            return
        with self._database.write_plain() as unit:
            _MARK.send(unit, state.value, ended, booked.intent)


def _by_hash(unit: Unit, tx: Bytes32) -> BookedTransaction | None:
    found = _OF_HASH.all(unit, tx)
    if not found and (replaced := _REPLACED.first(unit, tx)) is not None:
        found = _OF_INTENT.all(unit, replaced[0])
    return _booked_in(found) if found else None


def _booked_in(rows: Sequence[tuple[Any, ...]]) -> BookedTransaction:
    """Read an intent's transaction, which stands in each row, and its replacements."""
    intent, sender, nonce, tx, raw, state, ended, at = rows[0][:_OWN]
    attempts, since = [SignedTransaction(bytes(raw), Bytes32(tx), Address(sender), nonce)], at
    for *_, later_hash, later_raw, later_at in rows:
        if later_hash is not None:
            attempts.append(SignedTransaction(bytes(later_raw), Bytes32(later_hash), Address(sender), nonce))
            since = later_at
    return BookedTransaction(
        IntentId(intent),
        tuple(attempts),
        TransactionState(state),
        None if ended is None else Bytes32(ended),
        None if since is None else from_microseconds(since),
    )


def _new(session: Session, intent: IntentId, signed: SignedTransaction, at: datetime | None) -> ChainTransaction:
    row = ChainTransaction(
        intent=intent, sender=signed.sender, nonce=signed.nonce, hash=signed.hash, raw=signed.raw,
        state=TransactionState.OPEN.value, ended=None, signed_at=at,
    )  # fmt: skip
    session.add(row)
    return row


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
