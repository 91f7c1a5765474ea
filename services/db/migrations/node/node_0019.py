"""Claims of channels, each with the intent that sent it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "node_0019"
down_revision = "node_0018"
branch_labels = None
depends_on = None

# Micro-USDC.
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "channel_claim",
        sa.Column("channel_id", sa.Text(), nullable=False),
        sa.Column("claimed", _WHOLE, nullable=False),
        sa.Column("intent", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"]),
        sa.PrimaryKeyConstraint("channel_id", "claimed", "intent"),
        sqlite_strict=True,
    )
