"""What creators say of themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "node_0013"
down_revision = "node_0012"
branch_labels = None
depends_on = None

# Moments in microseconds.
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "creator_profile",
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("avatar", sa.Text(), nullable=True),
        sa.Column("banner", sa.Text(), nullable=True),
        sa.Column("changed_at", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("creator", name=op.f("pk_creator_profile")),
        sqlite_strict=True,
    )
