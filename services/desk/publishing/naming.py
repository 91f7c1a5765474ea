"""Knowing a source again: its fingerprint tells, after any interruption, whether work goes on with the same file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

from anyio import to_thread

from services.desk.tables import Upload
from services.media.fingerprint import fingerprint
from services.wire.problems import ProblemError


class _StoppedError(Exception):
    """Nobody waits for the name any longer."""


async def source_of(row: Upload, tell: Callable[[int, int], None]) -> dict[str, Any]:
    """Name an upload's file, or find that it is the one that was named before. tell: hears bytes done and all.

    Raises ProblemError: upload.file_missing, upload.file_changed (it is another file than before).
    """
    path, known = Path(row.path), row.source
    stamp = await to_thread.run_sync(_stamp, path)
    if known is not None and all(known[name] == value for name, value in stamp.items()):
        tell(1, 1)
        return dict(known)
    source = {"fingerprint": await _named(path, stamp["size"], tell), **stamp}
    if known is not None and known.get("fingerprint") != source["fingerprint"]:
        raise ProblemError("upload.file_changed", file=path.name)
    return source


async def _named(path: Path, size: int, tell: Callable[[int, int], None]) -> str:
    loop, stopped = asyncio.get_running_loop(), Event()

    def on_bytes(named: int) -> None:
        if stopped.is_set():
            raise _StoppedError
        loop.call_soon_threadsafe(tell, named, max(size, named))

    try:
        return await to_thread.run_sync(lambda: fingerprint(path, on_bytes=on_bytes))
    except (OSError, ValueError) as exc:
        raise ProblemError("upload.file_missing", file=path.name) from exc
    finally:
        # The thread cannot be cancelled; it looks here after some mebibytes.
        stopped.set()


def _stamp(path: Path) -> dict[str, int]:
    try:
        about = path.stat()
    except OSError as exc:
        raise ProblemError("upload.file_missing", file=path.name) from exc
    return {"size": about.st_size, "mtime_ns": about.st_mtime_ns}
