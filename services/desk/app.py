"""A desk as an ASGI application, and its background work."""

from __future__ import annotations

import asyncio
from functools import cache

from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from services.desk import catalogue, earnings, figures, messages, own_films, profiles, reconciliation, three_way, tiers
from services.desk.chain_view import watch as watch_chain
from services.desk.channels import routes as channels
from services.desk.channels.watch import watch as watch_channels
from services.desk.context import Desk
from services.desk.door import DeskOf
from services.desk.library import downloads, followed, standings
from services.desk.library import routes as library
from services.desk.memberships import routes as memberships
from services.desk.memberships.watch import watch as watch_memberships
from services.desk.nodes import placing
from services.desk.nodes import routes as nodes
from services.desk.nodes.watch import watch as watch_nodes
from services.desk.notices import routes as notices
from services.desk.notices.watch import watch as watch_news
from services.desk.oversight import routes as oversight
from services.desk.passes import routes as passes
from services.desk.passes.watching import watch as watch_passes
from services.desk.payouts import routes as payouts
from services.desk.payouts import verification, withdrawal
from services.desk.playback import routes as playback
from services.desk.playback.unlocking import UNLOCK
from services.desk.pricing import routes as pricing
from services.desk.publishing import control, publish, work
from services.desk.publishing import routes as publishing
from services.desk.purchases.resume import watch as watch_purchases
from services.desk.storage import routes as storage
from services.desk.storage.repair import watch as watch_storages
from services.desk.tips import routes as tips
from services.desk.tips.giving import watch as watch_tips
from services.desk.wallet import backup_routes, sending, sending_routes
from services.desk.wallet import routes as wallet
from services.desk.wallet.outside import watch as watch_outside
from services.http.answers import install_problem_answers
from services.http.bound import Bound
from services.http.late_routes import LateRouter, install
from services.http.quick import QuickRoutes

_events = LateRouter(tags=["events"])
_SLICES = (
    wallet.router,
    notices.router,
    sending_routes.router,
    tips.router,
    backup_routes.router,
    channels.router,
    tiers.router,
    messages.router,
    memberships.router,
    passes.router,
    nodes.router,
    publishing.router,
    own_films.router,
    pricing.router,
    storage.router,
    catalogue.router,
    profiles.router,
    standings.router,
    library.router,
    followed.router,
    playback.router,
    earnings.router,
    figures.router,
    payouts.router,
    verification.router,
    oversight.router,
    reconciliation.router,
    three_way.router,
    _events,
)


@_events.get("/events")
async def events(desk: DeskOf) -> StreamingResponse:
    """Stream what changes, as server-sent events."""
    return StreamingResponse(desk.events.listen(), media_type="text/event-stream")


def desk_app(desk: Desk) -> Bound:
    """Give the desk's routes for a desk."""
    return Bound(QuickRoutes(desk_routes(), UNLOCK), desk=desk)


@cache
def desk_routes() -> FastAPI:
    """Put the desk's routes together, once a process."""
    app = FastAPI(title="Museclock desk", version="1")
    install_problem_answers(app)
    install(app, _SLICES)
    return app


async def open_desk(desk: Desk) -> None:
    """Go on with all that an earlier run left unfinished, in the background; damaged books are only looked at."""
    if desk.database.harm is not None:
        return
    desk.spawn(watch_purchases(desk), name="open purchases")
    desk.spawn(watch_chain(desk), name="chain")
    desk.spawn(watch_channels(desk), name="channels")
    desk.spawn(watch_nodes(desk), name="nodes")
    desk.spawn(watch_memberships(desk), name="memberships")
    desk.spawn(watch_passes(desk), name="watching")
    desk.spawn(watch_storages(desk), name="storages")
    desk.spawn(watch_news(desk), name="notices")
    desk.spawn(watch_outside(desk), name="outside changes")
    desk.spawn(watch_tips(desk), name="tips")
    await work.resume_all(desk)
    await publish.resume_all(desk)
    await control.resume_proofs(desk)
    await placing.resume_all(desk, publish.publish_again)
    await withdrawal.resume_all(desk)
    await downloads.resume_all(desk)
    await sending.resume_all(desk)


async def close_desk(desk: Desk) -> None:
    """End the event streams and the background work; what is on disk is taken up at the next start."""
    desk.events.close()
    desk.elsewhere.intake.close()
    tasks = list(desk.tasks)
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
    await desk.nodes.aclose()
    desk.elsewhere.close()
