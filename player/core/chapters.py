"""Where a film's chapters lie, and which one a position is in."""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

# Pressed soon after a chapter began, "previous" means the one before it.
_BACK_MS = 3_000


class Chapter(NamedTuple):
    """A chapter begins, and what it is called."""

    start_ms: int
    title: str


def chapter_at(chapters: tuple[Chapter, ...], position_ms: int) -> Chapter | None:
    """Give the chapter that holds a position, None before the first."""
    at = bisect_right(chapters, position_ms, key=lambda chapter: chapter.start_ms)
    return chapters[at - 1] if at else None


def next_start(chapters: tuple[Chapter, ...], position_ms: int) -> int | None:
    """Give where the next chapter begins, None in the last."""
    return next((chapter.start_ms for chapter in chapters if chapter.start_ms > position_ms), None)


def previous_start(chapters: tuple[Chapter, ...], position_ms: int) -> int | None:
    """Give where this chapter began, or the one before it right after that; None without any before."""
    before = [chapter.start_ms for chapter in chapters if chapter.start_ms + _BACK_MS <= position_ms]
    if before:
        return before[-1]
    return chapters[0].start_ms if chapters and chapters[0].start_ms < position_ms else None
