"""The routes of a film that is being watched."""

from __future__ import annotations

import asyncio

from anyio import to_thread
from fastapi import Response
from sqlalchemy import select

from services.desk.budgets import MAX_BUDGET
from services.desk.channels.buying import Bought
from services.desk.channels.vouchers import Figures
from services.desk.content import begin_look_ahead, captions, init_segment, plaintext
from services.desk.context import Desk
from services.desk.door import ContentOf
from services.desk.films import budget_of, open_film, take_newer
from services.desk.memberships.lending import look_at_access
from services.desk.memory import OpenFilm
from services.desk.money import spent_on
from services.desk.nodes.places import FilmDeskOf, SettledFilmDeskOf
from services.desk.passes.watching import note_played
from services.desk.playback.timeline import budget_out, playback_out
from services.desk.purchases.home import bring_home
from services.desk.purchases.record import detach_from_budget
from services.desk.purchases.service import buy
from services.desk.purchases.terms import price_of
from services.desk.receipts import receipt_out
from services.desk.tables import Film, Purchase
from services.desk.wallet.service import wallet_state
from services.http.late_routes import LateRouter
from services.units.ids import ContentId, purchase_intent
from services.units.money import ZERO, Money
from services.wire.catalogue import BudgetIn, BudgetOut, BuyIn, PlaybackOut, PositionIn, PurchaseOut
from services.wire.desk import ReceiptOut
from services.wire.problems import ProblemError

_MEDIA = "video/mp4"
_PRIVATE = {"Cache-Control": "no-store"}

router = LateRouter(tags=["playback"])


@router.get("/playback/{content_id}")
async def open_for_playing(desk: SettledFilmDeskOf, content: ContentOf) -> PlaybackOut:
    """Give a film's timeline and money."""
    film = await open_film(desk, content)
    _, access = await asyncio.gather(bring_home(desk, film), look_at_access(desk, film))
    opened = await to_thread.run_sync(playback_out, desk, film)
    desk.spawn(take_newer(desk, film), name=f"newer version of {content}")
    return opened.model_copy(update={"access": access})


@router.get("/playback/{content_id}/init")
async def init(desk: FilmDeskOf, content: ContentOf) -> Response:
    """Give the film's header."""
    film = await open_film(desk, content)
    data = await to_thread.run_sync(init_segment, desk, film.manifest)
    return Response(data, media_type=_MEDIA, headers=_PRIVATE)


@router.get("/playback/{content_id}/captions/{place}")
async def read_captions(desk: FilmDeskOf, content: ContentOf, place: int) -> Response:
    """Give captions as WebVTT; they are in the clear, as the poster is."""
    film = await open_film(desk, content)
    data = await to_thread.run_sync(captions, desk, film.manifest, place)
    return Response(data, media_type="text/vtt", headers=_PRIVATE)


@router.get("/playback/{content_id}/chunks/{index}")
async def chunk(desk: FilmDeskOf, content: ContentOf, index: int) -> Response:
    """Give a chunk in the clear, over the private socket only."""
    film = await open_film(desk, content)
    data = await to_thread.run_sync(plaintext, desk, film.manifest, index)
    begin_look_ahead(desk, film.manifest, index + 1)
    note_played(desk, content, index)
    return Response(data, media_type=_MEDIA, headers=_PRIVATE)


@router.post("/playback/{content_id}/buy")
async def buy_chunks(desk: FilmDeskOf, content: ContentOf, body: BuyIn) -> PurchaseOut:
    """Buy chunks; asking again for the same chunks never pays twice."""
    bought = await buy(
        desk,
        content,
        first_chunk=body.first_chunk,
        chunk_count=body.chunk_count,
        auto=body.auto,
        max_deposit=body.max_deposit,
        shown=body.shown,
    )
    film = await open_film(desk, content)
    if bought.figures is None:
        # A purchase by channel does so itself, when what it cost is on disk.
        begin_look_ahead(desk, film.manifest, body.first_chunk + body.chunk_count)
    if bought.figures is None or desk.memory.available is None:
        return await to_thread.run_sync(_looked_up, desk, film, body, bought)
    # A voucher leaves the wallet as it is: that is no reason to ask the chain, nor the books that are being written.
    price = price_of(film.manifest, body.first_chunk, body.chunk_count)
    return _purchase_out(desk, content, body, price, bought.figures, desk.memory.available)


@router.put("/playback/{content_id}/budget")
async def set_budget(desk: FilmDeskOf, content: ContentOf, body: BudgetIn) -> BudgetOut | None:
    """Start a new budget, with nothing spent of it yet; 0 takes it away, also while the film's node does not answer."""
    if not ZERO <= body.limit <= MAX_BUDGET:
        raise ProblemError("budget.invalid", limit=MAX_BUDGET.micros)
    if body.limit:
        await open_film(desk, content)

    def write() -> BudgetOut | None:
        with desk.database.write() as session:
            row = session.get(Film, content)
            if row is None:
                return None
            row.budget_limit, row.budget_spent = body.limit or None, ZERO
            detach_from_budget(session, content)
            return budget_out(row)

    made = await to_thread.run_sync(write)
    if made is None:
        # Whoever shows the film or the limits reads them again.
        desk.events.publish("wallet")
    return made


@router.put("/playback/{content_id}/position", status_code=204)
async def save_position(desk: FilmDeskOf, content: ContentOf, body: PositionIn) -> None:
    """Remember the position."""
    film = await open_film(desk, content)

    def write() -> None:
        with desk.database.write() as session:
            row = session.get_one(Film, content)
            row.position_ms = min(max(0, body.position_ms), film.manifest.duration_ms)
            row.opened_at = desk.clock.now()

    await to_thread.run_sync(write)


@router.get("/playback/{content_id}/receipts")
async def receipts(desk: FilmDeskOf, content: ContentOf) -> tuple[ReceiptOut, ...]:
    """List this film's purchases, newest first."""

    def read() -> tuple[ReceiptOut, ...]:
        with desk.database.read() as session:
            wanted = select(Purchase).where(Purchase.content_id == content)
            rows = session.scalars(wanted.order_by(Purchase.at.desc(), Purchase.intent).limit(100))
            return tuple(receipt_out(row) for row in rows)

    return await to_thread.run_sync(read)


def _looked_up(desk: Desk, film: OpenFilm, body: BuyIn, bought: Bought) -> PurchaseOut:
    content: ContentId = film.manifest.content_id
    with desk.database.read() as session:
        figures = bought.figures or Figures(spent_on(session, content), budget_of(session, content))
        purchase = session.get(Purchase, bought.intent) if bought.intent else None
    # An earlier one that was finished now was signed for what the film cost then.
    price = ZERO if purchase is None or purchase.money == "released" else purchase.amount
    return _purchase_out(desk, content, body, price, figures, wallet_state(desk).available)


def _purchase_out(
    desk: Desk, content: ContentId, body: BuyIn, amount: Money, figures: Figures, available: Money | None
) -> PurchaseOut:
    return PurchaseOut(
        intent=purchase_intent(
            payer=desk.keyring.owner(),
            content=content,
            first_chunk=body.first_chunk,
            chunk_count=body.chunk_count,
        ),
        first_chunk=body.first_chunk,
        chunk_count=body.chunk_count,
        amount=amount,
        state="keyed",
        spent=figures.spent,
        budget=figures.budget,
        available=available,
    )
