"""Tips with a few words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "node_0017"
down_revision = "node_0016"
branch_labels = None
depends_on = None

# Money in micro-USDC, moments in microseconds.
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "tip",
        sa.Column("payer", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("amount", _WHOLE, nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("payment", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("transaction", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("at", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("payer", "nonce", name=op.f("pk_tip")),
        sqlite_strict=True,
    )
    op.create_index("ix_tip_creator_at", "tip", ["creator", "at"])
