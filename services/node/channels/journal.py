"""Writes accepted vouchers down, many to a commit: no key leaves before its voucher is on disk."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, update
from sqlalchemy.dialects.sqlite import insert

from services.db.engine import Database
from services.node.tables import Channel, Charge, Entitlement
from services.units.address import Address
from services.units.ids import ContentId
from services.units.money import Money
from services.wire.problems import ProblemError

_BATCH = 512
# Statements are built once: SQLAlchemy takes longer to build one than SQLite to run it.
_ADVANCE = (
    update(Channel)
    .where(Channel.id == bindparam("key"), Channel.charged == bindparam("before"))
    .values(
        charged=bindparam("after"),
        signature=bindparam("signed"),
        used_at=bindparam("moment"),
        unclaimed_since=func.coalesce(Channel.unclaimed_since, bindparam("moment", type_=Channel.used_at.type)),
    )
)
_CHARGE = insert(Charge)
_ENTITLE = insert(Entitlement).on_conflict_do_nothing()


@dataclass(frozen=True, slots=True)
class NewCharge:
    """A checked voucher that takes a channel's total from ``before`` to ``after`` and buys chunks."""

    channel_id: str
    before: Money
    after: Money
    signature: bytes
    payer: Address
    creator: Address
    content_id: ContentId
    first_chunk: int
    chunk_count: int
    at: datetime


class VoucherJournal:
    """Owns a writer thread, from the first voucher until ``close``, and whose turn it is on each channel."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queue: queue.SimpleQueue[tuple[NewCharge, Future[None]] | None] = queue.SimpleQueue()
        self._guard = threading.Lock()
        self._busy: set[str] = set()
        self._thread: threading.Thread | None = None

    @contextmanager
    def turn(self, channel_id: str) -> Iterator[None]:
        """Hold a channel while one payment or refund is under way. Raises ProblemError: channel.busy."""
        with self._guard:
            if channel_id in self._busy:
                raise ProblemError("channel.busy")
            self._busy.add(channel_id)
        try:
            yield
        finally:
            with self._guard:
                self._busy.discard(channel_id)

    def write(self, charge: NewCharge) -> Future[None]:
        """Write a charge; the future ends when it is durable.

        It fails with ProblemError: channel.total (the channel has moved on), disk.full.
        """
        written: Future[None] = Future()
        with self._guard:
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="vouchers", daemon=True)
                self._thread.start()
        self._queue.put((charge, written))
        return written

    def close(self) -> None:
        """Write what waits and end the thread. Idempotent."""
        with self._guard:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._queue.put(None)
            thread.join()

    def _serve(self) -> None:
        while (first := self._queue.get()) is not None:
            batch, is_last = [first], False
            while len(batch) < _BATCH and not self._queue.empty():
                one = self._queue.get()
                if one is None:
                    is_last = True
                    break
                batch.append(one)
            self._write(batch)
            if is_last:
                return

    def _write(self, batch: Sequence[tuple[NewCharge, Future[None]]]) -> None:
        try:
            with self._database.write() as session:
                _enter(session.connection(), [charge for charge, _ in batch])
        except ProblemError as problem:
            if len(batch) == 1 or problem.code != "channel.total":
                _fail(batch, problem)
                return
            # One of them is late; the others must not suffer for it.
            for one in batch:
                self._write([one])
        except Exception as error:  # noqa: BLE001 - the thread's border: whoever waits carries it on
            _fail(batch, error)
        else:
            for _, written in batch:
                written.set_result(None)


def _fail(batch: Sequence[tuple[NewCharge, Future[None]]], error: Exception) -> None:
    for _, written in batch:
        written.set_exception(error)


def _enter(connection: Connection, charges: Sequence[NewCharge]) -> None:
    steps = [
        {"key": one.channel_id, "before": one.before, "after": one.after, "signed": one.signature, "moment": one.at}
        for one in charges
    ]
    if connection.execute(_ADVANCE, steps).rowcount != len(charges):
        raise ProblemError("channel.total")
    connection.execute(_CHARGE, [_row(one) for one in charges])
    connection.execute(_ENTITLE, [right for one in charges for right in _rights(one)])


def _row(one: NewCharge) -> dict[str, object]:
    return {
        "channel_id": one.channel_id,
        "cumulative": one.after,
        "payer": one.payer,
        "creator": one.creator,
        "content_id": one.content_id,
        "first_chunk": one.first_chunk,
        "chunk_count": one.chunk_count,
        "amount": one.after - one.before,
        "at": one.at,
        "is_booked": 0,
    }


def _rights(one: NewCharge) -> Iterator[dict[str, object]]:
    for index in range(one.first_chunk, one.first_chunk + one.chunk_count):
        yield {"account": one.payer, "content_id": one.content_id, "index": index, "transaction": one.channel_id}
