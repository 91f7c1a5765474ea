"""Placeholder."""

from __future__ import annotations

revision = "node_0006"
down_revision = "node_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
