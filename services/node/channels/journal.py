"""Writes accepted vouchers down, many to a commit: no key leaves before its voucher is on disk."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select, update

from services.db.columns import to_microseconds
from services.db.dialects import insert_into
from services.db.engine import Database
from services.db.plain import Prepared, Unit, Value
from services.node.tables import Channel, Charge, Entitlement, Sale
from services.units.address import Address
from services.units.ids import ContentId
from services.units.money import Money
from services.wire.problems import ProblemError

_BATCH = 512
_IDLE_S = 0.01
# Statements are built once: SQLAlchemy takes longer to build one than SQLite to run it.
_ADVANCE = Prepared(
    update(Channel)
    .where(Channel.id == bindparam("key"), Channel.charged == bindparam("before"))
    .values(
        charged=bindparam("after"),
        signature=bindparam("signed"),
        used_at=bindparam("moment"),
        unclaimed_since=func.coalesce(Channel.unclaimed_since, bindparam("since", type_=Channel.used_at.type)),
    ),
    ("after", "signed", "moment", "since", "key", "before"),
)
_CHARGE = Prepared(
    # The key is the engine's own, and nobody asks for it.
    insert_into(Charge).inline(),
    ("channel_id", "cumulative", "payer", "creator", "content_id", "first_chunk", "chunk_count", "amount", "at",
     "is_booked"),
)  # fmt: skip
_ENTITLE = Prepared(
    insert_into(Entitlement).on_conflict_do_nothing(), ("account", "content_id", "index", "transaction")
)
_UNFINISHED = Prepared(
    select(Sale.payer, Sale.content_id, Sale.first_chunk, Sale.chunk_count).where(
        Sale.state == "received", Sale.at > bindparam("since")
    ),
    ("since",),
)
# A payment on the chain that has not arrived by then was given up; its authorization has run out.
_GIVEN_UP = timedelta(minutes=15)
# What the journal finds out of one charge and not of the others of its batch.
_LATE = ("channel.total", "content.owned", "payment.in_progress")


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


class _Waiting(NamedTuple):
    charges: tuple[NewCharge, ...]
    written: Future[None]
    before_disk: Callable[[], object] | None


class VoucherJournal:
    """Owns a writer thread, from the first voucher until ``close``, and whose turn it is on each channel."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
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

    def write(self, *charges: NewCharge, before_disk: Callable[[], object] | None = None) -> Future[None]:
        """Write charges, all or none; the future ends when they are durable.

        before_disk: called in the writer's thread when nothing but the disk is left to wait for; quick and harmless.

        It fails with ProblemError: channel.total (a channel has moved on), content.owned and payment.in_progress (the
        same chunks were, or are being, bought another way), disk.full, database.unreachable.
        """
        written: Future[None] = Future()
        with self._guard:
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="vouchers", daemon=True)
                self._thread.start()
        self._queue.put(_Waiting(charges, written, before_disk))
        return written

    def close(self) -> None:
        """Write what waits and end the thread. Idempotent."""
        with self._guard:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._queue.put(None)
            thread.join()

    def _serve(self) -> None:
        while (first := self._next()) is not None:
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

    def _next(self) -> _Waiting | None:
        try:
            return self._queue.get(timeout=_IDLE_S)
        except queue.Empty:
            self._database.tidy()
            return self._queue.get()

    def _write(self, batch: Sequence[_Waiting]) -> None:
        try:
            with self._database.write_plain(is_shared=True) as unit:
                _enter(unit, sorted((charge for one in batch for charge in one.charges), key=_place))
                for one in batch:
                    if one.before_disk is not None:
                        one.before_disk()
        except ProblemError as problem:
            if len(batch) == 1 or problem.code not in _LATE:
                _fail(batch, problem)
                return
            # One of them is late; the others must not suffer for it.
            for one in batch:
                self._write([one])
        except Exception as error:  # noqa: BLE001 - the thread's border: whoever waits carries it on
            _fail(batch, error)
        else:
            for one in batch:
                one.written.set_result(None)


def _fail(batch: Sequence[_Waiting], error: Exception) -> None:
    for one in batch:
        one.written.set_exception(error)


def _place(charge: NewCharge) -> tuple[str, Money]:
    return charge.channel_id, charge.before


def _enter(unit: Unit, charges: Sequence[NewCharge]) -> None:
    """Enter charges in the order of their channels: units of several workers then never wait for each other's rows.

    What two of them could do at once is refused by the rows: a channel's total that has moved on, and a chunk that is
    owned already; an insert waits until the unit that made the row has ended. Payments on the chain are written in
    units that no journal's stands beside.
    """
    moments = [to_microseconds(one.at) for one in charges]
    steps = [
        (one.after.micros, one.signature, moment, moment, one.channel_id, one.before.micros)
        for one, moment in zip(charges, moments, strict=True)
    ]
    rights = sorted(right for one in charges for right in _rights(one))
    # All is sent before any answer is looked at; what is raised here undoes the unit.
    advanced = _ADVANCE.send_many(unit, steps)
    unfinished = _UNFINISHED.send(unit, to_microseconds(min(one.at for one in charges) - _GIVEN_UP))
    _CHARGE.send_many(unit, [_row(one, moment) for one, moment in zip(charges, moments, strict=True)])
    entitled = _ENTITLE.send_many(unit, rights)
    unit.settle()
    if advanced.rowcount != len(charges):
        raise ProblemError("channel.total")
    _refuse_unfinished(unfinished.fetchall(), charges)
    if entitled.rowcount != len(rights):
        # The look before the voucher saw less than there is now: nobody pays twice for a chunk.
        raise ProblemError("content.owned")


def _refuse_unfinished(sales: Iterable[tuple[Any, ...]], charges: Sequence[NewCharge]) -> None:
    """Refuse chunks that a payment on the chain is buying at this moment; it was written down in a unit before this."""
    for payer, content, first, count in sales:
        for one in charges:
            is_same = (one.payer, one.content_id) == (payer, content)
            if is_same and first < one.first_chunk + one.chunk_count and one.first_chunk < first + count:
                raise ProblemError("payment.in_progress")


def _row(one: NewCharge, moment: int) -> tuple[Value, ...]:
    return (
        one.channel_id,
        one.after.micros,
        one.payer,
        one.creator,
        one.content_id,
        one.first_chunk,
        one.chunk_count,
        one.after.micros - one.before.micros,
        moment,
        0,
    )


def _rights(one: NewCharge) -> Iterator[tuple[str, str, int, str]]:
    for index in range(one.first_chunk, one.first_chunk + one.chunk_count):
        yield (one.payer, one.content_id, index, one.channel_id)
