"""The routes of storages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, cast

from anyio import to_thread
from fastapi import Query

from services.desk.context import Desk
from services.desk.door import ContentOf, DeskOf
from services.desk.nodes.addresses import read_address
from services.desk.nodes.places import FilmDeskOf
from services.desk.storage.daemons import running_daemon, version_of
from services.desk.storage.export import export as export_film
from services.desk.storage.keeping import use_gateways
from services.desk.storage.limits import keep_limits, use_limits
from services.desk.storage.record import (
    DOWNLOAD,
    PRICE,
    UPLOAD,
    complete_copies,
    drop,
    films_for_sale,
    keep,
    keep_token,
    listed,
    read_limit,
    read_price,
    write_limit,
)
from services.desk.storage.repair import repair as bring_missing
from services.desk.storage.services import check_service
from services.http.late_routes import LateRouter
from services.ipfs.kubo import is_daemon_address
from services.ipfs.pinning import read_service_address
from services.wire.base import ProblemOut
from services.wire.problems import ProblemError
from services.wire.storage import (
    DetectedOut,
    ExportIn,
    ExportOut,
    LimitIn,
    StorageKind,
    StorageOut,
    StoragePriceIn,
    TargetIn,
    TargetOut,
)

router = LateRouter(tags=["storage"])


@router.get("/storage")
async def storage(desk: DeskOf) -> StorageOut:
    """List storages, and the daemon that runs here and is not among them."""
    return await to_thread.run_sync(_out, desk)


@router.post("/storage/targets", status_code=201)
async def add(desk: DeskOf, body: TargetIn) -> StorageOut:
    """Look at a storage and put it on the list."""
    await to_thread.run_sync(_add, desk, body.address.strip(), body.token.strip())
    return await _changed(desk)


@router.delete("/storage/targets")
async def remove(desk: DeskOf, address: Annotated[str, Query(max_length=300)]) -> StorageOut:
    """Take a storage off the list."""
    await to_thread.run_sync(drop, desk, address)
    return await _changed(desk)


@router.post("/storage/repair")
async def repair(desk: DeskOf) -> StorageOut:
    """Bring to every daemon what it lacks."""
    await desk.finish(bring_missing(desk), "repairing storages")
    return await to_thread.run_sync(_out, desk)


@router.put("/storage/limit")
async def limit(desk: DeskOf, body: LimitIn) -> StorageOut:
    """Limit what leaves this computer and what comes; what is not named stays as it is."""
    await to_thread.run_sync(keep_limits, desk, body)
    await use_limits(desk)
    return await _changed(desk)


@router.put("/storage/price")
async def price(desk: DeskOf, body: StoragePriceIn) -> StorageOut:
    """Note what a gigabyte costs a month at all storages together."""
    await to_thread.run_sync(write_limit, desk, PRICE, body.price_per_gb.micros)
    return await _changed(desk)


@router.post("/films/{content_id}/export", status_code=201)
async def export(desk: FilmDeskOf, content: ContentOf, body: ExportIn) -> ExportOut:
    """Take what is owned of a film away, in one file."""
    return await to_thread.run_sync(export_film, desk, content, Path(body.path))


async def _changed(desk: Desk) -> StorageOut:
    await to_thread.run_sync(use_gateways, desk)
    desk.events.publish("storage")
    return await to_thread.run_sync(_out, desk)


def _add(desk: Desk, address: str, token: str) -> None:
    if token:
        address = read_service_address(address)
        check_service(address, token)
        keep_token(desk, address, token)
        keep(desk, address, "pinning", "")
        return
    if is_daemon_address(address):
        try:
            keep(desk, address, "daemon", version_of(address))
        except ProblemError as problem:
            if problem.code == "request.invalid":
                raise ProblemError("storage.address") from problem
            raise
        return
    try:
        keep(desk, read_address(address), "gateway", "")
    except ProblemError as problem:
        raise ProblemError("storage.address") from problem


def _out(desk: Desk) -> StorageOut:
    rows, copies, films = listed(desk), complete_copies(desk), len(films_for_sale(desk))
    found = running_daemon()
    if found is not None and found[0] in {row.address for row in rows}:
        found = None
    return StorageOut(
        targets=tuple(
            TargetOut(
                address=row.address,
                kind=cast("StorageKind", row.kind),
                version=row.version,
                seen_at=row.seen_at,
                problem=None if row.problem is None else _problem(row.address, row.problem),
                films=copies.get(row.address, 0),
                missing=max(0, films - copies.get(row.address, 0)) if row.kind != "gateway" else 0,
            )
            for row in rows
        ),
        detected=None if found is None else DetectedOut(address=found[0], version=found[1]),
        upload_limit=read_limit(desk, UPLOAD),
        download_limit=read_limit(desk, DOWNLOAD),
        price_per_gb=read_price(desk),
    )


def _problem(address: str, code: str) -> ProblemOut:
    return ProblemOut.model_validate(ProblemError(code, address=address, reason="").body())
