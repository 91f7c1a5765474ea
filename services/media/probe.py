"""Opens a stranger's file and finds out what is in it. Runs in the worker process only."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from io import FileIO
from pathlib import Path

import av
import av.error
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition, Stream
from av.subtitles.stream import SubtitleStream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from services.media.film import MediaFacts
from services.media.limits import MAX_FILM_MS, MAX_SIDE
from services.media.tracks import (
    MAX_CHAPTERS,
    MAX_SOUNDS,
    MAX_TEXTS,
    Chapter,
    SoundTrack,
    TextTrack,
    plain_language,
    plain_name,
)
from services.wire.problems import ProblemError

# Only containers that hold their own media: playlists and the like make the demuxer open other files.
_CONTAINERS = "mov,matroska,avi,flv,mpegts,mpeg,asf,ogg"
_OPEN_OPTIONS = {"format_whitelist": _CONTAINERS, "protocol_whitelist": "file"}
_MOST_BEFORE_A_PICTURE = 1_000
# Encoders of sound need a run-up of 20 to 50 ms.
_LEAD_IN_S = Fraction(1, 10)
# Subtitles that are text; all others are pictures of it.
_TEXT_CODECS = ("subrip", "ass", "ssa", "mov_text", "webvtt", "text", "subviewer", "microdvd")


@dataclass(frozen=True, slots=True)
class Source:
    """An open file with the streams that are kept; valid inside open_source() only."""

    container: InputContainer
    video: VideoStream
    sounds: tuple[AudioStream, ...]
    texts: tuple[SubtitleStream, ...]
    facts: MediaFacts

    @property
    def streams(self) -> list[Stream]:
        """The streams that are sold, video first."""
        return [self.video, *self.sounds]

    @property
    def starts_at(self) -> Fraction:
        """Where in the file's own time the film begins, in seconds: with its first picture, where sound only leads in.

        0 unless the file's clock runs already.
        """
        begins = Fraction(max(self.container.start_time or 0, 0), 1_000_000)
        picture = (self.video.start_time or 0) * (self.video.time_base or Fraction(0))
        return picture if begins < picture <= begins + _LEAD_IN_S else begins


@contextmanager
def open_source(path: Path) -> Iterator[Source]:
    """Open a film.

    Raises ProblemError: upload.file_missing, media.empty, media.unreadable, media.no_video, media.codec for a picture
    that nothing here decodes, media.limits.
    """
    size_bytes = _checked_size(path)
    with (
        unreadable_as_problem(path),
        av.open(f"file:{path}", metadata_errors="ignore", options=_OPEN_OPTIONS) as container,
    ):
        video, sounds, texts = _video_of(container, path), _sounds_of(container), _texts_of(container)
        facts = _facts(container, video, sounds, size_bytes)
        _check(facts)
        yield Source(container, video, sounds, texts, facts)


@contextmanager
def unreadable_as_problem(path: Path) -> Iterator[None]:
    """Turn what the demuxer says of a broken file into ProblemError: media.unreadable."""
    try:
        yield
    except (av.error.FFmpegError, UnicodeDecodeError) as exc:
        if isinstance(exc, av.error.MemoryError):
            raise ProblemError("media.limits", limit="memory") from exc
        raise ProblemError("media.unreadable", name=path.name) from exc


def open_file(path: Path) -> FileIO:
    """Open a film's file itself, not buffered. Raises ProblemError: upload.file_missing."""
    try:
        return path.open("rb", buffering=0)
    except OSError as exc:
        raise ProblemError("upload.file_missing", name=path.name) from exc


def probe(path: Path) -> MediaFacts:
    """Read a film's facts and decode its first frame, which also tells how it is turned. Raises as open_source."""
    with open_source(path) as source:
        facts = source.facts
        turned = _first_frame(source, path).rotation % 180 != 0
        return replace(facts, width=facts.height, height=facts.width) if turned else facts


def rotation(path: Path) -> int:
    """Say by how many degrees, against the clock, a film's pictures are turned for showing. Raises as open_source."""
    with open_source(path) as source:
        return _first_frame(source, path).rotation


def _first_frame(source: Source, path: Path) -> VideoFrame:
    """Decode until there is a picture; damaged packets before it do not count, within reason."""
    source.video.codec_context.thread_count = 1
    with unreadable_as_problem(path):
        for number, packet in enumerate(source.container.demux(source.video)):
            with suppress(av.error.InvalidDataError):
                for frame in packet.decode():
                    return frame
            if number > _MOST_BEFORE_A_PICTURE:
                break
    raise ProblemError("media.unreadable", name=path.name)


def _checked_size(path: Path) -> int:
    try:
        status = path.stat()
    except OSError as exc:
        raise ProblemError("upload.file_missing", name=path.name) from exc
    if not stat.S_ISREG(status.st_mode):
        raise ProblemError("media.unreadable", name=path.name)
    if status.st_size == 0:
        raise ProblemError("media.empty", name=path.name)
    return status.st_size


def codec_name(stream: Stream) -> str:
    """Name a stream's codec as such, not the decoder that happens to read it; "" when nothing does."""
    # av types the context as always there, but a stream whose codec it does not know has none.
    context = getattr(stream, "codec_context", None)
    return "" if context is None else context.codec.canonical_name


def has_own_times(source: Source) -> bool:
    """Say whether pictures carry the time at which they are shown; AVI knows only their order of decoding."""
    return source.facts.container != "avi" or not source.video.codec_context.has_b_frames


def _video_of(container: InputContainer, path: Path) -> VideoStream:
    """Choose the picture: the one marked as default, else the first that is no cover."""
    pictures = [stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic]
    if not pictures:
        raise ProblemError("media.no_video", name=path.name)
    chosen = next((stream for stream in pictures if stream.disposition & Disposition.default), pictures[0])
    if not codec_name(chosen):
        raise ProblemError("media.codec", kind="video", codec="unknown")
    return chosen


def _sounds_of(container: InputContainer) -> tuple[AudioStream, ...]:
    known = [stream for stream in container.streams.audio if codec_name(stream) and stream.codec_context.sample_rate]
    return tuple(known[:MAX_SOUNDS])


def _texts_of(container: InputContainer) -> tuple[SubtitleStream, ...]:
    known = [stream for stream in container.streams.subtitles if codec_name(stream) in _TEXT_CODECS]
    return tuple(known[:MAX_TEXTS])


def _facts(
    container: InputContainer, video: VideoStream, sounds: tuple[AudioStream, ...], size_bytes: int
) -> MediaFacts:
    width, height = _shown_size(video)
    rate = video.average_rate or video.guessed_rate
    heard = tuple(
        SoundTrack(codec_name(one), plain_language(one.language), one.codec_context.channels) for one in sounds
    )
    subtitles = [(codec_name(one) or "unknown", one) for one in container.streams.subtitles[:MAX_TEXTS]]
    return MediaFacts(
        container=container.format.name.split(",")[0],
        duration_ms=max(container.duration or 0, 0) // 1000,
        width=width,
        height=height,
        frames_per_1000_s=round(rate * 1000) if rate else 0,
        video_codec=codec_name(video),
        audio_codec=heard[0].codec if heard else None,
        size_bytes=size_bytes,
        sounds=heard,
        texts=tuple(TextTrack(name, plain_language(one.language), name in _TEXT_CODECS) for name, one in subtitles),
        chapters=_chapters(container),
    )


def _chapters(container: InputContainer) -> tuple[Chapter, ...]:
    """Read the chapters, in order and inside the film; what they are called is a stranger's text."""
    found: dict[int, Chapter] = {}
    for number, chapter in enumerate(container.chapters()[:MAX_CHAPTERS], 1):
        start_ms = round(chapter["start"] * (chapter["time_base"] or 0) * 1000)
        title = plain_name(str(chapter["metadata"].get("title", ""))) or f"Chapter {number}"
        if 0 <= start_ms <= MAX_FILM_MS:
            found.setdefault(start_ms, Chapter(start_ms, title))
    return tuple(found[start_ms] for start_ms in sorted(found))


def _shown_size(video: VideoStream) -> tuple[int, int]:
    aspect = video.sample_aspect_ratio
    width = round(video.width * aspect) if aspect else video.width
    return width, video.height


def _check(facts: MediaFacts) -> None:
    if not 0 < facts.width <= MAX_SIDE or not 0 < facts.height <= MAX_SIDE:
        raise ProblemError("media.too_large", width=facts.width, height=facts.height, most=MAX_SIDE)
    if facts.duration_ms > MAX_FILM_MS:
        raise ProblemError("media.too_long", hours=MAX_FILM_MS // 3_600_000)
