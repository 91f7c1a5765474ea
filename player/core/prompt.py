"""A run's first fragments as libVLC starts moving at once: nothing in them lies before the first picture.

libVLC sets its clock by what is decoded first. Where pictures are shown in another order than they are decoded in, the
first one is due some pictures later (80 ms for two), and sound that leads it holds it longer; until then it stands. So
each picture is decoded that much nearer to its showing, and the sound before the first one is left out.

It also waits 10 ms before its clock runs (VLC 3, EsOutDecodersStopBuffering), while the first picture is shown already,
for it is shown as soon as it is decoded. So a run that begins with a part begins that much later in the film, with a
shorter first picture. Inside a part the first picture of films with turned ones would come 5 ms later (measured).

WORKAROUND(VLC 3: it passes over the edit list of a film in fragments): by the same delay it would show such pictures
later than their sound (60 ms measured), and all sound later by what a coder puts before it (21 ms for AAC). What the
edit lists take off is taken off here.

Only times and counts change, so that all sizes and places stay.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from player.core.fragments import Box, Track, boxes, decode_time, fragment_header

# 14496-12, 8.8.8.1: what a run of samples says of each.
_DATA_OFFSET, _FIRST_FLAGS, _DURATION, _SIZE, _FLAGS, _SHOWN_LATER = 0x1, 0x4, 0x100, 0x200, 0x400, 0x800


_WAITS_PER_S = 100
"""How many of libVLC's waits a second has."""


@dataclass(frozen=True, slots=True)
class _Samples:
    """Where a run of samples has its table: the first sample's bytes, bytes a sample, how many, and what it says."""

    box: int
    start: int
    width: int
    count: int
    flags: int

    def place(self, number: int, field: int) -> int:
        """Give the byte at which a sample's field lies."""
        before = sum(4 for bit in (_DURATION, _SIZE, _FLAGS, _SHOWN_LATER) if bit < field and self.flags & bit)
        return self.start + number * self.width + before


def delay_of(chunk: bytes, track: Track) -> int:
    """Give how long after its decoding a chunk's first picture is shown, in the track's ticks. ValueError: damaged."""
    for moof in (box for box in boxes(chunk) if box.kind == b"moof"):
        for parts in _tracks(chunk, moof):
            samples = _samples(chunk, parts[b"trun"])
            if fragment_header(chunk, parts[b"tfhd"])[0] == track.track_id and samples.count:
                return _number(chunk, samples.place(0, _SHOWN_LATER)) if samples.flags & _SHOWN_LATER else 0
    return 0


def without_delay(chunk: bytes, track: Track, delay: int) -> bytes:
    """Let pictures be shown when the film's edit list has them, and decoded so that the first one is shown at once.

    delay: of the film's first picture, in ticks. Raises ValueError for damaged boxes.
    """
    made = bytearray(chunk)
    for moof in (box for box in boxes(chunk) if box.kind == b"moof"):
        for parts in _tracks(chunk, moof):
            samples = _samples(chunk, parts[b"trun"])
            if fragment_header(chunk, parts[b"tfhd"])[0] != track.track_id or not samples.flags & _SHOWN_LATER:
                continue
            _put_decode_time(made, parts[b"tfdt"], decode_time(chunk, parts[b"tfdt"]) + delay - track.begins)
            # From its first version on the difference may be negative.
            made[samples.box] = 1
            for number in range(samples.count):
                place = samples.place(number, _SHOWN_LATER)
                struct.pack_into(">i", made, place, _number(chunk, place) - delay)
    return bytes(made)


def without_priming(chunk: bytes, begins: dict[int, int]) -> bytes:
    """Let sound be heard as the edit lists have it. begins: as ``sound_begins``. Raises ValueError when damaged."""
    if not any(begins.values()):
        return chunk
    made = bytearray(chunk)
    for moof in (box for box in boxes(chunk) if box.kind == b"moof"):
        for parts in _tracks(chunk, moof):
            begin = begins.get(fragment_header(chunk, parts[b"tfhd"])[0], 0)
            if begin:
                if decode_time(chunk, parts[b"tfdt"]) < begin:
                    _leave_out(made, parts, begin)
                _put_decode_time(made, parts[b"tfdt"], max(0, decode_time(made, parts[b"tfdt"]) - begin))
    return bytes(made)


def without_lead(chunk: bytes, track: Track, timescales: dict[int, int], offset: int) -> bytes:
    """Leave out of the fragment at ``offset`` the sound before its first picture's begin as ``sooner`` puts it.

    Raises ValueError when damaged.

    timescales: ticks a second by track. A track whose sound ends before the picture is left as it is.
    """
    moof = next((box for box in boxes(chunk, offset) if box.kind == b"moof"), None)
    if moof is None:
        return chunk
    parts_of = {fragment_header(chunk, parts[b"tfhd"])[0]: parts for parts in _tracks(chunk, moof)}
    picture = parts_of.pop(track.track_id, None)
    if picture is None:
        return chunk
    samples = _samples(chunk, picture[b"trun"])
    shown_later = _number(chunk, samples.place(0, _SHOWN_LATER)) if samples.flags & _SHOWN_LATER else 0
    first = (decode_time(chunk, picture[b"tfdt"]) + shown_later - track.begins) / track.timescale
    first += _wait(chunk, samples, track, offset) / track.timescale
    made = bytearray(chunk)
    for number, parts in parts_of.items():
        if number in timescales:
            _leave_out(made, parts, first * timescales[number])
    return bytes(made)


def sooner(chunk: bytes, track: Track, offset: int) -> bytes:
    """Let the first picture of the fragment at ``offset`` begin later, by as much as libVLC waits, and end as before.

    One inside a part, and one without a duration of its own, is left as it is. Raises ValueError for damaged boxes.
    """
    moof = next((box for box in boxes(chunk, offset) if box.kind == b"moof"), None)
    if moof is None:
        return chunk
    for parts in _tracks(chunk, moof):
        samples = _samples(chunk, parts[b"trun"])
        wait = _wait(chunk, samples, track, offset)
        if fragment_header(chunk, parts[b"tfhd"])[0] != track.track_id or not wait:
            continue
        made = bytearray(chunk)
        _put_decode_time(made, parts[b"tfdt"], decode_time(chunk, parts[b"tfdt"]) + wait)
        place = samples.place(0, _DURATION)
        struct.pack_into(">I", made, place, _number(chunk, place) - wait)
        return bytes(made)
    return chunk


def _wait(chunk: bytes, samples: _Samples, track: Track, offset: int) -> int:
    """Give how much later a first picture may begin, in ticks: never so that it comes close to the second."""
    if offset or not samples.flags & _DURATION or not samples.count:
        return 0
    return max(0, min(track.timescale // _WAITS_PER_S, _number(chunk, samples.place(0, _DURATION)) // 2))


def _leave_out(made: bytearray, parts: dict[bytes, Box], until: float) -> None:
    """Take the samples before a time out of a table, in the track's ticks."""
    samples, usual = _samples(made, parts[b"trun"]), _usual_duration(made, parts[b"tfhd"])
    if not samples.flags & _SIZE or not samples.flags & _DATA_OFFSET:
        return
    time, skipped, left_out = decode_time(made, parts[b"tfdt"]), 0, 0
    while left_out < samples.count and time < until:
        time += _number(made, samples.place(left_out, _DURATION)) if samples.flags & _DURATION else usual
        skipped += _number(made, samples.place(left_out, _SIZE))
        left_out += 1
    if not left_out or left_out == samples.count:
        return
    end = samples.start + samples.count * samples.width
    kept = made[samples.start + left_out * samples.width : end]
    # The table keeps its size: who reads it looks at the count.
    made[samples.start : end] = kept + bytes(end - samples.start - len(kept))
    struct.pack_into(">I", made, samples.box + 4, samples.count - left_out)
    struct.pack_into(">i", made, samples.box + 8, _number(made, samples.box + 8) + skipped)
    _put_decode_time(made, parts[b"tfdt"], time)


def _tracks(chunk: bytes | bytearray, moof: Box) -> list[dict[bytes, Box]]:
    """List the parts of each track in a fragment that has one run of samples and its time."""
    found = [
        list(boxes(chunk, traf.body, traf.end)) for traf in boxes(chunk, moof.body, moof.end) if traf.kind == b"traf"
    ]
    wanted = (b"tfhd", b"tfdt", b"trun")
    parts = [{box.kind: box for box in each} for each in found if [box.kind for box in each].count(b"trun") == 1]
    return [each for each in parts if all(kind in each for kind in wanted)]


def _samples(chunk: bytes | bytearray, trun: Box) -> _Samples:
    flags, count = int.from_bytes(chunk[trun.body + 1 : trun.body + 4], "big"), _number(chunk, trun.body + 4)
    start = trun.body + 8 + sum(4 for bit in (_DATA_OFFSET, _FIRST_FLAGS) if flags & bit)
    width = sum(4 for bit in (_DURATION, _SIZE, _FLAGS, _SHOWN_LATER) if flags & bit)
    if start + count * width > trun.end:
        raise ValueError("a table of samples does not fit")
    return _Samples(trun.body, start, width, count, flags)


def _usual_duration(chunk: bytes | bytearray, tfhd: Box) -> int:
    flags = int.from_bytes(chunk[tfhd.body + 1 : tfhd.body + 4], "big")
    place = tfhd.body + 8 + (8 if flags & 0x1 else 0) + (4 if flags & 0x2 else 0)
    return _number(chunk, place) if flags & 0x8 else 0


def _put_decode_time(made: bytearray, tfdt: Box, ticks: int) -> None:
    struct.pack_into(">Q" if made[tfdt.body] == 1 else ">I", made, tfdt.body + 4, ticks)


def _number(chunk: bytes | bytearray, place: int) -> int:
    return int(struct.unpack_from(">i", chunk, place)[0])
