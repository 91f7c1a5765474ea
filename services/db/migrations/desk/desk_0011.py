"""What happened that is worth telling."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "desk_0011"
down_revision = "desk_0010"
branch_labels = None
depends_on = None

# Moments in microseconds, and yes or no.
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("params", sa.Text(), nullable=False),
        sa.Column("at", _WHOLE, nullable=False),
        sa.Column("told", _WHOLE, nullable=False),
        sa.Column("read", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sqlite_strict=True,
    )
    op.create_index("ix_notice_at", "notice", ["at"], unique=False)
