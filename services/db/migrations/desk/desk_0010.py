"""Films that a viewer keeps on this disk, money sent out and given, and what changed the balance from outside."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "desk_0010"
down_revision = "desk_0009"
branch_labels = None
depends_on = None

# Money in micro-USDC, moments in microseconds, counts.
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _films()
    _money_out()


def _films() -> None:
    op.create_table(
        "download",
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("done", _WHOLE, nullable=False),
        sa.Column("of", _WHOLE, nullable=False),
        sa.Column("size_bytes", _WHOLE, nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("at", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("content_id", name=op.f("pk_download")),
        sqlite_strict=True,
    )


def _money_out() -> None:
    op.create_table(
        "sending",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("ordinal", _WHOLE, nullable=False),
        sa.Column("payee", sa.Text(), nullable=False),
        sa.Column("amount", _WHOLE, nullable=False),
        sa.Column("fee", _WHOLE, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("money", sa.Text(), nullable=False),
        sa.Column("transaction", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("at", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sending")),
        sa.UniqueConstraint("ordinal", name=op.f("uq_sending_ordinal")),
        sqlite_strict=True,
    )
    op.create_table(
        "outside_change",
        sa.Column("number", _WHOLE, autoincrement=False, nullable=False),
        sa.Column("amount", _WHOLE, nullable=False),
        sa.Column("at", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_outside_change")),
        sqlite_strict=True,
    )
    op.create_table(
        "given_tip",
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("ordinal", _WHOLE, nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("amount", _WHOLE, nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("payment", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("valid_before", _WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("money", sa.Text(), nullable=False),
        sa.Column("transaction", sa.Text(), nullable=True),
        sa.Column("at", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("intent", name=op.f("pk_given_tip")),
        sa.UniqueConstraint("ordinal", name=op.f("uq_given_tip_ordinal")),
        sqlite_strict=True,
    )
