"""Replacements of stuck transactions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "desk_0003"
down_revision = "desk_0002"
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
