"""Replacements of stuck transactions, and what Circle was asked to execute."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "node_0003"
down_revision = "node_0002"
branch_labels = None
depends_on = None

# Moments in microseconds, counts.
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("chain_transaction", sa.Column("ended", sa.Text(), nullable=True))
    op.add_column("chain_transaction", sa.Column("signed_at", _WHOLE, nullable=True))
    op.execute("UPDATE chain_transaction SET ended = hash WHERE state <> 'open'")
    op.create_table(
        "chain_replacement",
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("ordinal", _WHOLE, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("signed_at", _WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["intent"], ["chain_transaction.intent"], name=op.f("fk_chain_replacement_intent_chain_transaction")
        ),
        sa.PrimaryKeyConstraint("intent", "ordinal", name=op.f("pk_chain_replacement")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_chain_replacement_hash"), "chain_replacement", ["hash"], unique=False)
    op.create_table(
        "circle_order",
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("ticket", sa.Text(), nullable=False),
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("at", _WHOLE, nullable=False),
        sa.Column("circle_id", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=True),
        sa.Column("is_accelerated", _WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("intent", name=op.f("pk_circle_order")),
        sqlite_strict=True,
    )
    for column in ("circle_id", "hash", "state", "ticket"):
        op.create_index(op.f(f"ix_circle_order_{column}"), "circle_order", [column], unique=False)
