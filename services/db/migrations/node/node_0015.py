"""Placeholder for passes and sharing."""

from __future__ import annotations

revision = "node_0015"
down_revision = "node_0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
