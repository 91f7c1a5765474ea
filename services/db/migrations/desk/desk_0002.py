"""Payment channels, and what a person chose about paying."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "desk_0002"
down_revision = "desk_0001"
branch_labels = None
depends_on = None

# Money in micro-USDC, moments in microseconds, counts.
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "channel",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("config", sa.Text(), nullable=False),
        sa.Column("own", _WHOLE, nullable=False),
        sa.Column("balance", _WHOLE, nullable=False),
        sa.Column("total", _WHOLE, nullable=False),
        sa.Column("signed", _WHOLE, nullable=False),
        sa.Column("claimed", _WHOLE, nullable=False),
        sa.Column("open_intent", sa.Text(), nullable=True),
        sa.Column("deposit", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("since", _WHOLE, nullable=False),
        sa.Column("ready_at", _WHOLE, nullable=True),
        sa.Column("withdrawals", _WHOLE, nullable=False),
        sa.Column("step", _WHOLE, nullable=False),
        sa.Column("used_at", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel")),
        sqlite_strict=True,
    )
    op.create_index("ix_channel_creator_node", "channel", ["creator", "node"], unique=False)
    op.create_table(
        "setting",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
        sqlite_strict=True,
    )
    op.add_column("purchase", sa.Column("channel_id", sa.Text(), nullable=True))
    op.add_column("purchase", sa.Column("total", _WHOLE, nullable=True))
    op.create_index("ix_purchase_at", "purchase", ["at"], unique=False)
