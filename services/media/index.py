"""Finds out from an MP4's own index what reading all of it would tell: where its key frames are and how far it reaches.

The index is a stranger's: its first and last packets, and each key frame that is cut at, are read and have to agree
with it. Whoever finds later that it lied reads the film whole. Runs in the worker only.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from av.index import IndexEntry
from av.packet import Packet
from av.video.stream import VideoStream

from services.media.keyframes import MAX_MS, MIN_MS, Key
from services.media.packets import AnyPacket, packets
from services.media.probe import Source
from services.media.reading import Reading

# All streams begin within so many packets, or the file is not one for a glance.
_MOST_AT_FIRST = 4_000


class FilmIndex:
    """The index of a film that lies open."""

    def __init__(self, source: Source) -> None:
        self._source, self._video = source, source.video
        self._shift = 0
        """What the film's own clock adds to the file's times, in the picture's ticks."""

    def glance(self) -> Reading | None:
        """Read the first and the last packets, and the key frames out of the index.

        None where the index is not one of the whole film, or does not agree with the packets. Key frames are given by
        when they are decoded, moved as the first one is: ``exact`` says when those that count are shown.
        Raises FFmpegError.
        """
        source = self._source
        is_whole = all(0 < stream.frames == len(stream.index_entries) for stream in source.streams)
        if source.facts.container != "mov" or source.texts or not is_whole:
            return None
        reading = Reading(source)
        first = self._begin(reading)
        if first is None or first.dts is None or first.pts is None:
            return None
        self._shift = first.dts - self._video.index_entries[0].timestamp
        last = self._take_keys(reading, first.pts - first.dts)
        return reading if last is not None and self._end(reading, last) else None

    def exact(self, starts: tuple[Key, ...]) -> tuple[Key, ...] | None:
        """Read the key frames that a film is cut at; None if one is not where it should be or leaves a bad length."""
        found: list[Key] = []
        for start in starts:
            packet = self._packet_of(self._video.index_entries[start.ordinal])
            if packet is None or packet.pts is None or not (packet.is_keyframe or not found):
                return None
            found.append(replace(start, at_ms=self._ms(packet.pts + self._shift) if found else 0))
        lengths = (after.at_ms - before.at_ms for before, after in pairwise(found))
        return tuple(found) if all(MIN_MS <= length <= MAX_MS for length in lengths) else None

    def _begin(self, reading: Reading) -> AnyPacket | None:
        """Take packets until every stream has given one; give the picture's first."""
        missing, first = {stream.index for stream in self._source.streams}, None
        for number, packet in enumerate(packets(self._source, self._source.streams)):
            if packet.stream_index == self._video.index:
                first = first or packet
            if packet.stream_index in missing:
                reading.stretch(packet)
            missing.discard(packet.stream_index)
            if not missing or number > _MOST_AT_FIRST:
                break
        return None if missing else first

    def _take_keys(self, reading: Reading, delay: int) -> tuple[int, IndexEntry] | None:
        """Collect the key frames; give the last and its ordinal, or None for an index with places that hold nothing."""
        last = None
        for ordinal, entry in enumerate(self._video.index_entries):
            if not entry.size or entry.is_discard:
                return None
            if entry.is_keyframe or not ordinal:
                reading.keys.add(ordinal, self._ms(entry.timestamp + self._shift + delay))
                last = ordinal, entry
        return last

    def _end(self, reading: Reading, last: tuple[int, IndexEntry]) -> bool:
        """Read from the last key frame on; say whether all is there that the index promises."""
        ordinal, entry = last
        missing = len(self._video.index_entries) - ordinal
        ended = {stream.index for stream in self._source.sounds}
        self._seek(entry)
        for packet in packets(self._source, self._source.streams):
            if packet.stream_index != self._video.index:
                ended.discard(packet.stream_index)
            elif packet.dts is None or packet.pts is None:
                return False
            else:
                missing -= packet.dts - self._shift >= entry.timestamp
            reading.stretch(packet)
        return not missing and not ended

    def _packet_of(self, entry: IndexEntry) -> Packet[VideoStream] | None:
        """Read a picture where the index says it is."""
        self._seek(entry)
        for packet in self._source.container.demux(self._video):
            if packet.dts is None or packet.dts >= entry.timestamp:
                return packet if packet.dts == entry.timestamp and packet.size == entry.size else None
        return None

    def _seek(self, entry: IndexEntry) -> None:
        self._source.container.seek(entry.timestamp, stream=self._video, backward=True)

    def _ms(self, ticks: int) -> int:
        return round(ticks * (self._video.time_base or 0) * 1000)
