"""Publishing: the manifest is composed, signed, written down, and only then sent."""

from __future__ import annotations

import asyncio
import logging
from functools import partial

from anyio import to_thread
from sqlalchemy import select

from services.desk.context import Desk
from services.desk.nodes.carrying import carried_access
from services.desk.nodes.placing import set_place
from services.desk.nodes.sending import send_film
from services.desk.publishing.leftovers import clear_up
from services.desk.publishing.noting import note_end
from services.desk.publishing.pinning import pin
from services.desk.publishing.proving import prove
from services.desk.publishing.record import change, film_of, get, out, secret_of
from services.desk.purchases.keys import TRACK
from services.desk.storage.record import files_of
from services.desk.tables import Upload
from services.media.film import Ingested
from services.media.manifest import check_title, compose_manifest
from services.media.seal import chunk_key
from services.media.signature import sign_manifest
from services.units.ids import ContentId
from services.units.money import CHUNK_UNIT_MS, ZERO, Money, chunk_price, platform_fee
from services.units.time import unix_seconds
from services.wire.access import AccessOut
from services.wire.node import CardOut, PublishIn
from services.wire.problems import ProblemError
from services.wire.uploads import DraftIn, PriceQuote, UploadOut

_log = logging.getLogger(__name__)
MAX_PRICE = Money(10_000_000)
_MINUTE = 60_000 // CHUNK_UNIT_MS
REFUSED = (
    "manifest.invalid",
    "manifest.signature",
    "account.forbidden",
    "chain.wrong_chain",
    "content.wrong_key",
    "content.missing",
    "request.invalid",
    "tier.not_found",
    "access.no_tier",
    "content.tags",
)


def price_of(draft: DraftIn) -> Money:
    """Read the price as typed. Raises ProblemError: upload.price."""
    try:
        price = Money.parse(draft.price_text)
    except ValueError as exc:
        raise ProblemError("upload.price", limit=MAX_PRICE.micros) from exc
    if not ZERO < price <= MAX_PRICE:
        raise ProblemError("upload.price", limit=MAX_PRICE.micros)
    return price


def quote(row: Upload) -> PriceQuote:
    """Say what the draft's price means. Raises ProblemError: upload.price, upload.state before the file is cut."""
    draft = DraftIn.model_validate(row.draft)
    price = price_of(draft)
    if row.sealed is None:
        raise ProblemError("upload.state")
    film = film_of(row)
    free = _free_chunks(draft, film)
    paid = [chunk for chunk in film.chunks if chunk.index >= free]
    whole = sum((chunk_price(price, start_ms=c.start_ms, end_ms=c.end_ms) for c in paid), ZERO)
    return PriceQuote(
        per_ten_seconds=price,
        per_minute=price * _MINUTE,
        whole=whole,
        creator_share=whole - platform_fee(ZERO, whole),
    )


async def publish(desk: Desk, upload_id: str) -> UploadOut:
    """Put a ready upload up for sale; called again after any interruption it goes on with the same manifest.

    Raises ProblemError: upload.state, upload.title, upload.price, wallet.locked, and what the node answers.
    """
    row = await to_thread.run_sync(get, desk, upload_id)
    if row.state not in ("ready", "publishing", "published"):
        # Not after waiting for the work to end, which may take minutes.
        raise ProblemError("upload.state")
    return await desk.finish(_stoppable(desk, upload_id), task_name(upload_id))


def task_name(upload_id: str) -> str:
    """Name the task that publishes an upload."""
    return f"publishing {upload_id}"


def publish_in_background(desk: Desk, upload_id: str) -> None:
    """Go on publishing without anybody waiting for it; the upload shows what comes of it."""
    desk.spawn(_resumed(desk, upload_id), name=task_name(upload_id))


async def _stoppable(desk: Desk, upload_id: str) -> UploadOut:
    """Publish, until a person holds it up: whoever waits is told how far it came."""
    try:
        return await _in_turn(desk, upload_id)
    except asyncio.CancelledError:
        if upload_id not in desk.memory.held_up:
            raise
        return out(await to_thread.run_sync(get, desk, upload_id))


async def resume_all(desk: Desk) -> None:
    """Go on with publications that an earlier run of the service left unanswered."""

    def unanswered() -> list[str]:
        with desk.database.read() as session:
            return list(session.scalars(select(Upload.id).where(Upload.state == "publishing")))

    for upload_id in await to_thread.run_sync(unanswered):
        publish_in_background(desk, upload_id)


async def _resumed(desk: Desk, upload_id: str) -> None:
    try:
        await _stoppable(desk, upload_id)
    except ProblemError as problem:
        # The upload shows it, and its form still has the button.
        _log.info("still not published", extra={"upload": upload_id, "code": problem.code})


async def _in_turn(desk: Desk, upload_id: str) -> UploadOut:
    async with desk.turn(upload_id):
        row = await to_thread.run_sync(get, desk, upload_id)
        if row.state == "published":
            return await to_thread.run_sync(partial(change, desk, upload_id))
        if row.state not in ("ready", "publishing") or row.sealed is None:
            raise ProblemError("upload.state")
        at = desk.at(DraftIn.model_validate(row.draft).node or desk.node.uri)
        body = await to_thread.run_sync(_written_down, desk, row)
        desk.events.publish("upload", upload_id)
        is_asked = row.publication is not None
        try:
            await pin(at, row)
            is_asked = True
            card = await register(at, row.content_id, body)
            await to_thread.run_sync(set_place, desk, row.content_id, at.node.uri, "live", card)
            await to_thread.run_sync(_finish, desk, row.id)
        except ProblemError as problem:
            back: dict[str, object] = {"state": "ready", "problem": dict(problem.body())}
            if problem.code in REFUSED or not is_asked:
                # The node said no, or never heard of it: the form may change again. After anything else it may have
                # said yes.
                back["publication"] = None
            await note_end(desk, upload_id, was="publishing", **back)
            raise
    desk.events.publish("upload", upload_id)
    desk.events.publish("catalogue", row.content_id)
    # It is for sale by now: what is wrong with it elsewhere does not undo that.
    await prove(desk, upload_id)
    return out(await to_thread.run_sync(get, desk, upload_id))


async def publish_again(at: Desk, content: ContentId) -> CardOut:
    """Put a published film up for sale at another node, with the words that were signed once.

    Raises ProblemError: content.not_found for one that was not published from this desk, and as carried_access,
    send_film and the node.
    """
    desk = at.home or at
    row, body = await to_thread.run_sync(_published, desk, content)
    access = await carried_access(at, content)
    await send_film(at, files_of(row), _untold)
    card = await register(at, content, body.model_copy(update=dict(access)))
    if card.state == "archived":
        # It was here before, and stays as it was then until it is said anew.
        await at.node.call(AccessOut, "PUT", f"/content/{content}/access", body=access)
    return card


async def _untold(_done: int, _total: int) -> None:
    """The film's card says that it is on its way."""


async def register(at: Desk, content: ContentId, body: PublishIn) -> CardOut:
    """Put what was signed up for sale at the node that the desk is at."""
    return await at.node.call(CardOut, "PUT", f"/content/{content}/manifest", body=body)


def _published(desk: Desk, content: ContentId) -> tuple[Upload, PublishIn]:
    with desk.database.read() as session:
        wanted = select(Upload).where(Upload.content_id == content, Upload.state == "published")
        row = session.scalar(wanted)
    if row is None or row.publication is None or row.sealed is None:
        raise ProblemError("content.not_found")
    return row, as_signed(desk, row)


def _written_down(desk: Desk, row: Upload) -> PublishIn:
    if row.publication is None:
        body = _compose(desk, row)
        # The keys can be derived again; what must not change is what was signed.
        kept = body.model_dump(
            mode="json", include={"signed", "description", "visibility", "tiers", "tags", "opens_at"}
        )
        change(desk, row.id, publication=kept, state="publishing", problem=None)
        return body
    change(desk, row.id, state="publishing", problem=None)
    return as_signed(desk, row)


def as_signed(desk: Desk, row: Upload) -> PublishIn:
    """Give what a node gets of an upload whose words are signed. Blocking. Raises ProblemError: wallet.locked."""
    film, secret = film_of(row), secret_of(desk, row)
    kept = row.publication
    return PublishIn(
        signed=kept["signed"],
        keys=_keys(film, secret, row),
        description=kept["description"],
        creator_name=desk.name,
        visibility=kept.get("visibility", "chunks"),
        tiers=tuple(kept.get("tiers", ())),
        tags=tuple(kept.get("tags", ())),
        opens_at=kept.get("opens_at"),
    )


def checked_title(typed: str) -> str:
    """Give a title as it is signed. Raises ProblemError: upload.title."""
    title = " ".join(typed.split())
    try:
        check_title(title)
    except ProblemError as exc:
        raise ProblemError("upload.title") from exc
    return title


def _compose(desk: Desk, row: Upload) -> PublishIn:
    draft = DraftIn.model_validate(row.draft)
    title = checked_title(draft.title)
    film, secret = film_of(row), secret_of(desk, row)
    manifest = compose_manifest(
        film,
        secret=secret,
        content_id=row.content_id,
        version=1,
        title=title,
        creator=desk.keyring.owner(),
        chain_id=desk.chain.chain_id,
        token=desk.chain.token,
        escrow=desk.chain.escrow,
        price_per_ten_seconds=price_of(draft),
        preview_chunks=_free_chunks(draft, film),
        created_at=unix_seconds(desk.clock.now()),
    )
    signed = sign_manifest(manifest, desk.keyring.key())
    return PublishIn(
        signed=signed.to_bytes().decode(),
        keys=_keys(film, secret, row),
        description=draft.description.strip(),
        creator_name=desk.name,
        visibility=draft.visibility,
        tiers=draft.tiers,
        tags=(draft.category, *(tag for tag in draft.tags if tag.strip())),
        opens_at=draft.opens_at,
    )


def _finish(desk: Desk, upload_id: str) -> None:
    row = get(desk, upload_id)
    # As long as its notes are there, parts that were sealed and then not used can be found.
    clear_up(desk, upload_id, kept=files_of(row))
    stages = {**row.stages, "register": [1, 1, 0], "elsewhere": [0, 1, 0]}
    change(desk, upload_id, state="published", problem=None, stages=stages)
    _log.info("film published", extra={"content": row.content_id})


def _keys(film: Ingested, secret: bytes, row: Upload) -> tuple[str, ...]:
    return tuple(chunk_key(secret, row.content_id, TRACK, chunk.index).hex() for chunk in film.chunks)


def _free_chunks(draft: DraftIn, film: Ingested) -> int:
    return min(max(0, draft.preview_chunks), len(film.chunks))
