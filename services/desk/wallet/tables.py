"""Tables of the wallet."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.db.columns import BigInt, MomentColumn, MoneyColumn
from services.desk.tables import DeskTable
from services.units.address import Address
from services.units.money import Money

_STRICT = {"sqlite_strict": True}


class Sending(DeskTable):
    """A payment to an address, from the moment it was ordered."""

    __tablename__ = "sending"
    __table_args__ = (UniqueConstraint("ordinal"), _STRICT)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    """The intent: whose, to whom, how much, and the number of the order."""
    ordinal: Mapped[int] = mapped_column(BigInt)
    payee: Mapped[Address] = mapped_column(Text)
    amount: Mapped[Money] = mapped_column(MoneyColumn)
    fee: Mapped[Money | None] = mapped_column(MoneyColumn)
    state: Mapped[str] = mapped_column(Text)
    """signed, sent, confirmed, failed or unknown."""
    money: Mapped[str] = mapped_column(Text)
    """in_flight, spent or released: where the ledger has the amount."""
    transaction: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(MomentColumn)


class OutsideChange(DeskTable):
    """A change of the balance that none of the desk's own actions explains: a top-up, or another program."""

    __tablename__ = "outside_change"
    __table_args__ = (_STRICT,)

    number: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    amount: Mapped[Money] = mapped_column(MoneyColumn)
    """Positive: it came in."""
    at: Mapped[datetime] = mapped_column(MomentColumn)
