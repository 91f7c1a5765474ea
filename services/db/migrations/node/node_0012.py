"""Figures for creators.

Revision ID: node_0012
Revises: node_0011
"""

revision = "node_0012"
down_revision = "node_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Placeholder: filled by the area that owns it."""
