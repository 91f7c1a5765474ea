"""Placeholder."""

from __future__ import annotations

revision = "node_0007"
down_revision = "node_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
