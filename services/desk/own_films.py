"""What a creator changes about an own film after it was published, without signing anything anew."""

from __future__ import annotations

from anyio import to_thread
from sqlalchemy import select

from services.desk.catalogue import items_out
from services.desk.context import Desk
from services.desk.door import ContentOf, DeskOf
from services.desk.nodes.places import FilmDeskOf
from services.desk.publishing.record import out
from services.desk.tables import Upload
from services.http.late_routes import LateRouter
from services.units.ids import ContentId
from services.wire.catalogue import ItemOut
from services.wire.node import CardOut, OpeningIn
from services.wire.problems import ProblemError
from services.wire.uploads import AboutIn, UploadOut

router = LateRouter(tags=["uploads"])


@router.get("/items/{content_id}")
async def read(desk: FilmDeskOf, content: ContentOf) -> ItemOut:
    """Describe an own film, also one that is to come. Problem codes: content.not_found, node.unreachable."""
    return await _shown(desk, await desk.node.browse(CardOut, f"/content/{content}"))


@router.get("/items/{content_id}/upload")
async def source(desk: DeskOf, content: ContentOf) -> UploadOut:
    """Give the upload that a film was published from. Problem codes: content.not_found (on another computer)."""
    return await to_thread.run_sync(_source, desk, content)


@router.put("/items/{content_id}/about")
async def set_about(desk: FilmDeskOf, content: ContentOf, body: AboutIn) -> ItemOut:
    """Change description and tags. Problem codes: content.not_found, content.tags, account.forbidden."""
    # What can be refused goes first.
    await desk.node.call(CardOut, "PUT", f"/content/{content}/tags", body={"tags": list(body.tags)})
    said = {"description": body.description}
    card = await desk.node.call(CardOut, "PUT", f"/content/{content}/description", body=said)
    desk.events.publish("catalogue", content)
    return await _shown(desk, card)


@router.put("/items/{content_id}/opening")
async def set_opening(desk: FilmDeskOf, content: ContentOf, body: OpeningIn) -> ItemOut:
    """Move the moment from which a film that is to come is there for everybody; None for now."""
    card = await desk.node.call(CardOut, "PUT", f"/content/{content}/opening", body=body)
    desk.events.publish("catalogue", content)
    return await _shown(desk, card)


@router.post("/items/{content_id}/archive")
async def archive(desk: FilmDeskOf, content: ContentOf) -> ItemOut:
    """Take a film out of list and sale; who may watch it by now goes on watching."""
    return await _turned(desk, content, "archive")


@router.post("/items/{content_id}/restore")
async def restore(desk: FilmDeskOf, content: ContentOf) -> ItemOut:
    """Bring an archived film back."""
    return await _turned(desk, content, "restore")


async def _turned(desk: Desk, content: ContentId, what: str) -> ItemOut:
    card = await desk.node.call(CardOut, "POST", f"/content/{content}/{what}")
    desk.events.publish("catalogue", content)
    return await _shown(desk, card)


async def _shown(desk: Desk, card: CardOut) -> ItemOut:
    (item,) = await to_thread.run_sync(items_out, desk, ((desk.node.uri, card),))
    return item


def _source(desk: Desk, content: ContentId) -> UploadOut:
    with desk.database.read() as session:
        wanted = select(Upload).where(Upload.content_id == content, Upload.state == "published")
        row = session.scalar(wanted.limit(1))
    if row is None:
        raise ProblemError("content.not_found")
    return out(row)
