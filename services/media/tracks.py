"""What a film holds beside its picture: sound tracks, captions and chapters. Pure data, checked on arrival."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

from services.media.fields import Json, text, whole
from services.units.cid import Cid

MAX_SOUNDS: Final = 16
MAX_TEXTS: Final = 32
MAX_CHAPTERS: Final = 200
MAX_NAME: Final = 80
"""Characters of a chapter's or a track's name."""
_LANGUAGE_LETTERS: Final = (2, 3)


@dataclass(frozen=True, slots=True)
class SoundTrack:
    """A sound track of the source: its codec, its language ("" when it has none) and its channels."""

    codec: str
    language: str
    channels: int

    def to_json(self) -> dict[str, object]:
        """Give the worker's message."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_json(cls, data: Json) -> SoundTrack:
        """Read the worker's message; raises ValueError."""
        return cls(text(data, "codec"), text(data, "language"), whole(data, "channels"))


@dataclass(frozen=True, slots=True)
class TextTrack:
    """A subtitle track of the source; one that is made of pictures is not kept."""

    codec: str
    language: str
    is_kept: bool

    def to_json(self) -> dict[str, object]:
        """Give the worker's message."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_json(cls, data: Json) -> TextTrack:
        """Read the worker's message; raises ValueError."""
        return cls(text(data, "codec"), text(data, "language"), data.get("is_kept") is True)


@dataclass(frozen=True, slots=True)
class Chapter:
    """Where a chapter begins, in milliseconds of film, and what it is called."""

    start_ms: int
    title: str

    def to_json(self) -> dict[str, object]:
        """Give the worker's message."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_json(cls, data: Json) -> Chapter:
        """Read the worker's message; raises ValueError."""
        return cls(whole(data, "start_ms"), text(data, "title"))


@dataclass(frozen=True, slots=True)
class Caption:
    """Captions as a WebVTT file in the block store, in the clear as the poster is."""

    language: str
    name: str
    cid: Cid

    def to_json(self) -> dict[str, object]:
        """Give the worker's message."""
        return {"language": self.language, "name": self.name, "cid": str(self.cid)}

    @classmethod
    def from_json(cls, data: Json) -> Caption:
        """Read the worker's message; raises ValueError."""
        return cls(text(data, "language"), text(data, "name"), Cid.parse(text(data, "cid")))


def plain_name(stranger: str) -> str:
    """Make a name out of what a file says: one line, bounded, nothing that steers a terminal or a line's direction."""
    shown = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in stranger)
    return " ".join(shown.split())[:MAX_NAME]


def plain_language(stranger: str | None) -> str:
    """Give a language's code of two or three letters, or "" for anything else and for "und"."""
    code = (stranger or "").lower()
    is_code = len(code) in _LANGUAGE_LETTERS and code.isascii() and code.isalpha()
    return code if is_code and code != "und" else ""
