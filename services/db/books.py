"""Tables of the two books that every database here keeps: the ledger and the transactions sent to the chain."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, MetaData, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.db.columns import BigInt, MomentColumn, MoneyColumn
from services.units.money import Money

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Books(DeclarativeBase):
    """The base of the tables of this module."""

    metadata = MetaData(naming_convention=NAMING)


class LedgerLine(Books):
    """One line of a double entry; never changed, each bound to the one before by its hash."""

    __tablename__ = "ledger_line"
    __table_args__ = (
        UniqueConstraint("kind", "ref", "line"),
        Index("ix_ledger_line_account_seq", "account", "seq"),
        {"sqlite_strict": True},
    )

    seq: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(Text)
    ref: Mapped[str] = mapped_column(Text)
    line: Mapped[int] = mapped_column(BigInt)
    at: Mapped[datetime] = mapped_column(MomentColumn)
    account: Mapped[str] = mapped_column(Text)
    item: Mapped[str] = mapped_column(Text)
    amount: Mapped[Money] = mapped_column(MoneyColumn)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class LedgerBalance(Books):
    """The sum of an account, written with its lines."""

    __tablename__ = "ledger_balance"
    __table_args__ = ({"sqlite_strict": True},)

    account: Mapped[str] = mapped_column(Text, primary_key=True)
    amount: Mapped[Money] = mapped_column(MoneyColumn)


class LedgerDay(Books):
    """The sum of an account for one item on one UTC day, written with its lines."""

    __tablename__ = "ledger_day"
    __table_args__ = ({"sqlite_strict": True},)

    account: Mapped[str] = mapped_column(Text, primary_key=True)
    day: Mapped[str] = mapped_column(Text, primary_key=True)
    item: Mapped[str] = mapped_column(Text, primary_key=True)
    amount: Mapped[Money] = mapped_column(MoneyColumn)


class ChainTransaction(Books):
    """The first signed transaction of an intent, on disk before it is on the wire."""

    __tablename__ = "chain_transaction"
    __table_args__ = (UniqueConstraint("sender", "nonce"), {"sqlite_strict": True})

    intent: Mapped[str] = mapped_column(Text, primary_key=True)
    sender: Mapped[str] = mapped_column(Text)
    nonce: Mapped[int] = mapped_column(BigInt)
    hash: Mapped[str] = mapped_column(Text, index=True)
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(Text)
    """open, confirmed or reverted."""
    ended: Mapped[str | None] = mapped_column(Text)
    """The hash of the one in a block: this one's or a replacement's."""
    signed_at: Mapped[datetime | None] = mapped_column(MomentColumn)


class ChainReplacement(Books):
    """Another signed transaction of the same intent, with its nonce, its call and higher fees."""

    __tablename__ = "chain_replacement"
    __table_args__ = ({"sqlite_strict": True},)

    intent: Mapped[str] = mapped_column(Text, ForeignKey("chain_transaction.intent"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(BigInt, primary_key=True)
    """1 for the first replacement."""
    hash: Mapped[str] = mapped_column(Text, index=True)
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    signed_at: Mapped[datetime] = mapped_column(MomentColumn)
