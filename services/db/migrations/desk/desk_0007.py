"""Drafts and the creator's own settings.

Revision ID: desk_0007
Revises: desk_0006
"""

revision = "desk_0007"
down_revision = "desk_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Placeholder: filled by the area that owns it."""
