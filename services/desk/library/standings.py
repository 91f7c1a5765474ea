"""Whom this viewer follows, and whom it does not want to see: kept on this desk, told to nobody."""

from __future__ import annotations

from typing import Annotated, Literal

from anyio import to_thread
from fastapi import Path
from sqlalchemy import delete, select

from services.desk.context import Desk
from services.desk.door import AddressOf, DeskOf
from services.desk.library.tables import Standing
from services.http.late_routes import LateRouter
from services.units.address import Address
from services.wire.profiles import StandingIn, StandingOut, StandingsOut

Kind = Literal["follows", "blocked"]
KindOf = Annotated[Kind, Path()]
_LISTED = 500

router = LateRouter(tags=["library"])


@router.get("/standings")
async def listed(desk: DeskOf) -> StandingsOut:
    """List whom this viewer follows and blocked, latest first; works without a node."""
    return await to_thread.run_sync(read_standings, desk)


@router.put("/standings/{kind}/{creator}")
async def put(desk: DeskOf, kind: KindOf, creator: AddressOf, body: StandingIn) -> StandingsOut:
    """Follow or block a creator: one ends the other."""
    return await to_thread.run_sync(_put, desk, kind, creator, body)


@router.delete("/standings/{kind}/{creator}")
async def end(desk: DeskOf, kind: KindOf, creator: AddressOf) -> StandingsOut:
    """Follow or block a creator no longer; nothing changes where that was not so."""

    def work() -> StandingsOut:
        with desk.database.write() as session:
            session.execute(delete(Standing).where(Standing.creator == creator, Standing.kind == kind))
        return _told(desk, creator)

    return await to_thread.run_sync(work)


def read_standings(desk: Desk) -> StandingsOut:
    """Give both lists. Blocking."""
    with desk.database.read() as session:
        rows = list(session.scalars(select(Standing).order_by(Standing.at.desc(), Standing.creator).limit(_LISTED)))
    return StandingsOut(
        follows=tuple(_out(row) for row in rows if row.kind == "follows"),
        blocked=tuple(_out(row) for row in rows if row.kind == "blocked"),
    )


def _put(desk: Desk, kind: Kind, creator: Address, body: StandingIn) -> StandingsOut:
    with desk.database.write() as session:
        row = Standing(creator=creator, kind=kind, name=body.name, node=body.node, at=desk.clock.now())
        session.merge(row)
    return _told(desk, creator)


def _told(desk: Desk, creator: Address) -> StandingsOut:
    desk.events.publish("library", creator)
    return read_standings(desk)


def _out(row: Standing) -> StandingOut:
    return StandingOut(creator=row.creator, name=row.name, node=row.node, at=row.at)
