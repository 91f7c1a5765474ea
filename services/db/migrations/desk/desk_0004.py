"""Placeholder."""

from __future__ import annotations

revision = "desk_0004"
down_revision = "desk_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
