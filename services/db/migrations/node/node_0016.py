"""Films that are to come, perks that act, and members' messages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "node_0016"
down_revision = "node_0015"
branch_labels = None
depends_on = None

# Moments in microseconds, counts.
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TO_COME = sa.text("opens_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("item", sa.Column("opens_at", _WHOLE, nullable=True))
    op.create_index("ix_item_opens_at", "item", ["opens_at"], sqlite_where=_TO_COME, postgresql_where=_TO_COME)
    for name in ("early_access_days", "downloads", "requests"):
        op.add_column("tier", sa.Column(name, _WHOLE, server_default="0", nullable=False))
    op.create_table(
        "member_message",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("viewer", sa.Text(), nullable=False),
        sa.Column("tier_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", _WHOLE, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", _WHOLE, nullable=True),
        sa.ForeignKeyConstraint(["tier_id"], ["tier.id"], name=op.f("fk_member_message_tier_id_tier")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_message")),
        sqlite_strict=True,
    )
    op.create_index("ix_member_message_creator_at", "member_message", ["creator", "at"])
    op.create_index("ix_member_message_viewer_at", "member_message", ["viewer", "at"])
