"""The routes of a desk's back-up. The passphrase comes by the private socket; no key ever leaves by it."""

from __future__ import annotations

from pathlib import Path

from anyio import to_thread

from services.desk.door import DeskOf
from services.desk.wallet.backup import make_backup, standing, try_backup
from services.http.late_routes import LateRouter
from services.wire.backup import BackupIn, BackupOut, TrialOut

router = LateRouter(tags=["wallet"])


@router.get("/wallet/backup")
async def read(desk: DeskOf) -> BackupOut:
    """Say how the back-up stands."""
    return await to_thread.run_sync(standing, desk)


@router.post("/wallet/backup")
async def make(desk: DeskOf, body: BackupIn) -> BackupOut:
    """Write a back-up to a path. Problem codes: wallet.missing, wallet.wrong_passphrase, wallet.weak_passphrase,
    file.not_written.
    """
    made = await to_thread.run_sync(make_backup, desk, Path(body.path), body.passphrase)
    desk.events.publish("backup")
    return made


@router.post("/wallet/backup/trial")
async def trial(desk: DeskOf, body: BackupIn) -> TrialOut:
    """Open a back-up, compare it with what is here, change nothing.

    Problem codes: file.not_read, backup.damaged, wallet.wrong_passphrase, wallet.missing, wallet.locked.
    """
    found = await to_thread.run_sync(try_backup, desk, Path(body.path), body.passphrase)
    desk.events.publish("backup")
    return found
