"""The node's rest.

Revision ID: node_0011
Revises: node_0010
"""

revision = "node_0011"
down_revision = "node_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Placeholder: filled by the area that owns it."""
