"""Blocks that creators brought."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "node_0009"
down_revision = "node_0008"
branch_labels = None
depends_on = None

# Moments in microseconds, bytes.
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "brought_block",
        sa.Column("cid", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("size", _WHOLE, nullable=False),
        sa.Column("expires_at", _WHOLE, nullable=True),
        sa.PrimaryKeyConstraint("cid", name=op.f("pk_brought_block")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_brought_block_expires_at"), "brought_block", ["expires_at"], unique=False)
    op.create_table(
        "brought_bytes",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("size", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_brought_bytes")),
        sqlite_strict=True,
    )
