"""Moderation: reports, blocked accounts, takedowns with appeal, and the trail of all decisions."""
