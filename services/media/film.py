"""What is known of a film: its facts, how far work on it has come, and what an ingest made of it.

Everything here crosses from the worker process as JSON and is checked on arrival: the worker reads strangers' files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from services.units.address import Bytes32, bytes32
from services.units.cid import Cid

Stage = Literal["check", "cut", "seal", "store"]
STAGES: Final[tuple[Stage, ...]] = get_args(Stage)

Json = Mapping[str, object]


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

    @property
    def has_audio(self) -> bool:
        """Whether there is sound; a film without is sold as any other."""
        return self.audio_codec is not None

    def to_json(self) -> dict[str, object]:
        """Give the worker's message."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_json(cls, data: Json) -> MediaFacts:
        """Read the worker's message; raises ValueError."""
        audio = data.get("audio_codec")
        return cls(
            container=_text(data, "container"),
            duration_ms=_whole(data, "duration_ms"),
            width=_whole(data, "width"),
            height=_whole(data, "height"),
            frames_per_1000_s=_whole(data, "frames_per_1000_s"),
            video_codec=_text(data, "video_codec"),
            audio_codec=None if audio is None else _text(data, "audio_codec"),
            size_bytes=_whole(data, "size_bytes"),
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
        stage = _text(data, "stage")
        if stage not in STAGES:
            raise ValueError(f"no stage of an ingest: {stage[:40]!r}")
        return cls(stage, _whole(data, "done"), _whole(data, "total"))


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
            index=_whole(data, "index"),
            start_ms=_whole(data, "start_ms"),
            end_ms=_whole(data, "end_ms"),
            cid=Cid.parse(_text(data, "cid")),
            sha256=bytes32(_text(data, "sha256")),
            length=_whole(data, "length"),
            key_commitment=bytes32(_text(data, "key_commitment")),
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


def whole_film(facts: MediaFacts, summary: Json, chunks: tuple[SealedChunk, ...]) -> Ingested:
    """Put the worker's messages together; raises ValueError when they do not fit each other."""
    duration_ms = _whole(summary, "duration_ms")
    marks = [0, *(chunk.end_ms for chunk in chunks)]
    joined = all(chunk.start_ms == mark < chunk.end_ms for chunk, mark in zip(chunks, marks, strict=False))
    if not chunks or not joined or marks[-1] != duration_ms or [c.index for c in chunks] != list(range(len(chunks))):
        raise ValueError("the chunks do not make up the film")
    poster = summary.get("poster_cid")
    return Ingested(
        facts=facts,
        init_cid=Cid.parse(_text(summary, "init_cid")),
        poster_cid=None if poster is None else Cid.parse(_text(summary, "poster_cid")),
        duration_ms=duration_ms,
        width=facts.width,
        height=facts.height,
        codecs=_text(summary, "codecs"),
        chunks=chunks,
    )


def _whole(data: Json, name: str) -> int:
    value = data.get(name)
    if type(value) is not int or not 0 <= value < 2**53:
        raise ValueError(f"{name} is not a whole number")
    return value


def _text(data: Json, name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str) or len(value) > 200:
        raise ValueError(f"{name} is not a short text")
    return value
