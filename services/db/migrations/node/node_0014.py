"""What creators bring to be verified."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "node_0014"
down_revision = "node_0013"
branch_labels = None
depends_on = None

# Bytes, moments in microseconds.
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "kyc_document",
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("size", _WHOLE, nullable=False),
        sa.Column("at", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("creator", "kind", name=op.f("pk_kyc_document")),
        sqlite_strict=True,
    )
