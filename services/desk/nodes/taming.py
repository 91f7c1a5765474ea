"""A card as a stranger's node wrote it, cut to what fits a card."""

from __future__ import annotations

from datetime import datetime

from services.wire.node import CardOut

_MAX_TITLE, _MAX_NAME, _MAX_TEXT, _MAX_TAGS, _MAX_TIERS = 120, 80, 2000, 10, 40


def tamed(card: CardOut, now: datetime) -> CardOut:
    """Give the card with texts of bounded length; one that comes from the future would always stand first."""
    return card.model_copy(
        update={
            "title": card.title[:_MAX_TITLE],
            "creator_name": card.creator_name[:_MAX_NAME],
            "description": card.description[:_MAX_TEXT],
            "tags": tuple(tag[:_MAX_NAME] for tag in card.tags[:_MAX_TAGS]),
            "tiers": card.tiers[:_MAX_TIERS],
            "published_at": min(card.published_at, now),
        }
    )
