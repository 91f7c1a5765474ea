"""What the index of words holds of an item, and what can be looked for in it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Rank(IntEnum):
    """How well an entry fits, by where all the words were found; each rank leaves out the better ones.

    How often they occur plays no part: then the rank of an item never changes because of others, and a cursor holds.
    """

    ANYWHERE = 0
    """Each begins a word of title, names or description."""
    NAMES = 1
    """Each begins a word of the title, the creator's name or a tag."""
    TITLE = 2
    """Each begins a word of the title."""
    WHOLE_TITLE = 3
    """Each is a word of the title."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An item's words, folded and parted by spaces; ``marks`` are what filters ask for and no person types."""

    title: str
    names: str
    description: str
    marks: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Folded words of which each must occur, and marks that the entry must have."""

    words: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()

    @property
    def ranks(self) -> tuple[Rank, ...]:
        """The ranks to go through, best first; without words all that is found is alike."""
        return tuple(sorted(Rank, reverse=True)) if self.words else (Rank.ANYWHERE,)


def creator_mark(creator: str) -> str:
    """Mark a creator's items; an address in small letters."""
    return f"c{creator[2:]}"


def tag_mark(tag: str) -> str:
    """Mark items with a normalised tag."""
    return f"t{tag.encode().hex()}"


def access_mark(visibility: str) -> str:
    """Mark items by who may have them."""
    return f"v{visibility}"


FREE = "free"
"""The mark of items that cost nothing."""
