"""The list of storages and what is known to be there."""

from __future__ import annotations

from sqlalchemy import delete, func, select

from services.desk.context import Desk
from services.desk.storage.tables import StorageCopy, StorageSecret, StorageTarget
from services.desk.tables import Setting, Upload
from services.units.cid import Cid
from services.units.ids import ContentId
from services.units.money import Money
from services.wire.problems import ProblemError

UPLOAD, DOWNLOAD, PRICE = "upload_limit", "download_limit_per_s", "storage_price_per_gb"
"""The two limits, and what a gigabyte costs, by the names under which they are kept."""


def listed(desk: Desk, kind: str = "") -> tuple[StorageTarget, ...]:
    """List storages of a kind (empty: all) in the order in which they were added. Blocking."""
    wanted = select(StorageTarget).order_by(StorageTarget.added_at, StorageTarget.address)
    with desk.database.read() as session:
        return tuple(session.scalars(wanted.where(StorageTarget.kind == kind) if kind else wanted))


def keepers(desk: Desk) -> tuple[StorageTarget, ...]:
    """List the storages that copies go to: daemons first, from which pinning services fetch. Blocking."""
    return (*listed(desk, "daemon"), *listed(desk, "pinning"))


def keep(desk: Desk, address: str, kind: str, version: str) -> None:
    """Put a storage on the list, or note what it is now. Blocking."""
    now = desk.clock.now()
    with desk.database.write() as session:
        row = session.get(StorageTarget, address)
        if row is None:
            row = StorageTarget(address=address, kind=kind, added_at=now)
            session.add(row)
        row.version, row.seen_at, row.problem = version, now, None


def keep_token(desk: Desk, address: str, token: str) -> None:
    """Keep a pinning service's token, under the device's key. Blocking."""
    wrapped = desk.device.wrap(token.encode(), owner=_token_owner(address))
    with desk.database.write() as session:
        session.merge(StorageSecret(address=address, wrapped=wrapped))


def token_of(desk: Desk, address: str) -> str:
    """Open a pinning service's token; empty where there is none. Blocking."""
    with desk.database.read() as session:
        row = session.get(StorageSecret, address)
    return "" if row is None else desk.device.open(row.wrapped, owner=_token_owner(address)).decode()


def _token_owner(address: str) -> str:
    return f"storage:{address}"


def kind_of(desk: Desk, address: str) -> str:
    """Say what a storage is; empty for one that is not on the list. Blocking."""
    with desk.database.read() as session:
        row = session.get(StorageTarget, address)
    return "" if row is None else row.kind


def drop(desk: Desk, address: str) -> None:
    """Take a storage off the list; what lies there stays there. Blocking."""
    with desk.database.write() as session:
        session.execute(delete(StorageSecret).where(StorageSecret.address == address))
        session.execute(delete(StorageCopy).where(StorageCopy.address == address))
        session.execute(delete(StorageTarget).where(StorageTarget.address == address))


def note(desk: Desk, address: str, problem: ProblemError | None) -> None:
    """Note how a storage did what was asked. Blocking."""
    with desk.database.write() as session:
        row = session.get(StorageTarget, address)
        if row is not None:
            row.problem = None if problem is None else problem.code
            row.seen_at = row.seen_at if problem is not None else desk.clock.now()


def note_copy(desk: Desk, address: str, content: ContentId, state: str) -> None:
    """Note how much of a film is there. Blocking."""
    with desk.database.write() as session:
        if session.get(StorageTarget, address) is None:
            # It was taken off the list meanwhile.
            return
        session.merge(StorageCopy(address=address, content_id=content, state=state, checked_at=desk.clock.now()))


def complete_copies(desk: Desk) -> dict[str, int]:
    """Count the films that are there in full, by address. Blocking."""
    counted = select(StorageCopy.address, func.count()).where(StorageCopy.state == "complete")
    with desk.database.read() as session:
        return dict(session.execute(counted.group_by(StorageCopy.address)).all())


def films_for_sale(desk: Desk) -> tuple[tuple[ContentId, tuple[Cid, ...]], ...]:
    """Give this account's films with their files. Blocking."""
    with desk.database.read() as session:
        rows = session.scalars(select(Upload).where(Upload.state == "published"))
        return tuple((row.content_id, files_of(row)) for row in rows if row.sealed is not None)


def files_of(row: Upload) -> tuple[Cid, ...]:
    """Name the files of a film: header, picture, captions, sealed parts; those that there are."""
    chosen, sealed = row.beside or {}, row.sealed
    names = [chosen.get("poster")]
    if sealed is not None:
        summary = sealed["summary"]
        captions = [one["cid"] for one in chosen.get("captions", summary.get("captions", ()))]
        names = [
            summary["init_cid"],
            names[0] or summary["poster_cid"],
            *captions,
            *(c["cid"] for c in sealed["chunks"]),
        ]
    return tuple(Cid.parse(name) for name in names if name is not None)


def read_limit(desk: Desk, name: str) -> int:
    """Give what was chosen, such as a limit in bytes a second, 0 for nothing. Blocking."""
    with desk.database.read() as session:
        row = session.get(Setting, name)
    return row.value if row is not None and isinstance(row.value, int) else 0


def read_price(desk: Desk) -> Money:
    """Give what a gigabyte costs a month at all storages together, as the person said. Blocking."""
    return Money(read_limit(desk, PRICE))


def write_limit(desk: Desk, name: str, limit: int) -> None:
    """Keep what was chosen. Blocking."""
    with desk.database.write() as session:
        session.merge(Setting(name=name, value=limit))
