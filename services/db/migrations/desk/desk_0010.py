"""Films that a viewer keeps on this disk."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "desk_0010"
down_revision = "desk_0009"
branch_labels = None
depends_on = None

# Moments in microseconds, counts.
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
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
