"""Placeholder."""

from __future__ import annotations

revision = "node_0005"
down_revision = "node_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
