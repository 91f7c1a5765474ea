"""Orders to Circle in the node's database: on disk before Circle hears of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary, Text, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from services.chain.book import TransactionState
from services.chain.calls import Call
from services.chain.circle.orders import CircleOrder, merged
from services.db.columns import BigInt, MomentColumn
from services.db.engine import Database
from services.node.tables import NodeTable
from services.units.address import Address, Bytes32
from services.units.ids import IntentId


class CircleOrderRow(NodeTable):
    """See CircleOrder."""

    __tablename__ = "circle_order"
    __table_args__ = ({"sqlite_strict": True},)

    intent: Mapped[str] = mapped_column(Text, primary_key=True)
    ticket: Mapped[str] = mapped_column(Text, index=True)
    to: Mapped[str] = mapped_column(Text)
    data: Mapped[bytes] = mapped_column(LargeBinary)
    value: Mapped[str] = mapped_column(Text)
    """Wei, which need more than 64 bits."""
    at: Mapped[datetime] = mapped_column(MomentColumn)
    circle_id: Mapped[str | None] = mapped_column(Text, index=True)
    status: Mapped[str] = mapped_column(Text)
    hash: Mapped[str | None] = mapped_column(Text, index=True)
    is_accelerated: Mapped[int] = mapped_column(BigInt)
    state: Mapped[str] = mapped_column(Text, index=True)
    error: Mapped[str] = mapped_column(Text)


class SqlCircleOrders:
    """CircleOrders in the node's database. Keeps no state of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, name: str) -> CircleOrder | None:
        row = CircleOrderRow
        wanted = select(row).where(or_(row.intent == name, row.ticket == name, row.circle_id == name, row.hash == name))
        with self._database.read() as session:
            found = session.scalar(wanted.limit(1))
            return None if found is None else _order(found)

    def add(self, order: CircleOrder) -> tuple[CircleOrder, bool]:
        with self._database.write() as session:
            found = session.get(CircleOrderRow, order.intent)
            if found is not None:
                return _order(found), False
            _write(session, order)
        return order, True

    def save(self, order: CircleOrder) -> None:
        with self._database.write() as session:
            kept = session.get(CircleOrderRow, order.intent)
            _write(session, order if kept is None else merged(_order(kept), order))

    def forget(self, intent: IntentId) -> None:
        with self._database.write() as session:
            found = session.get(CircleOrderRow, intent)
            if found is not None and found.circle_id is None:
                session.delete(found)

    def list_open(self) -> list[CircleOrder]:
        wanted = select(CircleOrderRow).where(CircleOrderRow.state == TransactionState.OPEN.value)
        with self._database.read() as session:
            return [_order(row) for row in session.scalars(wanted.order_by(CircleOrderRow.at, CircleOrderRow.intent))]


def _write(session: Session, order: CircleOrder) -> None:
    session.merge(
        CircleOrderRow(
            intent=order.intent,
            ticket=order.ticket,
            to=order.call.to or "",
            data=order.call.data,
            value=str(order.call.value),
            at=order.at,
            circle_id=order.circle_id,
            status=order.status,
            hash=order.hash,
            is_accelerated=int(order.is_accelerated),
            state=order.state.value,
            error=order.error,
        )
    )


def _order(row: CircleOrderRow) -> CircleOrder:
    return CircleOrder(
        intent=IntentId(row.intent),
        call=Call(Address(row.to) if row.to else None, row.data, int(row.value)),
        at=row.at,
        circle_id=row.circle_id,
        status=row.status,
        hash=None if row.hash is None else Bytes32(row.hash),
        is_accelerated=bool(row.is_accelerated),
        state=TransactionState(row.state),
        error=row.error,
    )
