"""Placeholder."""

from __future__ import annotations

revision = "desk_0005"
down_revision = "desk_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
