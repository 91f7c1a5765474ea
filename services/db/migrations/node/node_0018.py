"""Placeholder for versions of a film."""

from __future__ import annotations

revision = "node_0018"
down_revision = "node_0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
