"""Profiles, follows, tips.

Revision ID: node_0013
Revises: node_0012
"""

revision = "node_0013"
down_revision = "node_0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Placeholder: filled by the area that owns it."""
