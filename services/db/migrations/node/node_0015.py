"""The pooled pass: who takes part, what was watched, months, payouts, smoothing, and cases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "node_0015"
down_revision = "node_0014"
branch_labels = None
depends_on = None

# Money in micro-USDC, moments in microseconds, counts.
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "pass_creator",
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("tier_id", sa.Text(), nullable=False),
        sa.Column("with_members_only", _WHOLE, nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("joined_at", _WHOLE, nullable=False),
        sa.Column("left_at", _WHOLE, nullable=True),
        sa.ForeignKeyConstraint(["tier_id"], ["tier.id"], name=op.f("fk_pass_creator_tier_id_tier")),
        sa.PrimaryKeyConstraint("creator", name=op.f("pk_pass_creator")),
        sqlite_strict=True,
    )
    op.create_table(
        "watched_day",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("chunks", sa.LargeBinary(), nullable=False),
        sa.Column("watched_ms", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("account", "day", "content_id", name=op.f("pk_watched_day")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_watched_day_day"), "watched_day", ["day"], unique=False)
    op.create_table(
        "pass_month",
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("withheld", _WHOLE, nullable=False),
        sa.Column("at", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_pass_month")),
        sqlite_strict=True,
    )
    op.create_table(
        "pass_share",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("earned", _WHOLE, nullable=False),
        sa.Column("watchers", _WHOLE, nullable=False),
        sa.Column("paid", _WHOLE, nullable=False),
        sa.Column("reserve", _WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("round", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("owner", "month", name=op.f("pk_pass_share")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_pass_share_state"), "pass_share", ["state"], unique=False)
    op.create_table(
        "pass_round",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("round_id", sa.Text(), nullable=False),
        sa.Column("shares", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ready_at", _WHOLE, nullable=False),
        sa.Column("at", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_pass_round")),
        sa.UniqueConstraint("round_id", name=op.f("uq_pass_round_round_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_pass_round_state"), "pass_round", ["state"], unique=False)
    op.create_table(
        "pass_smoothing",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("level", _WHOLE, nullable=True),
        sa.Column("reserve", _WHOLE, nullable=False),
        sa.Column("is_on", _WHOLE, nullable=False),
        sa.Column("changed_at", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("owner", name=op.f("pk_pass_smoothing")),
        sqlite_strict=True,
    )
    op.create_table(
        "pass_withheld",
        sa.Column("case", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("amount", _WHOLE, nullable=False),
        sa.Column("carried_into", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("case", name=op.f("pk_pass_withheld")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_pass_withheld_month"), "pass_withheld", ["month"], unique=False)
    op.create_table(
        "sharing_case",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_at", _WHOLE, nullable=False),
        sa.Column("decided_at", _WHOLE, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sharing_case")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_sharing_case_account"), "sharing_case", ["account"], unique=False)
    op.create_index(op.f("ix_sharing_case_state_opened_at"), "sharing_case", ["state", "opened_at"], unique=False)
    op.create_table(
        "case_step",
        sa.Column("case", sa.Text(), nullable=False),
        sa.Column("ordinal", _WHOLE, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("case", "ordinal", name=op.f("pk_case_step")),
        sqlite_strict=True,
    )
