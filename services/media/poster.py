"""Takes the picture that stands for a film: the liveliest, the one at a moment, or a file's. In the worker only."""

from __future__ import annotations

import io
import logging
from contextlib import suppress
from itertools import islice
from pathlib import Path

from av.video.frame import VideoFrame
from PIL import Image, ImageOps, ImageStat, UnidentifiedImageError

from services.media.probe import Source, open_source, unreadable_as_problem
from services.wire.problems import ProblemError

# Parts of the film to look at: past the opening titles, and never the end.
_LOOKS = (0.08, 0.3, 0.55)
_MAX_SIZE = (1280, 1280)
_QUALITY = 84
_FORMATS = ("JPEG", "PNG", "WEBP")
_MAX_PIXELS = 50_000_000
# The key frame before a moment may be far away; what is decoded from there on is bounded.
_MOST_FRAMES = 1_500
_log = logging.getLogger(__name__)


def poster(path: Path) -> bytes | None:
    """Give the liveliest of a few key frames as a JPEG, or None when none can be decoded."""
    pictures: list[Image.Image] = []
    with suppress(ProblemError), open_source(path) as source:
        context = source.video.codec_context
        context.thread_count, context.skip_frame = 1, "NONKEY"
        for part in _LOOKS:
            try:
                with unreadable_as_problem(path):
                    pictures.append(_key_frame(source, part))
            except (ProblemError, StopIteration) as exc:
                _log.info("poster.skipped", extra={"part": part, "reason": str(exc)})
    return _jpeg(max(pictures, key=_liveliness)) if pictures else None


def picture_at(path: Path, at_ms: int, side: int = _MAX_SIZE[0]) -> bytes:
    """Give what a film shows at a moment as a JPEG of at most ``side`` in width and height.

    The nearest before it where its key frame is too far away. Raises ProblemError: as open_source.
    """
    with open_source(path) as source, unreadable_as_problem(path):
        source.video.codec_context.thread_count = 1
        moment = min(max(at_ms, 0), max(source.facts.duration_ms - 1, 0)) / 1000 + float(source.starts_at)
        source.container.seek(int(moment * 1_000_000), backward=True)
        shown: VideoFrame | None = None
        for frame in islice(source.container.decode(source.video), _MOST_FRAMES):
            if shown is not None and (frame.time or 0.0) > moment:
                break
            shown = frame
        if shown is None:
            raise ProblemError("media.unreadable", name=path.name)
        return _jpeg(_picture(source, shown, (side, side)))


def picture_of(path: Path) -> bytes:
    """Give a picture file as a JPEG without anything that it says of its making.

    Raises ProblemError: media.picture, upload.file_missing.
    """
    try:
        with path.open("rb") as file, Image.open(file, formats=_FORMATS) as found:
            if found.width * found.height > _MAX_PIXELS:
                raise ProblemError("media.picture", name=path.name, reason="size")
            picture = ImageOps.exif_transpose(found).convert("RGB")
    except FileNotFoundError as exc:
        raise ProblemError("upload.file_missing", name=path.name) from exc
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as exc:
        # Pillow reports a broken PNG as a SyntaxError.
        raise ProblemError("media.picture", name=path.name, reason="form") from exc
    picture.thumbnail(_MAX_SIZE, Image.Resampling.LANCZOS)
    return _jpeg(picture)


def _key_frame(source: Source, part: float) -> Image.Image:
    source.container.seek(int(part * source.facts.duration_ms * 1000), backward=True)
    return _picture(source, next(source.container.decode(source.video)), _MAX_SIZE)


def _picture(source: Source, frame: VideoFrame, size: tuple[int, int]) -> Image.Image:
    picture: Image.Image = frame.to_image()  # type: ignore[no-untyped-call]
    if (source.facts.width, source.facts.height) != picture.size:
        picture = picture.resize((source.facts.width, source.facts.height))
    if frame.rotation:
        picture = picture.rotate(frame.rotation, expand=True)
    picture.thumbnail(size, Image.Resampling.LANCZOS)
    return picture


def _liveliness(picture: Image.Image) -> float:
    """Measure how much is to be seen: black, white and blurred pictures score low."""
    return ImageStat.Stat(picture.convert("L")).stddev[0]


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()
