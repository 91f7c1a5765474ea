"""Tags: short names that an owner gives an item."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from services.wire.problems import ProblemError

MAX_TAGS = 10
MAX_TAG = 30


def normalised(tags: Iterable[str]) -> tuple[str, ...]:
    """Write tags as they are kept: small letters and digits, words joined by hyphens, each once, in their order.

    Raises ProblemError: content.tags.
    """
    kept = dict.fromkeys(_normalised(tag) for tag in tags)
    if len(kept) > MAX_TAGS or not all(0 < len(tag) <= MAX_TAG for tag in kept):
        raise ProblemError("content.tags", limit=MAX_TAGS, length=MAX_TAG)
    return tuple(kept)


def _normalised(tag: str) -> str:
    small = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", tag).casefold())
    signs = (sign if unicodedata.category(sign)[0] in "LNM" else " " for sign in small)
    return "-".join("".join(signs).split())
