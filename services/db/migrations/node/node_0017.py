"""Placeholder for viewers' wishes."""

from __future__ import annotations

revision = "node_0017"
down_revision = "node_0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
