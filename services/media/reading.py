"""What passing packets tell of a film: key frames, how far each stream reaches, captions. Runs in the worker only."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from services.media.captions import CaptionText, CaptionWriter
from services.media.keyframes import KeyList
from services.media.packets import AnyPacket, seconds
from services.media.probe import Source

# Sound that ends this much after the picture is padding and not charged.
_TAIL_MS = 500


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
class Reading:
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
        index = packet.stream_index
        if index == self._picture:
            self._take_picture(packet, packet.pts)
        elif index in self._texts:
            self._writer(packet).take(packet)
        self.stretch(packet)

    def stretch(self, packet: AnyPacket) -> None:
        """Count only how far a packet reaches."""
        index, moment = packet.stream_index, packet.pts
        if moment is None:
            moment = packet.dts
        if moment is None:
            return
        end, times = moment + (packet.duration or 0), self.streams.get(index)
        if times is None:
            self.streams[index] = _Times(packet.time_base or Fraction(0), moment, end)
        elif end > times.end:
            times.end = end

    def _take_picture(self, packet: AnyPacket, pts: int | None) -> None:
        if pts is None or packet.dts is None:
            self.has_times = False
        if pts is not None and (packet.is_keyframe or not self.keys.keys):
            self.keys.add(self._ordinal, _ms(packet, pts))
        self._ordinal += 1

    def _end_of(self, indexes: list[int]) -> int:
        return max((self.streams[index].end_ms for index in indexes if index in self.streams), default=0)

    def _writer(self, packet: AnyPacket) -> CaptionWriter:
        return self._writers.setdefault(packet.stream_index, CaptionWriter(packet.stream))


def _ms(packet: AnyPacket, ticks: int) -> int:
    return round(seconds(ticks, packet) * 1000)
