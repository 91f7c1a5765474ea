"""The check: decides how a film is cut and what is kept as it is, from its index or else from every packet, undecoded.

Runs in the worker process only.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from services.media import limits
from services.media.captions import CaptionText
from services.media.index import FilmIndex
from services.media.keyframes import Key, choose_cuts, even_cuts
from services.media.packets import packets
from services.media.playable import COPIED_AUDIO, COPIED_VIDEO
from services.media.probe import Source, codec_name, has_own_times, open_source, unreadable_as_problem
from services.media.reading import Reading
from services.wire.problems import ProblemError

# How much a header may promise that no packet holds: rounding and the encoder's padding, not an unfinished copy.
_MISSING_MS = 1_500
# The other containers' headers hold estimates.
_KEEP_THEIR_WORD = ("mov", "matroska")
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
    is_read: bool = True
    """Whether all of the film was read for it: else it believes an index, which cutting may find wrong."""


def survey(path: Path, on_progress: Callable[[int, int], None], *, by_index: bool = True) -> Survey:
    """Plan a film's cuts, by its index where one is good for it; calls on_progress(done_ms, total_ms).

    Raises ProblemError: as open_source, and media.unreadable for a film that ends early, media.too_short.
    """
    found = _by_index(path) if by_index else None
    if found is not None:
        on_progress(found.plan.duration_ms, found.plan.duration_ms)
        return found
    with open_source(path) as source, unreadable_as_problem(path):
        promised_ms = source.facts.duration_ms
        reading = Reading(source)
        for count, packet in enumerate(packets(source, [*source.streams, *source.texts])):
            reading.take(packet)
            if count % _REPORT_EVERY == 0:
                on_progress(min(reading.duration_ms, promised_ms), promised_ms)
        duration_ms = reading.duration_ms
        _check_duration(reading, source, path)
        on_progress(duration_ms, duration_ms)
        return Survey(_plan(source, reading), reading.captions())


def _by_index(path: Path) -> Survey | None:
    """Plan without reading the film, or give None: whatever is wrong with it is found, and said, by reading it."""
    with suppress(ProblemError), open_source(path) as source:
        index = FilmIndex(source)
        reading = index.glance()
        if reading is None:
            return None
        _check_duration(reading, source, path)
        plan = _plan(source, reading)
        starts = index.exact(plan.starts) if plan.is_copied else plan.starts
        return None if starts is None else Survey(replace(plan, starts=starts), (), is_read=False)
    return None


def _plan(source: Source, reading: Reading) -> CutPlan:
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


def _can_copy_picture(source: Source, reading: Reading) -> bool:
    return source.facts.video_codec in COPIED_VIDEO and reading.has_times and has_own_times(source)


def _check_duration(reading: Reading, source: Source, path: Path) -> None:
    duration_ms, facts = reading.duration_ms, source.facts
    missing_ms = facts.duration_ms - max(duration_ms, reading.end_ms)
    if facts.container in _KEEP_THEIR_WORD and missing_ms > _MISSING_MS:
        raise ProblemError("media.unreadable", name=path.name, reason="ends_early")
    if duration_ms < limits.MIN_FILM_MS:
        raise ProblemError("media.too_short", duration_ms=duration_ms, limit_ms=limits.MIN_FILM_MS)
    if duration_ms > limits.MAX_FILM_MS:
        raise ProblemError("media.too_long", hours=limits.MAX_FILM_MS // 3_600_000)
