"""Roll-ups of creators' figures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "node_0012"
down_revision = "node_0011"
branch_labels = None
depends_on = None

# Money in micro-USDC, moments in microseconds, counts.
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "creator_day",
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("gross", _WHOLE, nullable=False),
        sa.Column("net", _WHOLE, nullable=False),
        sa.Column("paid_ms", _WHOLE, nullable=False),
        sa.Column("payments", _WHOLE, nullable=False),
        sa.Column("viewers", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("creator", "day", name=op.f("pk_creator_day")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "creator_item",
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("gross", _WHOLE, nullable=False),
        sa.Column("net", _WHOLE, nullable=False),
        sa.Column("paid_ms", _WHOLE, nullable=False),
        sa.Column("payments", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("creator", "item", name=op.f("pk_creator_item")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_creator_item_creator_net", "creator_item", ["creator", "net"], unique=False)
    op.create_table(
        "creator_item_day",
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("gross", _WHOLE, nullable=False),
        sa.Column("net", _WHOLE, nullable=False),
        sa.Column("paid_ms", _WHOLE, nullable=False),
        sa.Column("payments", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("creator", "day", "item", name=op.f("pk_creator_item_day")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "creator_viewer",
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("viewer", sa.Text(), nullable=False),
        sa.Column("net", _WHOLE, nullable=False),
        sa.Column("refunded", _WHOLE, nullable=False),
        sa.Column("payments", _WHOLE, nullable=False),
        sa.Column("last_at", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("creator", "viewer", name=op.f("pk_creator_viewer")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "creator_viewer_day",
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("viewer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("creator", "day", "viewer", name=op.f("pk_creator_viewer_day")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "figures_position",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("seq", _WHOLE, nullable=False),
        sa.Column("rules", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_figures_position")),
        sqlite_strict=True,
    )
    op.create_table(
        "item_place",
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("place", _WHOLE, autoincrement=False, nullable=False),
        sa.Column("net", _WHOLE, nullable=False),
        sa.Column("payments", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("content_id", "place", name=op.f("pk_item_place")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
