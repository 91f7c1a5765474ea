"""Tags as a person writes them in a line, and what is wrong with them."""

from __future__ import annotations

from studio.kit.words import tr

MAX_TAGS, MAX_TAG = 9, 30
"""The category is a tag, too: ten in all."""


def split(written: str) -> tuple[str, ...]:
    """Take the tags of a line, with commas between them."""
    return tuple(tag.strip() for tag in written.split(",") if tag.strip())


def mistake(tags: tuple[str, ...]) -> str:
    """Say what is wrong; empty for nothing."""
    if len(tags) > MAX_TAGS:
        return tr("At most {count} tags.", count=MAX_TAGS)
    long = next((tag for tag in tags if len(tag) > MAX_TAG), "")
    if long:
        return tr("“{tag}” is too long: {count} signs are the most.", tag=long, count=MAX_TAG)
    empty = next((tag for tag in tags if not any(sign.isalnum() for sign in tag)), "")
    return tr("“{tag}” has no letter in it.", tag=empty) if empty else ""
