"""What can be chosen beside the picture: captions, sound tracks, chapters."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from player.core.captions import Captions
from player.core.chapters import Chapter, chapter_at

if TYPE_CHECKING:
    from player.core.fragments import Sound
    from services.wire.catalogue import CaptionOut

FROM_FILE = -1
"""Stands for captions from a file of the person's own."""


@dataclass(frozen=True, slots=True)
class Tracks:
    """captions, sounds, chapters: what the film has. chosen: the place of the captions that are shown, FROM_FILE for
    those of ``file_name``, None for none; ``words`` are theirs, empty until they are here.
    """

    captions: tuple[CaptionOut, ...] = ()
    sounds: tuple[Sound, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    chosen: int | None = None
    file_name: str = ""
    words: Captions = field(default_factory=Captions)
    sound: int = 0

    def said_at(self, position_ms: int) -> str:
        """Give the words to show, empty for none."""
        return "" if self.chosen is None else self.words.at(position_ms)

    def chapter_at(self, position_ms: int) -> str:
        """Name the chapter, empty without one."""
        found = chapter_at(self.chapters, position_ms)
        return "" if found is None else found.title
