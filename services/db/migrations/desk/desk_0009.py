"""What was told about prices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "desk_0009"
down_revision = "desk_0008"
branch_labels = None
depends_on = None

# Moments in microseconds.
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "narrative",
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("request", name=op.f("pk_narrative")),
        sqlite_strict=True,
    )
