"""Uploads keep what a person chose beside the film; storages their secrets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "desk_0008"
down_revision = "desk_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("upload", sa.Column("beside", sa.Text(), nullable=True))
    op.create_table(
        "storage_secret",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("address"),
        sqlite_strict=True,
    )
