"""Placeholder for the studio's drafts."""

from __future__ import annotations

revision = "desk_0009"
down_revision = "desk_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
