"""Placeholder for the viewer's library and tips."""

from __future__ import annotations

revision = "desk_0010"
down_revision = "desk_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
