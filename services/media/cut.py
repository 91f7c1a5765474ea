"""Cuts a film into one public init segment and chunks of fragmented MP4.

What the plan copies is not touched by a byte; the rest is coded anew on the way. One muxer writes the whole film in
fragments of 250 ms; its boxes are grouped into chunks at the planned key frames, so that init + any run of chunks is a
film that plays, and init + all chunks is the source. Runs in the worker only.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import partial
from io import FileIO
from pathlib import Path

import av
from av.container import OutputContainer

from services.media import limits
from services.media.allowance import allow_coding
from services.media.boxes import Box, BoxSink, Media, sample_count, with_duration
from services.media.codecs import codecs_of
from services.media.encoders import choose_encoder
from services.media.keyframes import Key
from services.media.lanes import Lane, PictureCoding, PictureCopy, SoundCopy, even_size
from services.media.packets import AnyPacket, packets, seconds
from services.media.plain import InMemory, OutOfFilm, Plain
from services.media.probe import Source, open_file, open_source, rotation, unreadable_as_problem
from services.media.sound import SoundCoding
from services.media.straight import Fragment, See, straight
from services.media.survey import CutPlan
from services.wire.problems import ProblemError

_MUXER_OPTIONS = {
    "movflags": "frag_keyframe+empty_moov+default_base_moof+delay_moov",
    "frag_duration": "250000",
    # No name of the muxer's version in the file: the same film gives the same bytes and CIDs.
    "fflags": "+bitexact",
}
_VIDEO_TRACK = 1
# A fragment is handed over in few pieces.
_MUXER_BUFFER = 512 * 1024
_FIRST_ROOM_BYTES = 1024 * 1024
# Chunks that may be with the receiver.
_MOST_GIVEN = 4
_USED_AGAIN_BYTES = 32 * 1024 * 1024
_MOST_SPARE_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class InitSegment:
    """What a player needs before any chunk: track descriptions and the whole length, no media."""

    data: bytes
    codecs: str


@dataclass(frozen=True, slots=True)
class PlainChunk:
    """A chunk in the clear; never written to disk. The receiver releases ``plain``, and its memory is used again."""

    index: int
    start_ms: int
    end_ms: int
    plain: Plain


def cut(path: Path, plan: CutPlan, *, samples: FileIO | None = None) -> Iterator[InitSegment | PlainChunk]:
    """Give the init segment, then every chunk in order; one chunk is in memory at a time.

    samples: the film's file, not buffered, where its index was found to be good: chunks may be read from it then, until
    the last of them was released.

    Raises ProblemError: as open_source, media.limits for a chunk too large, and media.codec where the film has to be
    coded anew and nothing here can.
    """
    marks: list[Key] = []
    grouping = _Grouping(plan, marks, path.name, samples)
    for box in _boxes(path, plan, marks, by_index=samples is not None):
        yield from grouping.take(box)
    yield from grouping.finish()


def _boxes(path: Path, plan: CutPlan, marks: list[Key], *, by_index: bool) -> Iterator[Box | Media | Fragment]:
    if by_index:
        with open_file(path) as file:
            with open_source(path) as source, unreadable_as_problem(path):
                film = straight(source, plan, marks, file, partial(_muxed, source, plan, [], path))
            # The demuxer's index, which grows with the film, is out of memory from here on.
            if film is not None:
                yield from film.boxes(path.name)
                return
    with open_source(path) as source, unreadable_as_problem(path):
        yield from _muxed(source, plan, marks, path, _unseen)


def _unseen(packet: AnyPacket) -> AnyPacket:
    return packet


def _muxed(source: Source, plan: CutPlan, marks: list[Key], path: Path, see: See) -> Generator[Box | Media, None, None]:
    sink = BoxSink()
    output = av.open(sink, "w", format="mp4", options=_MUXER_OPTIONS, buffer_size=_MUXER_BUFFER)
    lanes = _lanes(output, source, plan, marks, path)
    late = [lane for lane in lanes.values() if isinstance(lane, SoundCoding)]
    picture = source.video.index
    kept = [stream for stream in source.streams if stream.index in lanes]
    for packet in packets(source, kept) if see is _unseen else map(see, packets(source, kept)):
        if late and packet.stream_index == picture and packet.dts is not None:
            output.mux([silence for lane in late for silence in lane.fill(seconds(packet.dts, packet))])
        for coded in lanes[packet.stream_index].take(packet):
            output.mux_one(coded)
        if sink.has_news:
            yield from sink.take()
    for lane in lanes.values():
        output.mux(list(lane.flush()))
        yield from sink.take()
    output.close()
    yield from sink.take()


def _lanes(output: OutputContainer, source: Source, plan: CutPlan, marks: list[Key], path: Path) -> dict[int, Lane]:
    """Make a track for each stream that is kept, the picture first."""
    lanes: dict[int, Lane] = {source.video.index: _picture(output, source, plan, marks, path)}
    for stream in source.sounds:
        if stream.index in plan.sounds:
            is_coded = stream.index in plan.recoded
            lanes[stream.index] = SoundCoding(output, stream) if is_coded else SoundCopy(output, stream)
    return lanes


def _picture(output: OutputContainer, source: Source, plan: CutPlan, marks: list[Key], path: Path) -> Lane:
    if plan.is_copied:
        return PictureCopy(output, source, plan, marks)
    allow_coding(source.facts.size_bytes, plan.duration_ms)
    try:
        encoder = choose_encoder(*even_size(source.video))
    except LookupError as exc:
        raise ProblemError("media.codec", kind="video", codec=source.facts.video_codec) from exc
    return PictureCoding(output, source, plan, marks, encoder, rotation(path))


class _Grouping:
    """Turns boxes and fragments into the init segment and chunks."""

    def __init__(self, plan: CutPlan, marks: list[Key], name: str, samples: FileIO | None = None) -> None:
        self._plan, self._marks, self._name, self._samples = plan, marks, name, samples
        self._index = 0
        self._pictures = 0
        self._file_type = b""
        self._rooms = _Rooms()
        self._recipe: OutOfFilm | None = None

    def take(self, box: Box | Media | Fragment) -> Iterator[InitSegment | PlainChunk]:
        match box:
            case Fragment(pictures, begin, runs) if self._samples is not None:
                yield from self._begin_fragment(pictures)
                self._recipe = self._recipe or OutOfFilm(self._samples, self._name)
                self._recipe.add(begin, runs)
                _check_length(self._recipe.length)
            case Media(length, write):
                with self._rooms.more(length) as room:
                    write(room)
            case Box(b"moof"):
                yield from self._begin_fragment(sample_count(box, _VIDEO_TRACK))
                with self._rooms.more(len(box.data)) as room:
                    room[:] = box.data
            case Box(b"ftyp"):
                self._file_type = box.data
            case Box(b"moov"):
                header = with_duration(box, self._plan.duration_ms)
                yield InitSegment(self._file_type + header.data, self._codecs(header))

    def finish(self) -> Iterator[PlainChunk]:
        expected = len(self._plan.starts) if self._plan.is_copied else len(self._marks)
        if self._index + 1 != expected or not (self._recipe or self._rooms.length):
            raise ProblemError("media.unreadable", name=self._name, reason="changed")
        yield self._chunk()

    def _codecs(self, header: Box) -> str:
        try:
            return codecs_of(header)
        except (ValueError, IndexError) as exc:
            raise ProblemError("media.unreadable", name=self._name, reason="codecs") from exc

    def _begin_fragment(self, pictures: int) -> Iterator[PlainChunk]:
        """Give the chunk before a fragment that begins another one."""
        following = self._index + 1
        if pictures and following < len(self._marks) and self._pictures >= self._marks[following].ordinal:
            if self._pictures != self._marks[following].ordinal:
                raise ProblemError("media.unreadable", name=self._name, reason="changed")
            yield self._chunk()
            self._index = following
        self._pictures += pictures

    def _chunk(self) -> PlainChunk:
        following = self._index + 1
        end_ms = self._marks[following].at_ms if following < len(self._marks) else self._plan.duration_ms
        plain, self._recipe = self._recipe or InMemory(self._rooms.take()), None
        return PlainChunk(self._index, self._marks[self._index].at_ms, end_ms, plain)


def _check_length(length: int) -> None:
    if length > limits.MAX_CHUNK_BYTES:
        raise ProblemError("media.limits", limit="chunk_bytes", value=limits.MAX_CHUNK_BYTES)


class _Rooms:
    """Memory that chunks grow in, one after the other; a released chunk's is used again."""

    def __init__(self) -> None:
        self._given: deque[bytearray] = deque(maxlen=_MOST_GIVEN)
        self._growing: bytearray | None = None
        self._last_length = _FIRST_ROOM_BYTES
        self.length = 0

    def more(self, length: int) -> memoryview:
        """Give the next so many bytes of the chunk's memory."""
        if self._growing is None:
            self._growing = self._room()
        begin, end = self.length, self.length + length
        _check_length(end)
        if end > len(self._growing):
            room = min(end + min(end // 4, _MOST_SPARE_BYTES), limits.MAX_CHUNK_BYTES)
            self._growing += bytes(room - len(self._growing))
        self.length = end
        return memoryview(self._growing)[begin:end]

    def take(self) -> memoryview:
        """Give the chunk; another one begins."""
        grown, length = self._growing or bytearray(), self.length
        if len(grown) <= _USED_AGAIN_BYTES:
            self._given.append(grown)
        self._growing, self._last_length, self.length = None, length, 0
        return memoryview(grown)[:length]

    def _room(self) -> bytearray:
        """Give memory for the next chunk, which is about as long: what nobody looks at any more, or other memory."""
        for _ in range(len(self._given)):
            room = self._given.popleft()
            try:
                # Memory that somebody looks at cannot change its length.
                room.pop()
            except BufferError:
                self._given.append(room)
            else:
                return room
        return bytearray(min(self._last_length * 9 // 8, limits.MAX_CHUNK_BYTES))
