"""Accounts by name, linked content, the next chunk, and who may be paid out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "node_0007"
down_revision = "node_0006"
branch_labels = None
depends_on = None

# Money in micro-USDC, moments in microseconds, counts.
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "kyc_case",
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_at", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("creator", name=op.f("pk_kyc_case")),
        sqlite_strict=True,
    )
    op.create_index("ix_kyc_case_state_changed_at", "kyc_case", ["state", "changed_at"], unique=False)
    op.create_table(
        "kyc_step",
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("ordinal", _WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("creator", "ordinal", name=op.f("pk_kyc_step")),
        sqlite_strict=True,
    )
    op.create_table(
        "linked_item",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("video_url", sa.Text(), nullable=False),
        sa.Column("visibility", sa.Text(), nullable=False),
        sa.Column("made_at", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_linked_item")),
        sqlite_strict=True,
    )
    op.create_index("ix_linked_item_creator_made_at", "linked_item", ["creator", "made_at"], unique=False)
    op.create_table(
        "linked_item_tier",
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("tier_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["linked_item.id"], name=op.f("fk_linked_item_tier_item_id_linked_item")),
        sa.ForeignKeyConstraint(["tier_id"], ["tier.id"], name=op.f("fk_linked_item_tier_tier_id_tier")),
        sa.PrimaryKeyConstraint("item_id", "tier_id", name=op.f("pk_linked_item_tier")),
        sqlite_strict=True,
    )
    op.create_table(
        "stream_position",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("next_chunk", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("account", "content_id", name=op.f("pk_stream_position")),
        sqlite_strict=True,
    )
    op.create_table(
        "next_chunk",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("chunk", _WHOLE, nullable=False),
        sa.Column("made_at", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("account", "content_id", "purpose", "key", name=op.f("pk_next_chunk")),
        sqlite_strict=True,
    )
