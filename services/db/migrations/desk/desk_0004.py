"""Memberships, their payments, the keys that they lend, and refunds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "desk_0004"
down_revision = "desk_0003"
branch_labels = None
depends_on = None

# Money in micro-USDC, moments in microseconds, counts.
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "lent_chunk",
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("index", _WHOLE, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("until", _WHOLE, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("tier_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("content_id", "index", name=op.f("pk_lent_chunk")),
        sqlite_strict=True,
    )
    op.create_table(
        "membership",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("tier_id", sa.Text(), nullable=False),
        sa.Column("paid_until", _WHOLE, nullable=False),
        sa.Column("renews", _WHOLE, nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("price", _WHOLE, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("tried_at", _WHOLE, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_membership_creator"), "membership", ["creator"], unique=False)
    op.create_table(
        "membership_payment",
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("creator_name", sa.Text(), nullable=False),
        sa.Column("tier_id", sa.Text(), nullable=False),
        sa.Column("tier_name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("price", _WHOLE, nullable=False),
        sa.Column("fare", _WHOLE, nullable=False),
        sa.Column("amount", _WHOLE, nullable=False),
        sa.Column("until", _WHOLE, nullable=False),
        sa.Column("payment", sa.Text(), nullable=False),
        sa.Column("valid_before", _WHOLE, nullable=False),
        sa.Column("since_block", _WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("money", sa.Text(), nullable=False),
        sa.Column("auto", _WHOLE, nullable=False),
        sa.Column("transaction", sa.Text(), nullable=True),
        sa.Column("at", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("intent", name=op.f("pk_membership_payment")),
        sqlite_strict=True,
    )
    op.create_index("ix_membership_payment_at", "membership_payment", ["at"], unique=False)
    op.create_index("ix_membership_payment_money", "membership_payment", ["money"], unique=False)
    op.create_table(
        "refund",
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("viewer", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("amount", _WHOLE, nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("payment", sa.Text(), nullable=True),
        sa.Column("valid_before", _WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("money", sa.Text(), nullable=False),
        sa.Column("transaction", sa.Text(), nullable=True),
        sa.Column("at", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("receipt", name=op.f("pk_refund")),
        sqlite_strict=True,
    )
    op.create_index("ix_refund_money", "refund", ["money"], unique=False)
