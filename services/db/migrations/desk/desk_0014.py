"""Nobody asks for purchases by their state alone: an index less to write before each voucher leaves."""

from __future__ import annotations

from alembic import op

revision = "desk_0014"
down_revision = "desk_0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_purchase_state", "purchase")
