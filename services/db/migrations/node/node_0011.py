"""Linked content is reported and taken down as films are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "node_0011"
down_revision = "node_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("linked_item", sa.Column("takedown", sa.Text(), nullable=True))
    # What they are about is a film or linked content, so they point into no single table.
    for table in ("report", "takedown"):
        with op.batch_alter_table(table, table_kwargs={"sqlite_strict": True}) as changed:
            changed.drop_constraint(op.f(f"fk_{table}_content_id_item"), type_="foreignkey")
