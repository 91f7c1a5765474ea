"""Cuts a film into one public init segment and chunks of fragmented MP4, without touching a coded byte.

One muxer writes the whole film in fragments of 250 ms; its boxes are grouped into chunks at the planned key frames, so
that init + any run of chunks is a film that plays, and init + all chunks is the source. Runs in the worker only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av

from services.media import limits
from services.media.boxes import Box, BoxSink, sample_count, with_duration
from services.media.codecs import codecs_of
from services.media.keyframes import CutPlan
from services.media.packets import packets
from services.media.probe import Source, open_source, unreadable_as_problem
from services.wire.problems import ProblemError

_MUXER_OPTIONS = {
    "movflags": "frag_keyframe+empty_moov+default_base_moof+delay_moov",
    "frag_duration": "250000",
    # No name of the muxer's version in the file: the same film gives the same bytes and CIDs.
    "fflags": "+bitexact",
}
_VIDEO_TRACK = 1


@dataclass(frozen=True, slots=True)
class InitSegment:
    """What a player needs before any chunk: track descriptions and the whole length, no media."""

    data: bytes
    codecs: str


@dataclass(frozen=True, slots=True)
class PlainChunk:
    """A chunk in the clear; never written to disk. The buffer is the receiver's."""

    index: int
    start_ms: int
    end_ms: int
    data: bytearray


def cut(path: Path, plan: CutPlan) -> Iterator[InitSegment | PlainChunk]:
    """Give the init segment, then every chunk in order; one chunk is in memory at a time.

    Raises ProblemError: as open_source, and media.limits for a chunk too large.
    """
    with open_source(path) as source, unreadable_as_problem(path):
        grouping = _Grouping(plan, path.name)
        for box in _muxed(source):
            yield from grouping.take(box)
        yield from grouping.finish()


def _muxed(source: Source) -> Iterator[Box]:
    sink = BoxSink()
    output = av.open(sink, "w", format="mp4", options=_MUXER_OPTIONS)
    targets = {stream.index: output.add_stream_from_template(stream) for stream in source.streams}
    for packet in packets(source):
        packet.stream = targets[packet.stream.index]
        output.mux_one(packet)
        yield from sink.take()
    output.close()
    yield from sink.take()


class _Grouping:
    """Turns the muxer's boxes into the init segment and chunks."""

    def __init__(self, plan: CutPlan, name: str) -> None:
        self._name = name
        self._plan = plan
        self._index = 0
        self._samples = 0
        self._file_type = b""
        self._growing = bytearray()

    def take(self, box: Box) -> Iterator[InitSegment | PlainChunk]:
        match box.kind:
            case b"ftyp":
                self._file_type = box.data
            case b"moov":
                header = with_duration(box, self._plan.duration_ms)
                yield InitSegment(self._file_type + header.data, self._codecs(header))
            case b"moof":
                yield from self._take_fragment(box)
            case b"mdat":
                self._grow(box)

    def finish(self) -> Iterator[PlainChunk]:
        if self._index + 1 != len(self._plan.starts) or not self._growing:
            raise ProblemError("media.unreadable", name=self._name, reason="changed")
        yield self._chunk()

    def _codecs(self, header: Box) -> str:
        try:
            return codecs_of(header)
        except (ValueError, IndexError) as exc:
            raise ProblemError("media.unreadable", name=self._name, reason="codecs") from exc

    def _take_fragment(self, moof: Box) -> Iterator[PlainChunk]:
        samples = sample_count(moof, _VIDEO_TRACK)
        following = self._index + 1
        if samples and following < len(self._plan.starts) and self._samples >= self._plan.starts[following].ordinal:
            if self._samples != self._plan.starts[following].ordinal:
                raise ProblemError("media.unreadable", name=self._name, reason="changed")
            yield self._chunk()
            self._index, self._growing = following, bytearray()
        self._samples += samples
        self._grow(moof)

    def _grow(self, box: Box) -> None:
        if len(self._growing) + len(box.data) > limits.MAX_CHUNK_BYTES:
            raise ProblemError("media.limits", limit="chunk_bytes", value=limits.MAX_CHUNK_BYTES)
        self._growing += box.data

    def _chunk(self) -> PlainChunk:
        start_ms, end_ms = self._plan.span(self._index)
        return PlainChunk(self._index, start_ms, end_ms, self._growing)
