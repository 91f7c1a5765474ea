"""Charges in the order in which they came."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "node_0010"
down_revision = "node_0009"
branch_labels = None
depends_on = None

# Money in micro-USDC, moments in microseconds, counts.
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOVE = """
INSERT INTO charge (
    channel_id, cumulative, payer, creator, content_id, first_chunk, chunk_count, amount, at, is_booked
) SELECT
    channel_id, cumulative, payer, creator, content_id, first_chunk, chunk_count, amount, at, is_booked
FROM charge_before ORDER BY at, channel_id, cumulative
"""


def upgrade() -> None:
    op.execute("CREATE TABLE charge_before AS SELECT * FROM charge")
    op.drop_table("charge")
    op.create_table(
        "charge",
        sa.Column("seq", _WHOLE, nullable=False),
        sa.Column("channel_id", sa.Text(), nullable=False),
        sa.Column("cumulative", _WHOLE, nullable=False),
        sa.Column("payer", sa.Text(), nullable=False),
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("first_chunk", _WHOLE, nullable=False),
        sa.Column("chunk_count", _WHOLE, nullable=False),
        sa.Column("amount", _WHOLE, nullable=False),
        sa.Column("at", _WHOLE, nullable=False),
        sa.Column("is_booked", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_charge")),
        sqlite_strict=True,
    )
    op.execute(_MOVE)
    op.execute("DROP TABLE charge_before")
    waiting, booked = sa.text("is_booked = 0"), sa.text("is_booked = 1")
    op.create_index("ix_charge_unbooked", "charge", ["seq"], sqlite_where=waiting, postgresql_where=waiting)
    op.create_index(
        "ix_charge_channel_id_cumulative",
        "charge",
        ["channel_id", "cumulative"],
        unique=True,
        sqlite_where=booked,
        postgresql_where=booked,
    )
    op.create_index("ix_charge_creator_at", "charge", ["creator", "at"], sqlite_where=booked, postgresql_where=booked)
