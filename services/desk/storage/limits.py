"""How fast this computer sends and fetches, as a person chose it."""

from __future__ import annotations

from anyio import to_thread

from services.desk.context import Desk
from services.desk.storage.record import DOWNLOAD, UPLOAD, read_limit, write_limit
from services.wire.storage import LimitIn


async def use_limits(desk: Desk) -> None:
    """Send and fetch no faster from now on than was chosen."""
    desk.pace.limit = await to_thread.run_sync(read_limit, desk, UPLOAD)
    desk.elsewhere.intake.limit = await to_thread.run_sync(read_limit, desk, DOWNLOAD)


def keep_limits(desk: Desk, chosen: LimitIn) -> None:
    """Keep the limits that were named. Blocking."""
    for name, limit in ((UPLOAD, chosen.upload_limit), (DOWNLOAD, chosen.download_limit)):
        if limit is not None:
            write_limit(desk, name, limit)
