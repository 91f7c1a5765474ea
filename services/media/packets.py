"""The coded packets of a film's streams, each with both of its times, counted from the film's start.

Runs in the worker process only.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TypeAlias

import av.error
from av.packet import Packet
from av.stream import Stream

from services.media.probe import Source

AnyPacket: TypeAlias = "Packet[Stream]"
# No codec delays more pictures than this (H.264: max_dec_frame_buffering is at most 16).
_MAX_WAITING = 32
# A file with more places than this that cannot be read is no damaged film but something else.
_MAX_DAMAGED = 200
# Recordings and joined files set their clock anew; what pauses for longer is written in a container with an index.
_JUMP_S = 10
_WITH_A_RUNNING_CLOCK = ("mpegts", "mpeg")


def packets(source: Source, streams: list[Stream]) -> Iterator[AnyPacket]:
    """Give the packets of some streams in file order; one whose time nobody knows keeps pts None.

    Matroska does not keep decoding times: the demuxer finds them out after a few pictures, so those wait and get
    theirs counted back from the first one known.
    """
    clock, found = _Clock(source), _started(source, _read(source, streams))
    waiting: list[AnyPacket] = []
    for packet in found:
        clock.set(packet)
        if packet.stream.type != "video":
            yield packet
            continue
        waiting.append(packet)
        if packet.dts is not None or len(waiting) > _MAX_WAITING:
            break
    yield from _dated(waiting)
    for packet in found:
        clock.set(packet)
        yield packet


def _read(source: Source, streams: list[Stream]) -> Iterator[AnyPacket]:
    """Read to the end, over damaged places."""
    damaged = 0
    while True:
        try:
            for packet in source.container.demux(streams):
                if packet.size and (packet.pts is not None or packet.dts is not None or packet.stream.type == "video"):
                    yield packet
        except av.error.InvalidDataError:
            damaged += 1
            if damaged > _MAX_DAMAGED:
                raise
        else:
            return


def _started(source: Source, found: Iterator[AnyPacket]) -> Iterator[AnyPacket]:
    """Leave out the pictures before the first key frame where recordings begin anywhere."""
    if source.facts.container in _WITH_A_RUNNING_CLOCK:
        for packet in found:
            is_picture = packet.stream.type == "video"
            if not is_picture or packet.is_keyframe:
                yield packet
            if is_picture and packet.is_keyframe:
                break
    yield from found


class _Clock:
    """Counts times from the film's start, over jumps of the file's own clock, and keeps decoding times ascending.

    Works in each stream's own ticks, with what never changes looked up once: it sees every packet.
    """

    def __init__(self, source: Source) -> None:
        self._shift = -source.starts_at
        self._jumps = source.facts.container in _WITH_A_RUNNING_CLOCK
        self._last: dict[int, int] = {}
        self._ticks: dict[int, int] = {}
        self._longest: dict[int, int] = {}

    def set(self, packet: AnyPacket) -> None:
        index = packet.stream_index
        if index not in self._ticks and packet.time_base:
            self._ticks[index] = round(self._shift / packet.time_base)
            self._longest[index] = round(_JUMP_S / packet.time_base)
        if ticks := self._ticks.get(index, 0):
            _move(packet, ticks)
        dts, last = packet.dts, self._last.get(index)
        if dts is None:
            return
        if last is not None and self._jumps and abs(dts - last) > self._longest[index] and packet.time_base:
            dts = self._jump(packet, last + max(packet.duration or 0, 1) - dts, packet.time_base)
        if last is not None and dts <= last:
            dts = packet.dts = last + 1
            packet.pts = None if packet.pts is None else max(packet.pts, dts)
        self._last[index] = dts

    def _jump(self, packet: AnyPacket, step: int, time_base: Fraction) -> int:
        self._shift += step * time_base
        self._ticks.clear()
        _move(packet, step)
        return packet.dts or 0


def _move(packet: AnyPacket, ticks: int) -> None:
    if packet.pts is not None:
        packet.pts += ticks
    if packet.dts is not None:
        packet.dts += ticks


def _dated(waiting: list[AnyPacket]) -> list[AnyPacket]:
    """Count missing decoding times back from the last packet's."""
    later: int | None = None
    for packet in reversed(waiting):
        if packet.dts is None and packet.pts is not None:
            packet.dts = min(packet.pts, packet.pts if later is None else later - max(packet.duration or 0, 1))
        later = packet.dts
    return waiting


def seconds(ticks: int, packet: AnyPacket) -> Fraction:
    """Give a time of a packet in seconds."""
    return ticks * (packet.time_base or Fraction(0))
