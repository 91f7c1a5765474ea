"""Writing down that work on an upload has ended, also when the disk has no room for that: as soon as it has."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import Any, Final

from anyio import to_thread

from services.desk.context import Desk
from services.desk.publishing.record import move
from services.wire.problems import ProblemError
from services.wire.uploads import UploadState

AGAIN_S: Final = 2.0
_log = logging.getLogger(__name__)


async def note_end(desk: Desk, upload_id: str, *, was: UploadState, **fields: Any) -> None:
    """Set columns of an upload that nobody works on any longer, as long as it is in the state in which it was left.

    On a full disk this is done in the background until it succeeds: else the upload would seem to be at work for ever.
    """
    if not await _is_noted(desk, upload_id, was, fields):
        desk.spawn(_as_soon_as_possible(desk, upload_id, was, fields), name=f"noting {upload_id}")


async def _as_soon_as_possible(desk: Desk, upload_id: str, was: UploadState, fields: dict[str, Any]) -> None:
    while True:
        await asyncio.sleep(AGAIN_S)
        async with desk.turn(upload_id):
            if await _is_noted(desk, upload_id, was, fields):
                return


async def _is_noted(desk: Desk, upload_id: str, was: UploadState, fields: dict[str, Any]) -> bool:
    """Say whether it is written, or need not be: the upload went on meanwhile, or is gone."""
    try:
        await to_thread.run_sync(partial(move, desk, upload_id, sources=(was,), **fields))
    except ProblemError as problem:
        if problem.code == "disk.full":
            _log.info("no room to note", extra={"upload": upload_id})
            return False
        if problem.code not in ("upload.not_found", "upload.state"):
            raise
    desk.events.publish("upload", upload_id)
    return True
