"""A desk as an ASGI application, and its background work."""

from __future__ import annotations

import asyncio
import logging

from anyio import to_thread
from fastapi import APIRouter, FastAPI
from fastapi.responses import StreamingResponse
from sqlalchemy import select

from services.desk import catalogue, earnings, reconciliation, tiers
from services.desk.context import Desk
from services.desk.door import DeskOf
from services.desk.films import open_film
from services.desk.payouts import routes as payouts
from services.desk.payouts import withdrawal
from services.desk.playback import routes as playback
from services.desk.publishing import routes as publishing
from services.desk.publishing import work
from services.desk.purchases.delivery import deliver, released_as_void
from services.desk.tables import Purchase
from services.desk.wallet import routes as wallet
from services.http.answers import install_problem_answers
from services.wire.problems import ProblemError

_log = logging.getLogger(__name__)
_events = APIRouter(tags=["events"])
_SLICES = (
    wallet.router,
    tiers.router,
    publishing.router,
    catalogue.router,
    playback.router,
    earnings.router,
    payouts.router,
    reconciliation.router,
    _events,
)


@_events.get("/events")
async def events(desk: DeskOf) -> StreamingResponse:
    """Stream what changes, as server-sent events."""
    return StreamingResponse(desk.events.listen(), media_type="text/event-stream")


def desk_app(desk: Desk) -> FastAPI:
    """Put the desk's routes together."""
    app = FastAPI(title="Museclock desk", version="1")
    app.state.desk = desk
    install_problem_answers(app)
    for slice_router in _SLICES:
        app.include_router(slice_router)
    return app


async def open_desk(desk: Desk) -> None:
    """Go on with all that an earlier run left unfinished, in the background."""
    desk.spawn(_finish_purchases(desk), name="open purchases")
    await work.resume_all(desk)
    await withdrawal.resume_all(desk)


async def close_desk(desk: Desk) -> None:
    """End the event streams and the background work; what is on disk is taken up at the next start."""
    desk.events.close()
    tasks = list(desk.tasks)
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)


async def _finish_purchases(desk: Desk) -> None:
    """Bring purchases to their end that were signed before a crash: the same bytes, never a new signature."""

    def unfinished() -> list[Purchase]:
        wanted = select(Purchase).where(
            (Purchase.money == "in_flight") | ((Purchase.money == "spent") & (Purchase.state == "unknown"))
        )
        with desk.database.read() as session:
            return list(session.scalars(wanted.order_by(Purchase.at)))

    for row in await to_thread.run_sync(unfinished):
        async with desk.locks[row.content_id]:
            try:
                film = await open_film(desk, row.content_id)
                if not await released_as_void(desk, row):
                    await deliver(desk, film.manifest, row)
            except ProblemError as problem:
                _log.info("purchase still open", extra={"intent": row.intent, "code": problem.code})
