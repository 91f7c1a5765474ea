"""The check: reads every packet of a film once without decoding, and decides how it is cut and what is kept as it is.

Runs in the worker process only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from services.media import limits
from services.media.captions import CaptionText, CaptionWriter
from services.media.keyframes import Key, KeyList, choose_cuts, even_cuts
from services.media.packets import AnyPacket, packets, seconds
from services.media.playable import COPIED_AUDIO, COPIED_VIDEO
from services.media.probe import Source, codec_name, has_own_times, open_source, unreadable_as_problem
from services.wire.problems import ProblemError

# How much a header may promise that no packet holds: rounding and the encoder's padding, not an unfinished copy.
_MISSING_MS = 1_500
# The other containers' headers hold estimates.
_KEEP_THEIR_WORD = ("mov", "matroska")
# Sound that ends this much after the picture is padding and not charged.
_TAIL_MS = 500
# The muxer waits for the first packet of every track; one that comes later than this is filled up with silence.
_LATE_MS = 1_000
_REPORT_EVERY = 2_000


@dataclass(frozen=True, slots=True)
class CutPlan:
    """Where the chunks start, the film's length, and what has to be coded anew.

    starts: for a picture that is copied, the key frames to cut at, by their ordinals; for one that is coded, the
    moments to cut at. sounds: the streams that are kept, by index; recoded: those of them that are coded anew.
    """

    starts: tuple[Key, ...]
    duration_ms: int
    is_copied: bool = True
    sounds: tuple[int, ...] = ()
    recoded: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Survey:
    """What the check found."""

    plan: CutPlan
    captions: tuple[CaptionText, ...]


def survey(path: Path, on_progress: Callable[[int, int], None]) -> Survey:
    """Read the whole film and plan its cuts; calls on_progress(done_ms, total_ms).

    Raises ProblemError: as open_source, and media.unreadable for a film that ends early, media.too_short.
    """
    with open_source(path) as source, unreadable_as_problem(path):
        promised_ms = source.facts.duration_ms
        reading = _Reading(source)
        for count, packet in enumerate(packets(source, [*source.streams, *source.texts])):
            reading.take(packet)
            if count % _REPORT_EVERY == 0:
                on_progress(min(reading.duration_ms, promised_ms), promised_ms)
        duration_ms = reading.duration_ms
        _check_duration(reading, source, path)
        on_progress(duration_ms, duration_ms)
        return Survey(_plan(source, reading), reading.captions())


def _plan(source: Source, reading: _Reading) -> CutPlan:
    duration_ms = reading.duration_ms
    cuts = choose_cuts(reading.keys.keys, duration_ms) if _can_copy_picture(source, reading) else None
    heard = tuple(stream for stream in source.sounds if stream.index in reading.streams)
    late = {index for index, times in reading.streams.items() if times.first_ms > _LATE_MS}
    return CutPlan(
        starts=cuts or tuple(Key(-1, start_ms) for start_ms in even_cuts(duration_ms)),
        duration_ms=duration_ms,
        is_copied=cuts is not None,
        sounds=tuple(stream.index for stream in heard),
        recoded=frozenset(s.index for s in heard if codec_name(s) not in COPIED_AUDIO or s.index in late),
    )


def _can_copy_picture(source: Source, reading: _Reading) -> bool:
    return source.facts.video_codec in COPIED_VIDEO and reading.has_times and has_own_times(source)


def _check_duration(reading: _Reading, source: Source, path: Path) -> None:
    duration_ms, facts = reading.duration_ms, source.facts
    missing_ms = facts.duration_ms - max(duration_ms, reading.end_ms)
    if facts.container in _KEEP_THEIR_WORD and missing_ms > _MISSING_MS:
        raise ProblemError("media.unreadable", name=path.name, reason="ends_early")
    if duration_ms < limits.MIN_FILM_MS:
        raise ProblemError("media.too_short", duration_ms=duration_ms, limit_ms=limits.MIN_FILM_MS)
    if duration_ms > limits.MAX_FILM_MS:
        raise ProblemError("media.limits", limit="duration", value=duration_ms)


@dataclass(slots=True)
class _Times:
    """From where to where a stream reaches, in its own ticks: exact, and quick enough for every packet."""

    time_base: Fraction
    first: int
    end: int

    @property
    def first_ms(self) -> int:
        return max(round(self.first * self.time_base * 1000), 0)

    @property
    def end_ms(self) -> int:
        return max(round(self.end * self.time_base * 1000), 0)


@dataclass(slots=True)
class _Reading:
    """Collects key frames, ends and captions while packets pass; keeps nothing else, whatever the film's length."""

    source: Source
    keys: KeyList = field(default_factory=KeyList)
    streams: dict[int, _Times] = field(default_factory=dict)
    has_times: bool = True
    _ordinal: int = 0
    _writers: dict[int, CaptionWriter] = field(default_factory=dict)
    _picture: int = field(init=False)
    _texts: frozenset[int] = field(init=False)

    def __post_init__(self) -> None:
        # Looked up once: this sees every packet.
        self._picture = self.source.video.index
        self._texts = frozenset(stream.index for stream in self.source.texts)

    @property
    def duration_ms(self) -> int:
        """How far the film reaches; a little more sound than picture is not counted."""
        picture = self._end_of([self.source.video.index])
        sound = self._end_of([stream.index for stream in self.source.sounds])
        return sound if sound - picture > _TAIL_MS else picture

    @property
    def end_ms(self) -> int:
        """How far anything in it reaches, captions too."""
        return self._end_of(list(self.streams))

    def captions(self) -> tuple[CaptionText, ...]:
        """Give the captions that have any words."""
        return tuple(writer.text() for writer in self._writers.values() if writer.has_words)

    def take(self, packet: AnyPacket) -> None:
        """Count a packet."""
        index, moment = packet.stream_index, packet.pts
        if index == self._picture:
            self._take_picture(packet, moment)
        elif index in self._texts:
            self._writer(packet).take(packet)
        if moment is None:
            moment = packet.dts
        if moment is not None:
            self._stretch(packet, index, moment)

    def _take_picture(self, packet: AnyPacket, pts: int | None) -> None:
        if pts is None or packet.dts is None:
            self.has_times = False
        if pts is not None and (packet.is_keyframe or not self.keys.keys):
            self.keys.add(self._ordinal, _ms(packet, pts))
        self._ordinal += 1

    def _stretch(self, packet: AnyPacket, index: int, moment: int) -> None:
        end, times = moment + (packet.duration or 0), self.streams.get(index)
        if times is None:
            self.streams[index] = _Times(packet.time_base or Fraction(0), moment, end)
        elif end > times.end:
            times.end = end

    def _end_of(self, indexes: list[int]) -> int:
        return max((self.streams[index].end_ms for index in indexes if index in self.streams), default=0)

    def _writer(self, packet: AnyPacket) -> CaptionWriter:
        return self._writers.setdefault(packet.stream_index, CaptionWriter(packet.stream))


def _ms(packet: AnyPacket, ticks: int) -> int:
    return round(seconds(ticks, packet) * 1000)
