"""Who may have an item's keys, memberships and their payments, refunds, archived tiers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "node_0005"
down_revision = "node_0004"
branch_labels = None
depends_on = None

# Money in micro-USDC, moments in microseconds, counts.
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("item", sa.Column("visibility", sa.Text(), server_default="chunks", nullable=False))
    op.add_column("tier", sa.Column("archived_at", _WHOLE, nullable=True))
    op.create_table(
        "key_receipt",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("until", _WHOLE, nullable=False),
        sa.Column("tier_id", sa.Text(), nullable=False),
        sa.Column("at", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("account", "content_id", "until", name=op.f("pk_key_receipt")),
        sqlite_strict=True,
    )
    op.create_table(
        "refund",
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("viewer", sa.Text(), nullable=False),
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("amount", _WHOLE, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("payment", sa.Text(), nullable=True),
        sa.Column("transaction", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("asked_at", _WHOLE, nullable=False),
        sa.Column("ended_at", _WHOLE, nullable=True),
        sa.PrimaryKeyConstraint("receipt", name=op.f("pk_refund")),
        sqlite_strict=True,
    )
    op.create_index("ix_refund_creator_asked_at", "refund", ["creator", "asked_at"], unique=False)
    op.create_index("ix_refund_viewer_asked_at", "refund", ["viewer", "asked_at"], unique=False)
    op.create_table(
        "turn",
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_turn")),
        sqlite_strict=True,
    )
    op.create_table(
        "item_tier",
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("tier_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["content_id"], ["item.content_id"], name=op.f("fk_item_tier_content_id_item")),
        sa.ForeignKeyConstraint(["tier_id"], ["tier.id"], name=op.f("fk_item_tier_tier_id_tier")),
        sa.PrimaryKeyConstraint("content_id", "tier_id", name=op.f("pk_item_tier")),
        sqlite_strict=True,
    )
    op.create_table(
        "membership",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("viewer", sa.Text(), nullable=False),
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("tier_id", sa.Text(), nullable=False),
        sa.Column("joined_at", _WHOLE, nullable=False),
        sa.Column("paid_until", _WHOLE, nullable=False),
        sa.Column("payments", _WHOLE, nullable=False),
        sa.Column("renews", _WHOLE, nullable=False),
        sa.Column("next_tier", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ended_at", _WHOLE, nullable=True),
        sa.ForeignKeyConstraint(["tier_id"], ["tier.id"], name=op.f("fk_membership_tier_id_tier")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint("viewer", "creator", "tier_id", name=op.f("uq_membership_viewer")),
        sqlite_strict=True,
    )
    op.create_index("ix_membership_creator_joined_at", "membership", ["creator", "joined_at"], unique=False)
    op.create_table(
        "membership_payment",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("viewer", sa.Text(), nullable=False),
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("tier_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("price", _WHOLE, nullable=False),
        sa.Column("fare", _WHOLE, nullable=False),
        sa.Column("amount", _WHOLE, nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("until", _WHOLE, nullable=False),
        sa.Column("deadline", _WHOLE, nullable=False),
        sa.Column("quote_signature", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("payer", sa.Text(), nullable=True),
        sa.Column("payment", sa.Text(), nullable=True),
        sa.Column("share", _WHOLE, nullable=True),
        sa.Column("transaction", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("at", _WHOLE, nullable=False),
        sa.ForeignKeyConstraint(["tier_id"], ["tier.id"], name=op.f("fk_membership_payment_tier_id_tier")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_payment")),
        sqlite_strict=True,
    )
    op.create_index("ix_membership_payment_creator_state", "membership_payment", ["creator", "state"], unique=False)
    op.create_index("ix_membership_payment_viewer_creator", "membership_payment", ["viewer", "creator"], unique=False)
