"""The catalogue's order, index and tags; reports, blocks, takedowns and decisions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "node_0006"
down_revision = "node_0005"
branch_labels = None
depends_on = None

# Moments in microseconds, counts.
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("item", sa.Column("seq", _WHOLE, nullable=True))
    op.add_column("item", sa.Column("tags", sa.Text(), server_default="[]", nullable=False))
    op.add_column("item", sa.Column("archived_at", _WHOLE, nullable=True))
    op.add_column("item", sa.Column("takedown", sa.Text(), nullable=True))
    op.execute(
        """
        UPDATE item SET seq = (
            SELECT count(*) FROM item AS earlier
            WHERE earlier.published_at < item.published_at
               OR (earlier.published_at = item.published_at AND earlier.content_id <= item.content_id)
        )
        """
    )
    op.create_index("uq_item_seq", "item", ["seq"], unique=True)
    op.create_index("ix_item_creator_seq", "item", ["creator", "seq"], unique=False)
    _listing()
    _moderation()


def _listing() -> None:
    op.create_table(
        "listing",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("published", _WHOLE, nullable=False),
        sa.Column("rules", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_listing")),
        sqlite_strict=True,
    )
    op.execute("INSERT INTO listing (name, published, rules) SELECT 'catalogue', count(*), 0 FROM item")
    op.create_table(
        "listed_tag",
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("seq", _WHOLE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("tag", "seq", name=op.f("pk_listed_tag")),
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )
    op.create_index("ix_listed_tag_seq", "listed_tag", ["seq"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        # Words come folded and parted, so the plain tokenizer does; places are kept, positions are not.
        op.execute(
            "CREATE VIRTUAL TABLE item_search USING fts5(title, names, description, marks,"
            " tokenize='ascii', detail=column, columnsize=0, prefix='1 2 3')"
        )
    else:
        op.execute("CREATE TABLE item_search (seq bigint PRIMARY KEY, words tsvector NOT NULL)")
        op.execute("CREATE INDEX ix_item_search_words ON item_search USING gin (words)")


def _moderation() -> None:
    op.create_table(
        "report",
        sa.Column("seq", _WHOLE, nullable=False),
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", _WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["content_id"], ["item.content_id"], name=op.f("fk_report_content_id_item")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_report")),
        sa.UniqueConstraint("content_id", "account", name=op.f("uq_report_content_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_report_state_seq", "report", ["state", "seq"], unique=False)
    op.create_table(
        "creator_block",
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("creator", "account", name=op.f("pk_creator_block")),
        sqlite_strict=True,
    )
    op.create_table(
        "takedown",
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("seq", _WHOLE, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", _WHOLE, nullable=False),
        sa.Column("appeal", sa.Text(), nullable=True),
        sa.Column("appealed_at", _WHOLE, nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["content_id"], ["item.content_id"], name=op.f("fk_takedown_content_id_item")),
        sa.PrimaryKeyConstraint("content_id", name=op.f("pk_takedown")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_takedown_seq"), "takedown", ["seq"], unique=False)
    op.create_table(
        "decision",
        sa.Column("seq", _WHOLE, nullable=False),
        sa.Column("at", _WHOLE, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_decision")),
        sqlite_strict=True,
    )
    op.create_index("ix_decision_subject_seq", "decision", ["subject", "seq"], unique=False)
