"""Placeholder for the studio's wishes."""

from __future__ import annotations

revision = "node_0016"
down_revision = "node_0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
