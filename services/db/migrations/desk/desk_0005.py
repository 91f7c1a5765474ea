"""Nodes at other addresses, and which of them a film and a purchase belong to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "desk_0005"
down_revision = "desk_0004"
branch_labels = None
depends_on = None

# Moments in microseconds, ids of chains.
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("film", sa.Column("node", sa.Text(), nullable=True))
    op.add_column("purchase", sa.Column("node", sa.Text(), nullable=True))
    op.create_table(
        "known_node",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("chain_id", _WHOLE, nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("escrow", sa.Text(), nullable=False),
        sa.Column("added_at", _WHOLE, nullable=False),
        sa.Column("seen_at", _WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("since", _WHOLE, nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("agreed_at", _WHOLE, nullable=True),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_known_node")),
        sqlite_strict=True,
    )
    op.create_table(
        "placement",
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("card", sa.Text(), nullable=True),
        sa.Column("at", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("content_id", "node", name=op.f("pk_placement")),
        sqlite_strict=True,
    )
