"""The day's tips are added up from an index, as what was bought is."""

from __future__ import annotations

from alembic import op

revision = "desk_0013"
down_revision = "desk_0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_given_tip_at", "given_tip", ["at", "money", "creator", "amount", "intent"])
