"""A person's profile as a whole: begun from a back-up, or deleted, while no world of it is open."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

from anyio import to_thread
from sqlalchemy import func, select

from services.chain.errors import ChainUnreachable
from services.db.keybox import KeyBox
from services.desk.context import Desk
from services.desk.money import in_flight, promised, refundable
from services.desk.payouts.withdrawal import OPEN
from services.desk.tables import Upload, Withdrawal
from services.desk.wallet.backup import Kept, open_backup, secrets_of, standing
from services.desk.wallet.keyring import Keyring
from services.desk.wallet.service import wallet_state
from services.host.exchange import Exchange
from services.host.places import profile_of
from services.host.world import World
from services.http.late_routes import LateRouter
from services.ipfs.durable import disk_problems, replace_durably
from services.units.money import ZERO
from services.wire.backup import DeleteIn, LossesOut, RestoredOut, RestoreIn
from services.wire.problems import ProblemError

_PARTS = ("desks", "node", "blocks")
_GONE = ".deleted"


def profile_routes(world: World, exchange: Exchange) -> LateRouter:
    """Make the routes of a person's own world."""
    router = LateRouter(prefix="/profile", tags=["profile"])
    desk, profile = world.desks[0], profile_of(world)

    @router.post("/restore")
    async def restore(body: RestoreIn) -> RestoredOut:
        """Begin this profile from a back-up.

        Problem codes: wallet.exists, file.not_read, backup.damaged, wallet.wrong_passphrase, wallet.damaged,
        chain.wrong_chain, disk.full.
        """
        if desk.keyring.address is not None:
            raise ProblemError("wallet.exists")
        kept = await to_thread.run_sync(open_backup, Path(body.path), body.passphrase)
        if kept.chain_id != desk.chain.chain_id:
            raise ProblemError("chain.wrong_chain", expected=desk.chain.chain_id, found=kept.chain_id)
        films = len(await to_thread.run_sync(secrets_of, kept))
        await exchange(partial(put_back, desk.folder, kept, body.passphrase))
        return RestoredOut(address=kept.address, made_at=kept.made_at, films=films)

    @router.get("/losses")
    async def losses() -> LossesOut:
        """Say what would go with this profile."""
        return await to_thread.run_sync(losses_of, desk)

    @router.post("/delete", status_code=204)
    async def delete(body: DeleteIn) -> None:
        """Delete keys, books and films of this profile for good.

        Problem codes: wallet.wrong_passphrase, profile.in_flight.
        """
        if desk.keyring.address is not None:
            await to_thread.run_sync(desk.keyring.confirm, body.passphrase)
        lost = await to_thread.run_sync(losses_of, desk)
        if lost.in_flight and not body.in_flight:
            raise ProblemError("profile.in_flight", amount=lost.in_flight.micros)
        await exchange(partial(remove, profile))

    return router


def losses_of(desk: Desk) -> LossesOut:
    """Add up what a deleted profile takes along. Blocking."""
    with desk.database.read() as session:
        flying = in_flight(session) + promised(session)
        held = refundable(session) + promised(session)
        open_ones = session.scalars(select(Withdrawal.amount).where(Withdrawal.state.in_(OPEN)))
        flying = sum(open_ones, flying)
        signed = select(func.count()).select_from(Upload).where(Upload.publication.is_not(None))
        published = session.scalar(signed) or 0
        secrets = session.scalar(select(func.count()).select_from(Upload)) or 0
    owner, earnings = desk.keyring.address, None
    try:
        earnings = ZERO if owner is None else desk.chain.creator_balance(owner)
    except ChainUnreachable:
        earnings = None
    return LossesOut(
        address=owner,
        wallet=wallet_state(desk).available,
        in_channels=held,
        in_flight=flying,
        earnings=earnings,
        films=published,
        secrets=secrets,
        drafts=secrets - published,
        backup=standing(desk),
    )


def put_back(folder: Path, kept: Kept, passphrase: str) -> None:
    """Write a back-up into a desk's folder that has no wallet; the wallet comes last, so that it can be done again.

    Blocking. Raises ProblemError: wallet.exists, wallet.damaged, disk.full.
    """
    with disk_problems():
        for name in ("desk.db-wal", "desk.db-shm"):
            (folder / name).unlink(missing_ok=True)
        replace_durably(folder / "device.key", kept.device, unfinished=folder)
        replace_durably(folder / "desk.db", kept.database, unfinished=folder)
        Keyring(folder / "wallet.json", KeyBox(kept.device)).create(passphrase, kept.key)


def remove(profile: Path) -> None:
    """Take a profile's keys, books and films away. Blocking. Raises ProblemError: disk.full."""
    gone = profile / _GONE
    with disk_problems():
        shutil.rmtree(gone, ignore_errors=True)
        gone.mkdir(mode=0o700)
        # Moved first: a crash leaves either the profile or none, never a half that opens.
        for part in _PARTS:
            if (profile / part).exists():
                (profile / part).rename(gone / part)
        shutil.rmtree(gone, ignore_errors=True)
