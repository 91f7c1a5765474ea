"""Placeholder for settings and notifications."""

from __future__ import annotations

revision = "desk_0011"
down_revision = "desk_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
