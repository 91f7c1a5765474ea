"""The coded packets of a film's sold streams, each with both of its times. Runs in the worker process only."""

from __future__ import annotations

from collections.abc import Iterator

from av.packet import Packet
from av.stream import Stream

from services.media.probe import Source

# No codec delays more pictures than this (H.264: max_dec_frame_buffering is at most 16).
_MAX_WAITING = 32


def packets(source: Source) -> Iterator[Packet[Stream]]:
    """Give the packets in file order.

    Matroska does not keep decoding times: the demuxer finds them out after a few pictures, so those wait and get
    theirs counted back from the first one known.
    """
    waiting: list[Packet[Stream]] | None = []
    for packet in source.container.demux(source.streams):
        if packet.size == 0 or packet.pts is None:
            continue
        if waiting is None or packet.stream.type != "video":
            yield packet
            continue
        waiting.append(packet)
        if packet.dts is not None or len(waiting) > _MAX_WAITING:
            yield from _dated(waiting)
            waiting = None
    yield from _dated(waiting or [])


def _dated(waiting: list[Packet[Stream]]) -> list[Packet[Stream]]:
    """Count missing decoding times back from the last packet's."""
    later: int | None = None
    for packet in reversed(waiting):
        if packet.dts is None:
            packet.dts = min(
                packet.pts or 0, packet.pts or 0 if later is None else later - max(packet.duration or 0, 1)
            )
        later = packet.dts
    return waiting
