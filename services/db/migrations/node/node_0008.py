"""Placeholder."""

from __future__ import annotations

revision = "node_0008"
down_revision = "node_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
