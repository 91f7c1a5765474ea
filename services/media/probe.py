"""Opens a stranger's file and finds out what is in it. Runs in the worker process only."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import av
import av.error
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from services.media import limits
from services.media.film import MediaFacts
from services.wire.problems import ProblemError

# Only containers that hold their own media: playlists and the like make the demuxer open other files.
_CONTAINERS = "mov,matroska,avi,flv,mpegts,mpeg,asf,ogg"
_OPEN_OPTIONS = {"format_whitelist": _CONTAINERS, "protocol_whitelist": "file"}
_COPIED_CONTAINERS = ("mov", "matroska")
_COPIED_VIDEO = "h264"
_COPIED_AUDIO = "aac"


@dataclass(frozen=True, slots=True)
class Source:
    """An open file with the streams that are sold; valid inside open_source() only."""

    container: InputContainer
    video: VideoStream
    audio: AudioStream | None
    facts: MediaFacts

    @property
    def streams(self) -> list[VideoStream | AudioStream]:
        """The sold streams, video first."""
        return [self.video] if self.audio is None else [self.video, self.audio]


@contextmanager
def open_source(path: Path) -> Iterator[Source]:
    """Open a film that can be sold as it is.

    Raises ProblemError: upload.file_missing, media.empty, media.unreadable, media.no_video, media.codec,
    media.too_short, media.limits.
    """
    size_bytes = _checked_size(path)
    with (
        unreadable_as_problem(path),
        av.open(f"file:{path}", metadata_errors="ignore", options=_OPEN_OPTIONS) as container,
    ):
        video, audio = _video_of(container, path), _audio_of(container)
        facts = _facts(container, video, audio, size_bytes)
        _check(facts)
        yield Source(container, video, audio, facts)


@contextmanager
def unreadable_as_problem(path: Path) -> Iterator[None]:
    """Turn what the demuxer says of a broken file into ProblemError: media.unreadable."""
    try:
        yield
    except (av.error.FFmpegError, UnicodeDecodeError) as exc:
        if isinstance(exc, av.error.MemoryError):
            raise ProblemError("media.limits", limit="memory") from exc
        raise ProblemError("media.unreadable", name=path.name) from exc


def probe(path: Path) -> MediaFacts:
    """Read a film's facts and decode its first frame, which also tells how it is turned. Raises as open_source."""
    with open_source(path) as source:
        source.video.codec_context.thread_count = 1
        for frame in source.container.decode(source.video):
            turned = frame.rotation % 180 != 0
            facts = source.facts
            return replace(facts, width=facts.height, height=facts.width) if turned else facts
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


def _video_of(container: InputContainer, path: Path) -> VideoStream:
    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic:
            _check_known(stream, "video")
            return stream
    raise ProblemError("media.no_video", name=path.name)


def _audio_of(container: InputContainer) -> AudioStream | None:
    for stream in container.streams.audio:
        _check_known(stream, "audio")
        return stream
    return None


def _check_known(stream: VideoStream | AudioStream, kind: str) -> None:
    # av types it as always there, but a stream whose codec it does not know has none.
    if getattr(stream, "codec_context", None) is None:
        raise ProblemError("media.codec", kind=kind, codec="unknown")


def _facts(container: InputContainer, video: VideoStream, audio: AudioStream | None, size_bytes: int) -> MediaFacts:
    width, height = _shown_size(video)
    rate = video.average_rate or video.guessed_rate
    return MediaFacts(
        container=container.format.name.split(",")[0],
        duration_ms=max(container.duration or 0, 0) // 1000,
        width=width,
        height=height,
        frames_per_1000_s=round(rate * 1000) if rate else 0,
        video_codec=video.codec_context.name,
        audio_codec=None if audio is None else audio.codec_context.name,
        size_bytes=size_bytes,
    )


def _shown_size(video: VideoStream) -> tuple[int, int]:
    aspect = video.sample_aspect_ratio
    width = round(video.width * aspect) if aspect else video.width
    return width, video.height


def _check(facts: MediaFacts) -> None:
    if facts.container not in _COPIED_CONTAINERS:
        raise ProblemError("media.codec", kind="container", codec=facts.container)
    if facts.video_codec != _COPIED_VIDEO:
        raise ProblemError("media.codec", kind="video", codec=facts.video_codec)
    if facts.audio_codec not in (None, _COPIED_AUDIO):
        raise ProblemError("media.codec", kind="audio", codec=facts.audio_codec)
    if not 0 < facts.width <= limits.MAX_SIDE or not 0 < facts.height <= limits.MAX_SIDE:
        raise ProblemError("media.limits", limit="size", value=f"{facts.width}x{facts.height}")
    if facts.duration_ms > limits.MAX_FILM_MS:
        raise ProblemError("media.limits", limit="duration", value=facts.duration_ms)
