"""A creator's latest sales are found without looking at all of them."""

from __future__ import annotations

from alembic import op

revision = "node_0008"
down_revision = "node_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index(op.f("ix_sale_creator"), "sale")
    op.create_index("ix_sale_creator_state_at", "sale", ["creator", "state", "at"], unique=False)
