"""What is asked before each signature stands in indexes."""

from __future__ import annotations

from alembic import op

revision = "desk_0012"
down_revision = "desk_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_purchase_at", "purchase")
    op.create_index("ix_purchase_at", "purchase", ["at", "money", "creator", "amount", "intent"])
    op.create_index("ix_purchase_content_id_state", "purchase", ["content_id", "state"])
