"""Versions of a film."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "node_0018"
down_revision = "node_0017"
branch_labels = None
depends_on = None

# Moments in microseconds, counts.
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "item_version",
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("version", _WHOLE, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("signed", sa.Text(), nullable=False),
        sa.Column("published_at", _WHOLE, nullable=False),
        sa.ForeignKeyConstraint(["content_id"], ["item.content_id"]),
        sa.PrimaryKeyConstraint("content_id", "version"),
        sqlite_strict=True,
    )
    op.execute("INSERT INTO item_version SELECT content_id, 1, title, signed, published_at FROM item")
