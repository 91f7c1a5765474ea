"""Payment channels, what they were charged, and the tills they end in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "node_0002"
down_revision = "node_0001"
branch_labels = None
depends_on = None

# Money in micro-USDC, moments in microseconds, counts.
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "channel",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("payer", sa.Text(), nullable=False),
        sa.Column("payer_authorizer", sa.Text(), nullable=False),
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("receiver_authorizer", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("withdraw_delay", _WHOLE, nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("balance", _WHOLE, nullable=False),
        sa.Column("claimed", _WHOLE, nullable=False),
        sa.Column("charged", _WHOLE, nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=True),
        sa.Column("refund_nonce", _WHOLE, nullable=False),
        sa.Column("withdraw_requested_at", _WHOLE, nullable=False),
        sa.Column("used_at", _WHOLE, nullable=False),
        sa.Column("unclaimed_since", _WHOLE, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel")),
        sqlite_strict=True,
    )
    op.create_index("ix_channel_charged_claimed", "channel", ["charged", "claimed"], unique=False)
    op.create_index(op.f("ix_channel_creator"), "channel", ["creator"], unique=False)
    op.create_index(op.f("ix_channel_payer"), "channel", ["payer"], unique=False)
    op.create_table(
        "creator_till",
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("gross", _WHOLE, nullable=False),
        sa.Column("expected", _WHOLE, nullable=False),
        sa.Column("tips", _WHOLE, nullable=False),
        sa.Column("settled", _WHOLE, nullable=False),
        sa.Column("collected", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("creator", name=op.f("pk_creator_till")),
        sqlite_strict=True,
    )
    op.create_table(
        "charge",
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
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name=op.f("fk_charge_channel_id_channel")),
        sa.ForeignKeyConstraint(["content_id"], ["item.content_id"], name=op.f("fk_charge_content_id_item")),
        sa.PrimaryKeyConstraint("channel_id", "cumulative", name=op.f("pk_charge")),
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )
    op.create_index("ix_charge_creator_at", "charge", ["creator", "at"], unique=False)
    waiting = sa.text("is_booked = 0")
    op.create_index(
        "ix_charge_is_booked",
        "charge",
        ["is_booked"],
        unique=False,
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.add_column("sale", sa.Column("nonce", sa.Text(), nullable=True))
    op.create_index("uq_sale_payer_nonce", "sale", ["payer", "nonce"], unique=True)
    # The running gross decides the platform's tenth of what comes next, so it goes on from what was ever paid.
    op.execute(
        """
        INSERT INTO creator_till (creator, gross, expected, tips, settled, collected)
        SELECT substr(share.account, 9), -SUM(paid.amount), 0, 0, 0, 0
        FROM ledger_line AS share
        JOIN ledger_line AS paid ON paid.kind = share.kind AND paid.ref = share.ref
        WHERE share.kind = 'paid' AND share.account LIKE 'creator:%' AND paid.account LIKE 'payer:%'
        GROUP BY share.account
        """
    )
