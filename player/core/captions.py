"""Captions as people's files have them, WebVTT (w3.org/TR/webvtt1) and SubRip: what is said at a position.

What styles or places a line is left out; nothing in a file can do more than be read.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from dataclasses import dataclass

MAX_BYTES = 4 * 1024 * 1024
"""Captions of a file that somebody chose; more is no captions."""
_MAX_CUES = 20_000
_MAX_LINES = 6
_MAX_LETTERS = 300
_TIME = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_SPAN = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}")
# Tags of WebVTT and SubRip, and the overrides of ASS that stand in many files.
_MARKS = re.compile(r"<[^<>]*>|\{\\[^{}]*\}")
_ENCODINGS = ("utf-8-sig", "cp1252")


@dataclass(frozen=True, slots=True)
class Cue:
    """Words from start to end."""

    start_ms: int
    end_ms: int
    words: str


@dataclass(frozen=True, slots=True)
class Captions:
    """Cues in the order in which they begin."""

    cues: tuple[Cue, ...] = ()

    def at(self, position_ms: int) -> str:
        """Give what is said at a position, several cues below each other; empty in between."""
        until = bisect_right(self.cues, position_ms, key=lambda cue: cue.start_ms)
        # No cue is on the screen for longer than a few others: the last ones are enough.
        near = self.cues[max(0, until - _MAX_LINES) : until]
        return "\n".join(cue.words for cue in near if position_ms < cue.end_ms)


def decoded(data: bytes) -> str:
    """Read a file's bytes: Unicode where it says so or fits, else the old Western encoding; raises ValueError."""
    if len(data) > MAX_BYTES:
        raise ValueError("too large for captions")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    for encoding in _ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def parsed(text: str) -> Captions:
    """Read WebVTT or SubRip; raises ValueError when there is no cue in it."""
    cues: list[Cue] = []
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\r", "\n")):
        lines = block.split("\n")
        at = next((number for number, line in enumerate(lines[:3]) if _SPAN.match(line)), None)
        cue = None if at is None else _cue(lines[at], lines[at + 1 :])
        if cue is not None:
            cues.append(cue)
        if len(cues) >= _MAX_CUES:
            break
    if not cues:
        raise ValueError("no captions in it")
    return Captions(tuple(sorted(cues, key=lambda cue: cue.start_ms)))


def _cue(span: str, lines: list[str]) -> Cue | None:
    found = _SPAN.match(span)
    words = [_plain(line) for line in lines]
    shown = "\n".join(line for line in words[:_MAX_LINES] if line)
    if found is None or not shown:
        return None
    parts = found.groups()
    start_ms, end_ms = _ms(parts[:4]), _ms(parts[4:])
    return Cue(start_ms, end_ms, shown) if end_ms > start_ms else None


def _ms(parts: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, thousandths = parts
    whole = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)
    return whole * 1000 + int((thousandths or "0").ljust(3, "0"))


def _plain(line: str) -> str:
    read = html.unescape(_MARKS.sub("", line))
    return "".join(sign for sign in read if sign.isprintable()).strip()[:_MAX_LETTERS]
