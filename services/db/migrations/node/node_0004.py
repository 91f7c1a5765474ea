"""Placeholder."""

from __future__ import annotations

revision = "node_0004"
down_revision = "node_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
