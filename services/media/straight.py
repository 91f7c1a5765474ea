"""Copies an MP4 that is kept as it is by its own index: fragments are written here, and samples pass many at a time.

One by one through demuxer and muxer they take twice the processor's time. The muxer still writes the header, out of the
film's beginning, and what it and the demuxer make of that beginning has to agree with the index; whatever is unusual
in a film is left to them. Runs in the worker only.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from io import FileIO
from itertools import islice
from operator import attrgetter, eq
from typing import Final

from av.stream import Stream

from services.media.boxes import Box, Media
from services.media.extents import read_samples
from services.media.fragments import Run, fragment_header, media_head
from services.media.keyframes import Key
from services.media.packets import AnyPacket
from services.media.plain import Columns
from services.media.probe import Source, codec_name
from services.media.sample_tables import SampleTable, sample_table
from services.media.sample_track import SampleTrack
from services.media.survey import CutPlan
from services.wire.problems import ProblemError

See = Callable[[AnyPacket], AnyPacket]
Muxed = Callable[[See], Generator[Box | Media, None, None]]
"""The film through demuxer and muxer, which shows each packet first."""

_FRAGMENTS_A_SECOND: Final = 4
# Others need more than their bytes to be copied.
_PLAIN: Final = ("h264", "hevc", "aac")
# All tracks are in the first of so many boxes, or the film is not one for this.
_MOST_AT_FIRST: Final = 40
_EVERY: Final = 61
_COLUMNS = attrgetter("timestamp", "pos", "size", "is_keyframe")


def straight(source: Source, plan: CutPlan, marks: list[Key], file: FileIO, muxed: Muxed) -> _Straight | None:
    """Give who writes the film, or None for one that is not as simple as that: its packets are used up then.

    marks: as for a lane of the picture. file: the film's, not buffered.
    """
    kept: list[Stream] = [source.video, *(sound for sound in source.sounds if sound.index in plan.sounds)]
    if not plan.is_copied or plan.recoded or not all(_is_plain(stream) for stream in kept):
        return None
    try:
        beginning = _beginning_of(muxed, len(kept))
        tracks = [_track(stream, number, file, beginning) for number, stream in enumerate(kept, 1)]
    except (ValueError, LookupError):
        return None
    return _Straight(beginning.header, tracks, plan, marks)


def _is_plain(stream: Stream) -> bool:
    about = stream.codec_context.extradata
    is_bare = stream.type == "video" and about is not None and about[:1] != b"\x01"
    return codec_name(stream) in _PLAIN and bool(about) and not is_bare


@dataclass(frozen=True, slots=True)
class _Seen:
    """A packet as the demuxer gave it. shown: how long after the track's first one it is decoded, in ticks."""

    stream: int
    at: int
    delay: int
    duration: int
    data: bytes


@dataclass(frozen=True, slots=True)
class _Beginning:
    """What muxer and demuxer made of the first packets. begins and scales: by the muxer's number of the track."""

    header: list[Box]
    begins: dict[int, int]
    scales: dict[int, int]
    seen: list[_Seen]


def _beginning_of(muxed: Muxed, tracks: int) -> _Beginning:
    """Let the muxer write until each track has begun. Raises ValueError."""
    found = _Beginning([], {}, {}, [])

    def see(packet: AnyPacket) -> AnyPacket:
        if packet.dts is None or packet.pts is None:
            raise ValueError("a packet without its times")
        delay, duration = packet.pts - packet.dts, packet.duration or 0
        found.seen.append(_Seen(packet.stream_index, packet.dts, delay, duration, bytes(packet)))
        return packet

    with closing(muxed(see)) as boxes:
        for box in islice(boxes, _MOST_AT_FIRST):
            if not isinstance(box, Box):
                continue
            if box.kind == b"moof":
                found.begins.update(dict(_begins_of(box)) | found.begins)
            else:
                found.header.append(box)
            if len(found.begins) == tracks:
                break
    tracks_told = [box for box in found.header[-1].children() if box.kind == b"trak"]
    found.scales.update(enumerate(map(_scale_of, tracks_told), 1))
    return found


def _begins_of(moof: Box) -> Iterator[tuple[int, int]]:
    for part in moof.children():
        if part.kind == b"traf":
            yield (
                int.from_bytes(part.child(b"tfhd").body[4:8], "big"),
                int.from_bytes(part.child(b"tfdt").body[4:12], "big"),
            )


def _scale_of(track: Box) -> int:
    return int.from_bytes(track.child(b"mdia").child(b"mdhd").body[12:16], "big")


def _track(stream: Stream, number: int, file: FileIO, beginning: _Beginning) -> SampleTrack:
    """Open a track whose index agrees with its first packets. Raises ValueError, LookupError."""
    table = sample_table(file, stream.id)
    seen = [packet for packet in beginning.seen if packet.stream == stream.index]
    scale = beginning.scales[number]
    if table is None or stream.time_base != Fraction(1, scale):
        raise ValueError("a track of another kind")
    if not _is_as_read(table, stream):
        raise ValueError("an index that is read in another way")
    later, is_picture = seen[0].delay - next(table.delays(), 0), stream.type == "video"
    first, begins = stream.index_entries[0].timestamp, beginning.begins[number]
    opened = partial(SampleTrack, number, table, is_picture=is_picture, scale=scale)
    begin = partial(opened, first=first, begins=begins, later=later)
    track = begin()
    if not _is_same(track.until(track.next_at + seen[-1].at - seen[0].at + 1), seen, file):
        raise ValueError("an index that does not agree with the packets")
    return begin()


def _is_as_read(table: SampleTable, stream: Stream) -> bool:
    """Say whether the demuxer, which knows of edits and of older recorders' ways, reads an index as we do.

    Whatever it does otherwise lasts, so some of the samples tell; but key frames are few, and each counts.
    """
    read, first = stream.index_entries, stream.index_entries[0].timestamp
    if table.count != len(read):
        return False
    if table.keys_at is not None and not all(map(eq, table.keys(), map(attrgetter("is_keyframe"), read))):
        return False
    some = islice(table.samples(first), 0, None, _EVERY)
    return all(sample == _COLUMNS(read[at]) for at, sample in zip(range(0, table.count, _EVERY), some, strict=True))


def _is_same(run: Run | None, seen: list[_Seen], file: FileIO) -> bool:
    if run is None:
        return False
    told = [(packet.duration, packet.delay, len(packet.data)) for packet in seen]
    places = list(zip(run.places, run.sizes, strict=True))
    is_told = list(zip(run.durations, run.delays, run.sizes, strict=True)) == told
    return is_told and read_samples(file, places) == b"".join(packet.data for packet in seen)


@dataclass(frozen=True, slots=True)
class Fragment:
    """A fragment's header, and where in the film's file its samples lie. pictures: how many of them are pictures."""

    pictures: int
    header: bytes
    samples: list[Columns]


@dataclass(frozen=True, slots=True)
class _Straight:
    """The writing of a film, the picture's track first."""

    header: list[Box]
    tracks: list[SampleTrack]
    plan: CutPlan
    marks: list[Key]

    def boxes(self, name: str) -> Iterator[Box | Fragment]:
        """Give header and fragments. Raises ProblemError: media.unreadable (of a file with this name)."""
        yield from self.header
        try:
            for number, runs in enumerate(self._fragments(), 1):
                header = fragment_header(number, runs).data + media_head(sum(sum(run.sizes) for run in runs))
                pictures = sum(len(run.sizes) for run in runs if run.is_picture)
                yield Fragment(pictures, header, [(run.places, run.sizes) for run in runs])
        except ValueError as exc:
            raise ProblemError("media.unreadable", name=name, reason="changed") from exc

    def _fragments(self) -> Iterator[list[Run]]:
        """Group the samples of all tracks by the picture's fragments; what sounds on after it, by their length."""
        picture, *sounds = self.tracks
        ordinal, starts = 0, iter(self.plan.starts)
        start = next(starts, None)
        while not picture.is_over:
            if start is not None and ordinal == start.ordinal:
                self.marks.append(start)
                start = next(starts, None)
            shown = picture.pictures(-(-picture.scale // _FRAGMENTS_A_SECOND))
            ordinal += len(shown.sizes)
            yield [shown, *_runs(sounds, picture.next_at, picture.scale)]
        while coming := [sound for sound in sounds if not sound.is_over]:
            first = min(coming, key=lambda sound: Fraction(sound.next_at, sound.scale))
            yield _runs(coming, first.next_at + -(-first.scale // _FRAGMENTS_A_SECOND), first.scale)


def _runs(sounds: list[SampleTrack], end: int, scale: int) -> list[Run]:
    """Take what sounds before a moment, in ticks of which ``scale`` make a second."""
    found = (sound.until(-(-end * sound.scale // scale)) for sound in sounds)
    return [run for run in found if run is not None]
