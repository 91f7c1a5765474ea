"""The first schema of a node's database."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "node_0001"
down_revision = None
branch_labels = None
depends_on = None

# Money in micro-USDC, moments in microseconds, counts.
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "chain_transaction",
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("nonce", _WHOLE, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("intent", name=op.f("pk_chain_transaction")),
        sa.UniqueConstraint("sender", "nonce", name=op.f("uq_chain_transaction_sender")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_chain_transaction_hash"), "chain_transaction", ["hash"], unique=False)
    op.create_table(
        "ledger_balance",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("amount", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_ledger_balance")),
        sqlite_strict=True,
    )
    op.create_table(
        "ledger_day",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("amount", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("account", "day", "item", name=op.f("pk_ledger_day")),
        sqlite_strict=True,
    )
    op.create_table(
        "ledger_line",
        sa.Column("seq", _WHOLE, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("line", _WHOLE, nullable=False),
        sa.Column("at", _WHOLE, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("amount", _WHOLE, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_ledger_line")),
        sa.UniqueConstraint("kind", "ref", "line", name=op.f("uq_ledger_line_kind")),
        sqlite_strict=True,
    )
    op.create_index("ix_ledger_line_account_seq", "ledger_line", ["account", "seq"], unique=False)
    op.create_table(
        "account_session",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("expires_at", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_account_session")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_account_session_address"), "account_session", ["address"], unique=False)
    op.create_table(
        "chain_position",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("block", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_chain_position")),
        sqlite_strict=True,
    )
    op.create_table(
        "entitlement",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("index", _WHOLE, nullable=False),
        sa.Column("transaction", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account", "content_id", "index", name=op.f("pk_entitlement")),
        sqlite_strict=True,
    )
    op.create_table(
        "item",
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("creator_name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("duration_ms", _WHOLE, nullable=False),
        sa.Column("width", _WHOLE, nullable=False),
        sa.Column("height", _WHOLE, nullable=False),
        sa.Column("price_per_ten_seconds", _WHOLE, nullable=False),
        sa.Column("chunk_count", _WHOLE, nullable=False),
        sa.Column("free_chunks", _WHOLE, nullable=False),
        sa.Column("poster", sa.Text(), nullable=True),
        sa.Column("signed", sa.Text(), nullable=False),
        sa.Column("published_at", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("content_id", name=op.f("pk_item")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_item_creator"), "item", ["creator"], unique=False)
    op.create_index("ix_item_published_at", "item", ["published_at"], unique=False)
    op.create_table(
        "sign_in_nonce",
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("expires_at", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("nonce", name=op.f("pk_sign_in_nonce")),
        sqlite_strict=True,
    )
    op.create_table(
        "tier",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("price", _WHOLE, nullable=False),
        sa.Column("perks", sa.Text(), nullable=False),
        sa.Column("created_at", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tier")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_tier_creator"), "tier", ["creator"], unique=False)
    op.create_table(
        "chunk_for_sale",
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("index", _WHOLE, nullable=False),
        sa.Column("price", _WHOLE, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["content_id"], ["item.content_id"], name=op.f("fk_chunk_for_sale_content_id_item")),
        sa.PrimaryKeyConstraint("content_id", "index", name=op.f("pk_chunk_for_sale")),
        sqlite_strict=True,
    )
    op.create_table(
        "sale",
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("payer", sa.Text(), nullable=False),
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("first_chunk", _WHOLE, nullable=False),
        sa.Column("chunk_count", _WHOLE, nullable=False),
        sa.Column("amount", _WHOLE, nullable=False),
        sa.Column("payment", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("share", _WHOLE, nullable=True),
        sa.Column("transaction", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("at", _WHOLE, nullable=False),
        sa.ForeignKeyConstraint(["content_id"], ["item.content_id"], name=op.f("fk_sale_content_id_item")),
        sa.PrimaryKeyConstraint("intent", name=op.f("pk_sale")),
        sqlite_strict=True,
    )
    op.create_index("ix_sale_content_id_payer", "sale", ["content_id", "payer"], unique=False)
    op.create_index(op.f("ix_sale_creator"), "sale", ["creator"], unique=False)
    op.create_index("ix_sale_state", "sale", ["state"], unique=False)
