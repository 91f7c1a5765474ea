"""Stages of uploads that are told apart, and storages besides this computer's disk."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "desk_0006"
down_revision = "desk_0005"
branch_labels = None
depends_on = None

# Moments in microseconds.
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("upload", sa.Column("stage_problems", sa.Text(), nullable=True))
    op.add_column("upload", sa.Column("source", sa.Text(), nullable=True))
    op.create_table(
        "storage_target",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("added_at", _WHOLE, nullable=False),
        sa.Column("seen_at", _WHOLE, nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_storage_target")),
        sqlite_strict=True,
    )
    op.create_table(
        "storage_copy",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("checked_at", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("address", "content_id", name=op.f("pk_storage_copy")),
        sqlite_strict=True,
    )
