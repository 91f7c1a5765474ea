"""What is known of a film: its facts, how far work on it has come, and what an ingest made of it.

Everything here crosses from the worker process as JSON and is checked on arrival: the worker reads strangers' files.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

from services.media.fields import Json, rows, text, whole
from services.media.tracks import (
    MAX_CHAPTERS,
    MAX_SOUNDS,
    MAX_TEXTS,
    Caption,
    Chapter,
    SoundTrack,
    TextTrack,
)
from services.units.address import Bytes32, bytes32
from services.units.cid import Cid

Stage = Literal["check", "cut", "seal", "store"]
STAGES: Final[tuple[Stage, ...]] = get_args(Stage)


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """What a file holds. Width and height are as shown: turned and stretched as the file asks for."""

    container: str
    duration_ms: int
    width: int
    height: int
    frames_per_1000_s: int
    video_codec: str
    audio_codec: str | None
    size_bytes: int
    sounds: tuple[SoundTrack, ...] = ()
    texts: tuple[TextTrack, ...] = ()
    chapters: tuple[Chapter, ...] = ()

    @property
    def has_audio(self) -> bool:
        """Whether there is sound; a film without is sold as any other."""
        return self.audio_codec is not None

    @property
    def fps_text(self) -> str:
        """Pictures a second as people write them, such as ``25`` or ``29.97``."""
        whole_part, part = divmod(self.frames_per_1000_s, 1000)
        return str(whole_part) if part == 0 else f"{whole_part}.{part // 10:02d}"

    def to_json(self) -> dict[str, object]:
        """Give the worker's message."""
        lists = ("sounds", "texts", "chapters")
        plain = {name: getattr(self, name) for name in self.__slots__ if name not in lists}
        return plain | {name: [row.to_json() for row in getattr(self, name)] for name in lists}

    @classmethod
    def from_json(cls, data: Json) -> MediaFacts:
        """Read the worker's message; raises ValueError."""
        audio = data.get("audio_codec")
        return cls(
            container=text(data, "container"),
            duration_ms=whole(data, "duration_ms"),
            width=whole(data, "width"),
            height=whole(data, "height"),
            frames_per_1000_s=whole(data, "frames_per_1000_s"),
            video_codec=text(data, "video_codec"),
            audio_codec=None if audio is None else text(data, "audio_codec"),
            size_bytes=whole(data, "size_bytes"),
            sounds=tuple(SoundTrack.from_json(row) for row in rows(data, "sounds", MAX_SOUNDS)),
            texts=tuple(TextTrack.from_json(row) for row in rows(data, "texts", MAX_TEXTS)),
            chapters=tuple(Chapter.from_json(row) for row in rows(data, "chapters", MAX_CHAPTERS)),
        )


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a stage has come, in milliseconds of film. Stages overlap: chunks are sealed while others are cut."""

    stage: Stage
    done: int
    total: int

    @classmethod
    def from_json(cls, data: Json) -> Progress:
        """Read the worker's message; raises ValueError."""
        stage = text(data, "stage")
        if stage not in STAGES:
            raise ValueError(f"no stage of an ingest: {stage[:40]!r}")
        return cls(stage, whole(data, "done"), whole(data, "total"))


@dataclass(frozen=True, slots=True)
class SealedChunk:
    """A chunk in the block store: its place in the film, and what proves its file and its key."""

    index: int
    start_ms: int
    end_ms: int
    cid: Cid
    sha256: Bytes32
    length: int
    key_commitment: Bytes32

    def to_json(self) -> dict[str, object]:
        """Give the line of the journal and of the worker's message."""
        return {name: getattr(self, name) for name in self.__slots__} | {"cid": str(self.cid)}

    @classmethod
    def from_json(cls, data: Json) -> SealedChunk:
        """Read a line; raises ValueError."""
        return cls(
            index=whole(data, "index"),
            start_ms=whole(data, "start_ms"),
            end_ms=whole(data, "end_ms"),
            cid=Cid.parse(text(data, "cid")),
            sha256=bytes32(text(data, "sha256")),
            length=whole(data, "length"),
            key_commitment=bytes32(text(data, "key_commitment")),
        )


@dataclass(frozen=True, slots=True)
class Ingested:
    """A whole film in the block store: init segment and poster in the clear, chunks sealed."""

    facts: MediaFacts
    init_cid: Cid
    poster_cid: Cid | None
    duration_ms: int
    width: int
    height: int
    codecs: str
    chunks: tuple[SealedChunk, ...]
    captions: tuple[Caption, ...] = ()

    def summary_json(self) -> dict[str, object]:
        """Give what whole_film() reads beside facts and chunks."""
        return {
            "init_cid": str(self.init_cid),
            "poster_cid": None if self.poster_cid is None else str(self.poster_cid),
            "duration_ms": self.duration_ms,
            "codecs": self.codecs,
            "captions": [caption.to_json() for caption in self.captions],
        }


def whole_film(facts: MediaFacts, summary: Json, chunks: tuple[SealedChunk, ...]) -> Ingested:
    """Put the worker's messages together; raises ValueError when they do not fit each other."""
    duration_ms = whole(summary, "duration_ms")
    marks = [0, *(chunk.end_ms for chunk in chunks)]
    joined = all(chunk.start_ms == mark < chunk.end_ms for chunk, mark in zip(chunks, marks, strict=False))
    if not chunks or not joined or marks[-1] != duration_ms or [c.index for c in chunks] != list(range(len(chunks))):
        raise ValueError("the chunks do not make up the film")
    poster = summary.get("poster_cid")
    return Ingested(
        facts=facts,
        init_cid=Cid.parse(text(summary, "init_cid")),
        poster_cid=None if poster is None else Cid.parse(text(summary, "poster_cid")),
        duration_ms=duration_ms,
        width=facts.width,
        height=facts.height,
        codecs=text(summary, "codecs"),
        chunks=chunks,
        captions=tuple(Caption.from_json(row) for row in rows(summary, "captions", MAX_TEXTS)),
    )
