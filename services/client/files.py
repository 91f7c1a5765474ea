"""Files of a person that are small enough to be sent whole. On the bridge's threads, never on the window's own."""

from __future__ import annotations

from pathlib import Path

from services.wire.problems import ProblemError
from services.wire.profiles import MAX_PICTURE_BYTES


def read_picture(path: str) -> bytes:
    """Read a picture. Blocking. Raises ProblemError: file.not_read, profile.picture for more than 2 MiB."""
    try:
        with Path(path).open("rb") as file:
            data = file.read(MAX_PICTURE_BYTES + 1)
    except OSError as exc:
        raise ProblemError("file.not_read", path=path) from exc
    if len(data) > MAX_PICTURE_BYTES:
        raise ProblemError("profile.picture", limit=MAX_PICTURE_BYTES)
    return data
