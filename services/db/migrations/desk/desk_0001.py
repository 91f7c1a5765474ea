"""The first schema of a desk's database."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "desk_0001"
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
        "chain_seen",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("block", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_chain_seen")),
        sqlite_strict=True,
    )
    op.create_table(
        "film",
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("signed", sa.Text(), nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("position_ms", _WHOLE, nullable=False),
        sa.Column("budget_limit", _WHOLE, nullable=True),
        sa.Column("budget_spent", _WHOLE, nullable=False),
        sa.Column("opened_at", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("content_id", name=op.f("pk_film")),
        sqlite_strict=True,
    )
    op.create_table(
        "owned_chunk",
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("index", _WHOLE, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("bought", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("content_id", "index", name=op.f("pk_owned_chunk")),
        sqlite_strict=True,
    )
    op.create_table(
        "purchase",
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("first_chunk", _WHOLE, nullable=False),
        sa.Column("chunk_count", _WHOLE, nullable=False),
        sa.Column("amount", _WHOLE, nullable=False),
        sa.Column("payment", sa.Text(), nullable=False),
        sa.Column("valid_before", _WHOLE, nullable=False),
        sa.Column("since_block", _WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("money", sa.Text(), nullable=False),
        sa.Column("auto", _WHOLE, nullable=False),
        sa.Column("transaction", sa.Text(), nullable=True),
        sa.Column("at", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("intent", name=op.f("pk_purchase")),
        sqlite_strict=True,
    )
    op.create_index("ix_purchase_content_id_at", "purchase", ["content_id", "at"], unique=False)
    op.create_index("ix_purchase_state", "purchase", ["state"], unique=False)
    op.create_table(
        "upload",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("size_bytes", _WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("stages", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=True),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("wrapped_secret", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("publication", sa.Text(), nullable=True),
        sa.Column("created_at", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sqlite_strict=True,
    )
    op.create_table(
        "withdrawal",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("ordinal", _WHOLE, nullable=False),
        sa.Column("amount", _WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("transaction", sa.Text(), nullable=True),
        sa.Column("fee", _WHOLE, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("at", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withdrawal")),
        sa.UniqueConstraint("ordinal", name=op.f("uq_withdrawal_ordinal")),
        sqlite_strict=True,
    )
