"""Sales and entitlements.

Revision ID: node_0010
Revises: node_0009
"""

revision = "node_0010"
down_revision = "node_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Placeholder: filled by the area that owns it."""
