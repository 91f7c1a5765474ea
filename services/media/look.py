"""Looks ahead: reads a film's index, not the film, and tries the encoder where one will be needed. Worker only."""

from __future__ import annotations

import time
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av.error
from av.video.frame import PictureType, VideoFrame

from services.media.allowance import allow_coding
from services.media.encoders import Encoder, choose_encoder, make_context
from services.media.film import MediaFacts
from services.media.keyframes import KeyList, choose_cuts
from services.media.lanes import even_size
from services.media.outlook import Outlook
from services.media.playable import COPIED_VIDEO
from services.media.probe import Source, has_own_times, open_source, probe, unreadable_as_problem
from services.wire.problems import ProblemError

# Reading twice, sealing and storing: what the slower of two machines did, in bytes a second.
_COPIED_A_SECOND = 60_000_000
_TRIED_PICTURES, _TRIED_S = 40, 2.0
# What quality 31 of libvpx makes of common films, with room; sound besides.
_BITS_A_PIXEL, _BITS_OF_SOUND = 0.07, 160_000
_USUAL_RATE = 25
_WITH_INDEX = ("mov", "matroska", "avi")


def look(path: Path) -> Outlook:
    """Say what is in a film and what preparing it will take. Raises ProblemError as services.media.probe.probe."""
    facts = probe(path)
    with open_source(path) as source, unreadable_as_problem(path):
        is_copied = _is_copied(source)
        copying_ms = facts.size_bytes * 1000 // _COPIED_A_SECOND
        if is_copied is not False:
            return Outlook(facts, is_copied, "", is_hardware=False, work_ms=copying_ms, sealed_bytes=facts.size_bytes)
        allow_coding(facts.size_bytes, 0)
        encoder = _encoder(source)
        coding_ms = round(_pictures(facts) * _seconds_a_picture(source, encoder) * 1000)
        return Outlook(facts, is_copied, encoder.name, encoder.is_hardware, copying_ms + coding_ms, _coded_bytes(facts))


def _is_copied(source: Source) -> bool | None:
    if source.facts.video_codec not in COPIED_VIDEO or not has_own_times(source):
        return False
    if source.facts.container not in _WITH_INDEX:
        return None
    # Matroska reads its index when something is looked for.
    source.container.seek(max(source.container.duration or 0, 0), backward=True)
    keys, time_base = KeyList(), source.video.time_base or Fraction(0)
    for entry in source.video.index_entries:
        if entry.is_keyframe:
            keys.add(0, round((entry.timestamp * time_base - source.starts_at) * 1000))
    if not keys.keys:
        return None
    return choose_cuts(keys.keys, source.facts.duration_ms) is not None


def _encoder(source: Source) -> Encoder:
    try:
        return choose_encoder(*even_size(source.video))
    except LookupError as exc:
        raise ProblemError("media.codec", kind="video", codec=source.facts.video_codec) from exc


def _seconds_a_picture(source: Source, encoder: Encoder) -> float:
    """Decode and code some pictures from the middle, and say how long one takes."""
    width, height = even_size(source.video)
    time_base = source.video.time_base or Fraction(1, 90_000)
    context = make_context(encoder, width, height, Fraction(_USUAL_RATE), time_base)
    source.video.thread_type = "AUTO"
    source.container.seek(source.facts.duration_ms * 500, backward=True)
    started, count, last = time.perf_counter(), 0, -1
    try:
        for frame in islice(source.container.decode(source.video), _TRIED_PICTURES):
            picture: VideoFrame = frame.reformat(width=width, height=height, format="yuv420p")
            last = max(frame.pts or 0, last + 1)
            picture.pts, picture.time_base, picture.pict_type = last, time_base, PictureType.NONE
            context.encode(picture)
            count += 1
            if time.perf_counter() - started > _TRIED_S:
                break
        context.encode(None)
    except av.error.FFmpegError:
        # The film's middle is damaged; its coding will step over it.
        count = count or 1
    return (time.perf_counter() - started) / max(count, 1)


def _pictures(facts: MediaFacts) -> int:
    return facts.duration_ms * (facts.frames_per_1000_s or _USUAL_RATE * 1000) // 1_000_000


def _coded_bytes(facts: MediaFacts) -> int:
    picture = facts.width * facts.height * _pictures(facts) * _BITS_A_PIXEL
    return round((picture + len(facts.sounds) * _BITS_OF_SOUND * facts.duration_ms / 1000) / 8)
