"""Text subtitles as WebVTT (w3.org/TR/webvtt1). Runs in the worker process only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av
import av.error
from av.stream import Stream

from services.media.packets import AnyPacket, seconds
from services.media.tracks import plain_language, plain_name
from services.wire.problems import ProblemError

MAX_BYTES: Final = 1024 * 1024
"""Ten hours of dense dialogue are half of it; what comes after is left out."""
_MAX_LINES: Final = 8
_OPEN_OPTIONS: Final = {"format_whitelist": "srt,webvtt", "protocol_whitelist": "file"}
# Overrides of the decoders' common form (ASS): positions, fonts, drawings. What they style is kept, they are not.
_OVERRIDE = re.compile(r"\{[^}]*\}")
_BREAK = re.compile(r"\\[Nn]|\r\n?|\n")
_DIALOGUE_FIELDS = 8


@dataclass(frozen=True, slots=True)
class CaptionText:
    """A whole WebVTT file and whose words it holds."""

    language: str
    name: str
    data: bytes


class CaptionWriter:
    """Turns the packets of one subtitle stream into cues, in the order in which they come."""

    def __init__(self, stream: Stream) -> None:
        self._language = plain_language(stream.language)
        self._name = plain_name(stream.metadata.get("title", ""))
        self._cues: list[str] = []
        self._size = 0

    @property
    def has_words(self) -> bool:
        """Whether there is anything to read."""
        return bool(self._cues)

    def take(self, packet: AnyPacket) -> None:
        """Add what one packet says; one that cannot be read is left out."""
        if packet.pts is None or not packet.duration:
            return
        start_ms, end_ms = (round(seconds(at, packet) * 1000) for at in (packet.pts, packet.pts + packet.duration))
        words = _words(packet)
        if not words or end_ms <= max(start_ms, 0):
            return
        cue = f"{_stamp(max(start_ms, 0))} --> {_stamp(end_ms)}\n{words}\n"
        self._size += len(cue.encode()) + 1
        if self._size < MAX_BYTES:
            self._cues.append(cue)

    def text(self) -> CaptionText:
        """Give the file."""
        data = "\n".join(["WEBVTT\n", *self._cues]).encode()
        return CaptionText(self._language, self._name, data)


def captions_of(path: Path) -> bytes:
    """Give a subtitle file of its own as WebVTT. Raises ProblemError: upload.file_missing, media.captions."""
    try:
        if not path.is_file():
            raise ProblemError("upload.file_missing", name=path.name)
        if path.stat().st_size > MAX_BYTES:
            raise ProblemError("media.captions", name=path.name, reason="size")
        with av.open(f"file:{path}", metadata_errors="ignore", options=_OPEN_OPTIONS) as container:
            writer = CaptionWriter(container.streams.subtitles[0])
            for packet in container.demux():
                writer.take(packet)
    except (av.error.FFmpegError, IndexError, UnicodeDecodeError, OSError) as exc:
        raise ProblemError("media.captions", name=path.name, reason="form") from exc
    if not writer.has_words:
        raise ProblemError("media.captions", name=path.name, reason="empty")
    return writer.text().data


def _words(packet: AnyPacket) -> str:
    try:
        parts = packet.decode()
    except (av.error.FFmpegError, UnicodeDecodeError, NotImplementedError):
        return ""
    lines = [line for part in parts for line in _lines(getattr(part, "ass", b""))]
    return "\n".join(lines[:_MAX_LINES])


def _lines(dialogue: bytes) -> list[str]:
    """Split the last field of an ASS dialogue line into lines without any styling."""
    fields = dialogue.decode("utf-8", "replace").split(",", _DIALOGUE_FIELDS)
    plain = _OVERRIDE.sub("", fields[-1] if len(fields) > _DIALOGUE_FIELDS else "")
    shown = (plain_line(line) for line in _BREAK.split(plain))
    return [line for line in shown if line]


def plain_line(line: str) -> str:
    """Escape one line of a cue: the three signs that WebVTT reads as mark-up, and none that steer."""
    clean = "".join(sign for sign in line if sign.isprintable()).strip()
    return clean.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _stamp(at_ms: int) -> str:
    minutes, rest = divmod(at_ms, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{rest // 1000:02d}.{rest % 1000:03d}"
