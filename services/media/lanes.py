"""The ways of packets from a film's file to the muxer: copied as they are, or coded anew. Runs in the worker only."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from fractions import Fraction
from heapq import heappop, heappush
from itertools import takewhile
from typing import Protocol

import av.error
from av.audio.stream import AudioStream
from av.bitstream import BitStreamFilterContext
from av.container import OutputContainer
from av.stream import Stream
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream

from services.media.encoders import Encoder, set_up
from services.media.keyframes import Key
from services.media.packets import AnyPacket
from services.media.probe import Source, codec_name, has_own_times
from services.media.survey import CutPlan

# A picture that stands for longer is given again, so that there is one to cut at and one to show after a seek.
_LONGEST_PICTURE_S = 1
_USUAL_RATE = Fraction(25)
_FASTEST_RATE = 240
_MOST_THREADS = 8


class Lane(Protocol):
    """One track's way. ``marks`` of the picture's lane are filled before the packets they name are given on."""

    def take(self, packet: AnyPacket) -> Iterable[AnyPacket]:
        """Give what the muxer gets for a packet of the file."""

    def flush(self) -> Iterable[AnyPacket]:
        """Give the rest."""


class SoundCopy:
    """Copies the packets of a sound track."""

    def __init__(self, output: OutputContainer, stream: AudioStream) -> None:
        self._target = _copied(output, stream)
        keep_language(self._target, stream)
        is_framed = codec_name(stream) == "aac" and not stream.codec_context.extradata
        # Transport streams give each packet of AAC a header, which MP4 has once a track.
        self._bare = BitStreamFilterContext("aac_adtstoasc", stream) if is_framed else None

    def take(self, packet: AnyPacket) -> Iterable[AnyPacket]:
        found = (packet,) if self._bare is None else self._bare.filter(packet)
        for one in found:
            one.stream = self._target
        return found

    def flush(self) -> Iterable[AnyPacket]:
        return ()


class PictureCopy:
    """Copies the packets of the picture and marks those that a chunk starts with."""

    def __init__(self, output: OutputContainer, source: Source, plan: CutPlan, marks: list[Key]) -> None:
        self._target = _copied(output, source.video)
        self._starts = iter(plan.starts)
        self._next = next(self._starts, None)
        self._marks, self._ordinal = marks, 0

    def take(self, packet: AnyPacket) -> Iterable[AnyPacket]:
        if self._next is not None and self._ordinal == self._next.ordinal:
            self._marks.append(self._next)
            self._next = next(self._starts, None)
        self._ordinal += 1
        packet.stream = self._target
        return (packet,)

    def flush(self) -> Iterable[AnyPacket]:
        return ()


class PictureCoding:
    """Codes the picture anew, with a key frame where each chunk starts and nowhere else that counts."""

    def __init__(
        self, output: OutputContainer, source: Source, plan: CutPlan, marks: list[Key], encoder: Encoder, turned: int
    ) -> None:
        self._source, self._plan, self._marks = source.video, plan, marks
        self._source.thread_type, self._source.codec_context.thread_count = "AUTO", _threads()
        self._time_base = source.video.time_base or Fraction(1, 90_000)
        self._size = even_size(source.video)
        self._target = self._make_target(output, encoder, turned)
        self._wanted = [start.at_ms for start in plan.starts]
        self._forced: list[int] = []
        self._ordinal = 0
        self._last: VideoFrame | None = None
        self._has_times = has_own_times(source)
        self._times: list[int] = []

    def take(self, packet: AnyPacket) -> Iterator[AnyPacket]:
        if packet.dts is not None and not self._has_times:
            heappush(self._times, packet.dts)
        for frame in decoded(packet):
            yield from self._code(frame)

    def flush(self) -> Iterator[AnyPacket]:
        for frame in drained(self._source):
            yield from self._code(frame)
        yield from self._repeat_until(int(self._plan.duration_ms / 1000 / self._time_base))
        yield from self._marked(self._target.encode(None))

    def _make_target(self, output: OutputContainer, encoder: Encoder, turned: int) -> VideoStream:
        rate = self._source.average_rate or self._source.guessed_rate or _USUAL_RATE
        target = output.add_stream(encoder.name, rate=min(max(rate, Fraction(1)), Fraction(_FASTEST_RATE)))
        if not isinstance(target, VideoStream):
            raise TypeError(encoder.name)
        set_up(target.codec_context, encoder, *self._size, Fraction(rate), self._time_base)
        target.codec_context.thread_count = _threads()
        if self._source.sample_aspect_ratio:
            target.codec_context.sample_aspect_ratio = self._source.sample_aspect_ratio
        if turned:
            target.set_display_rotation(turned)
        return target

    def _code(self, frame: VideoFrame) -> Iterator[AnyPacket]:
        moment = self._moment(frame)
        if moment is None or (self._last is not None and moment <= (self._last.pts or 0)):
            return
        if self._last is not None:
            yield from self._repeat_until(moment)
        yield from self._give(frame, max(moment, 0) if self._last is None else moment)

    def _moment(self, frame: VideoFrame) -> int | None:
        """Say when a picture is shown; where the file knows only when it is decoded, in the order of decoding."""
        if not self._has_times:
            return heappop(self._times) if self._times else None
        return frame.pts if frame.pts is not None else frame.dts

    def _repeat_until(self, moment: int) -> Iterator[AnyPacket]:
        """Give the last picture again while it would stand for too long."""
        step = max(int(_LONGEST_PICTURE_S / self._time_base), 1)
        while self._last is not None and moment - (self._last.pts or 0) > step:
            yield from self._give(self._last, (self._last.pts or 0) + step)

    def _give(self, frame: VideoFrame, moment: int) -> Iterator[AnyPacket]:
        width, height = self._size
        picture = frame.reformat(width=width, height=height, format="yuv420p")
        picture.pts, picture.time_base = moment, self._time_base
        at_ms = round(moment * self._time_base * 1000)
        is_start = bool(self._wanted) and at_ms >= self._wanted[0]
        if is_start:
            self._forced.append(moment)
            self._wanted = [wanted for wanted in self._wanted if wanted > at_ms]
        picture.pict_type = PictureType.I if is_start else PictureType.NONE
        self._last = picture
        yield from self._marked(self._target.encode(picture))

    def _marked(self, coded: Iterable[AnyPacket]) -> Iterator[AnyPacket]:
        for packet in coded:
            if packet.is_keyframe and self._forced and packet.pts is not None:
                moment = packet.pts * (packet.time_base or self._time_base)
                if moment >= self._forced[0] * self._time_base:
                    del self._forced[0]
                    self._marks.append(Key(self._ordinal, round(moment * 1000) if self._marks else 0))
            self._ordinal += 1
            yield packet


def _copied(output: OutputContainer, stream: Stream) -> Stream:
    """Make a track of the same kind; opaque: that there is no encoder for it does not matter."""
    return output.add_stream_from_template(stream, opaque=True)


def even_size(video: VideoStream) -> tuple[int, int]:
    """Give the coded size, even: H.264's common form has half as many colours as pixels each way."""
    return max(video.width & ~1, 2), max(video.height & ~1, 2)


def decoded(packet: AnyPacket) -> Iterator[VideoFrame]:
    """Decode a packet of the picture; one that is damaged gives nothing."""
    try:
        frames = packet.decode()
    except av.error.InvalidDataError:
        return
    yield from (frame for frame in frames if isinstance(frame, VideoFrame))


def drained(stream: VideoStream) -> Iterator[VideoFrame]:
    """Give what the decoder still holds."""
    try:
        yield from stream.codec_context.decode(None)
    except (av.error.InvalidDataError, av.error.EOFError):
        return


def keep_language(target: Stream, stream: Stream) -> None:
    """Give a track the language that the file names."""
    if stream.language:
        target.metadata["language"] = "".join(takewhile(str.isalpha, stream.language))[:3]


def _threads() -> int:
    return min(os.cpu_count() or 1, _MOST_THREADS)
