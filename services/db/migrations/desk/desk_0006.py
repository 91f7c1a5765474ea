"""Uploads and stores.

Revision ID: desk_0006
Revises: desk_0005
"""

revision = "desk_0006"
down_revision = "desk_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Placeholder: filled by the area that owns it."""
