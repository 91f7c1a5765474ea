"""Placeholder for uploads and stores."""

from __future__ import annotations

revision = "desk_0008"
down_revision = "desk_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
