"""Takes the picture that stands for a film. Runs in the worker process only."""

from __future__ import annotations

import io
import logging
from pathlib import Path

from PIL import Image, ImageStat

from services.media.probe import Source, open_source, unreadable_as_problem
from services.wire.problems import ProblemError

# Parts of the film to look at: past the opening titles, and never the end.
_LOOKS = (0.08, 0.3, 0.55)
_MAX_SIZE = (1280, 1280)
_QUALITY = 84
_log = logging.getLogger(__name__)


def poster(path: Path) -> bytes | None:
    """Give the liveliest of a few key frames as a JPEG, or None when none can be decoded."""
    pictures: list[Image.Image] = []
    for part in _LOOKS:
        try:
            with open_source(path) as source, unreadable_as_problem(path):
                pictures.append(_key_frame(source, part))
        except (ProblemError, StopIteration) as exc:
            _log.info("poster.skipped", extra={"part": part, "reason": str(exc)})
    return _jpeg(max(pictures, key=_liveliness)) if pictures else None


def _key_frame(source: Source, part: float) -> Image.Image:
    context = source.video.codec_context
    context.thread_count, context.skip_frame = 1, "NONKEY"
    source.container.seek(int(part * source.facts.duration_ms * 1000), backward=True)
    frame = next(source.container.decode(source.video))
    picture: Image.Image = frame.to_image()  # type: ignore[no-untyped-call]
    if (source.facts.width, source.facts.height) != picture.size:
        picture = picture.resize((source.facts.width, source.facts.height))
    if frame.rotation:
        picture = picture.rotate(frame.rotation, expand=True)
    picture.thumbnail(_MAX_SIZE, Image.Resampling.LANCZOS)
    return picture


def _liveliness(picture: Image.Image) -> float:
    """Measure how much is to be seen: black, white and blurred pictures score low."""
    return ImageStat.Stat(picture.convert("L")).stddev[0]


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()
