"""The viewer's library.

Revision ID: desk_0008
Revises: desk_0007
"""

revision = "desk_0008"
down_revision = "desk_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Placeholder: filled by the area that owns it."""
