"""The paying proxy's payments and channels."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "proxy_0001"
down_revision = None
branch_labels = None
depends_on = None

# Money in micro-USDC, moments in microseconds, counts.
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "channel",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("config", sa.Text(), nullable=False),
        sa.Column("balance", _WHOLE, nullable=False),
        sa.Column("total", _WHOLE, nullable=False),
        sa.Column("signed", _WHOLE, nullable=False),
        sa.Column("base", _WHOLE, nullable=False),
        sa.Column("deposited", _WHOLE, nullable=False),
        sa.Column("deposit", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel")),
        sqlite_strict=True,
    )
    op.create_table(
        "payment",
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("ordinal", _WHOLE, nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("amount", _WHOLE, nullable=False),
        sa.Column("header", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=True),
        sa.Column("valid_before", _WHOLE, nullable=False),
        sa.Column("channel_id", sa.Text(), nullable=True),
        sa.Column("total", _WHOLE, nullable=True),
        sa.Column("has_deposit", _WHOLE, nullable=False),
        sa.Column("sends", _WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("delivered", _WHOLE, nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("answer_head", sa.Text(), nullable=True),
        sa.Column("at", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("intent", name=op.f("pk_payment")),
        sa.UniqueConstraint("request", "ordinal", name=op.f("uq_payment_request")),
        sqlite_strict=True,
    )
    op.create_index("ix_payment_state", "payment", ["state"], unique=False)
