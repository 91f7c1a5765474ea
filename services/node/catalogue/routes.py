"""The routes of the catalogue.

Lists answer as the plain lists that they always were, with the way to the next part in the header ``Link`` (RFC 8288);
``/catalogue`` gives the same in pages.
"""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Query, Request, Response

from services.http.late_routes import LateRouter
from services.node.access import refuse_early
from services.node.catalogue import browse, opening, publishing
from services.node.catalogue.browse import Wish
from services.node.catalogue.cards import card_of, cards_of
from services.node.catalogue.opening import early_items, open_due
from services.node.catalogue.versions import versions_of
from services.node.cursors import MAX_CURSOR
from services.node.door import Caller, MaybeCaller, NodeOf, Publisher
from services.node.seeds.links import links_of
from services.units.address import Address, address
from services.wire.access import Visibility
from services.wire.node import (
    MAX_PUBLICATION_BYTES,
    CardOut,
    DescriptionIn,
    ManifestOut,
    OpeningIn,
    PageOut,
    PublishIn,
    TagOut,
    TagsIn,
    VersionOut,
)
from services.wire.problems import ProblemError
from services.wire.seeds import LinkOut

router = LateRouter(tags=["catalogue"])
Limit = Annotated[int, Query(ge=1, le=100)]
Cursor = Annotated[str, Query(max_length=MAX_CURSOR, description="from the page before")]
_LINKED: dict[int | str, dict[str, Any]] = {
    200: {"headers": {"Link": {"description": 'rel="next": the next part', "schema": {"type": "string"}}}}
}


def _wish(
    query: Annotated[str, Query(max_length=200)] = "",
    creator: Annotated[str, Query(max_length=42)] = "",
    tag: Annotated[str, Query(max_length=100)] = "",
    access: Annotated[Visibility | None, Query()] = None,
    free: bool = False,
) -> Wish:
    return Wish(query, _address(creator) if creator else None, tag, access, free)


Wished = Annotated[Wish, Depends(_wish)]


@router.put("/content/{content_id}/manifest", status_code=201, max_body_size=MAX_PUBLICATION_BYTES)
def publish(node: NodeOf, caller: Publisher, content_id: str, body: PublishIn) -> CardOut:
    """Put a film up for sale, or the next version of one's own. The same words again change nothing.

    Problem codes: manifest.invalid, manifest.signature, account.forbidden, chain.wrong_chain, content.wrong_key,
    content.missing, content.tags, tier.not_found, access.no_tier.
    """
    return card_of(publishing.publish_film(node, caller, content_id, body))


@router.get("/content", responses=_LINKED)
def listed(
    node: NodeOf, request: Request, response: Response, wish: Wished, limit: Limit = 60, cursor: Cursor = ""
) -> tuple[CardOut, ...]:
    """List what is for sale: without a query newest first, else the best fits first.

    Each word of the query must begin a word of title, description, creator's name or tags. Problem codes: content.tags.
    """
    open_due(node)
    return _linked(browse.find(node, wish, limit=limit, cursor=cursor), request, response)


@router.get("/catalogue")
def pages(node: NodeOf, wish: Wished, limit: Limit = 60, cursor: Cursor = "") -> PageOut:
    """Give the same as ``GET /content``, in pages. Problem codes: content.tags."""
    open_due(node)
    return browse.find(node, wish, limit=limit, cursor=cursor)


@router.get("/tags")
def tags(node: NodeOf, limit: Limit = 60) -> tuple[TagOut, ...]:
    """List the tags of what is for sale, the most used first."""
    return browse.tags_in_use(node, limit=limit)


@router.get("/content/creator/{creator_id}", responses=_LINKED)
def of_creator(
    node: NodeOf,
    request: Request,
    response: Response,
    caller: MaybeCaller,
    creator_id: str,
    limit: Limit = 100,
    cursor: Cursor = "",
    links: bool = True,
) -> tuple[CardOut | LinkOut, ...]:
    """List a creator's films, newest first; to their owner also those that are not for sale.

    links: what the creator links to follows the first part, with addresses for who may have them.
    """
    creator = _address(creator_id)
    open_due(node)
    if creator == caller:
        page = browse.own_items(node, creator, limit=limit, cursor=cursor)
    else:
        page = browse.find(node, Wish(creator=creator), limit=limit, cursor=cursor)
    films = _linked(page, request, response)
    if not links or cursor:
        return films
    with node.database.read() as session:
        return (*films, *links_of(node, session, creator, caller))


@router.get("/content/early")
def early(node: NodeOf, caller: Caller) -> tuple[CardOut, ...]:
    """List what the caller's memberships open before others have it, the next to come first."""
    open_due(node)
    with node.database.read() as session:
        return cards_of(session, early_items(session, caller, node.clock.now()))


@router.get("/content/{content_id}")
def card(node: NodeOf, content_id: str) -> CardOut:
    """Describe a film; keys and linked addresses are never part of it. Problem codes: content.not_found."""
    open_due(node)
    with node.database.read() as session:
        return cards_of(session, [publishing.find_item(session, content_id)])[0]


@router.get("/content/{content_id}/manifest")
def manifest_of(node: NodeOf, caller: MaybeCaller, content_id: str) -> ManifestOut:
    """Give the creator's signed manifest, in which the keys of free parts are.

    Problem codes: content.not_found, content.taken_down, content.not_yet (at: when it is there for everybody).
    """
    open_due(node)
    with node.database.read() as session:
        item = publishing.find_item(session, content_id)
        refuse_early(session, item, caller, node.clock.now())
    if item.takedown == "illegal":
        raise ProblemError("content.taken_down")
    return ManifestOut(signed=item.signed)


@router.get("/contents/{content_id}/versions")
def versions(node: NodeOf, content_id: str) -> tuple[VersionOut, ...]:
    """List a film's versions, newest first. Problem codes: content.not_found."""
    with node.database.read() as session:
        return versions_of(session, publishing.find_item(session, content_id).content_id)


@router.put("/content/{content_id}/tags")
def set_tags(node: NodeOf, caller: Publisher, content_id: str, body: TagsIn) -> CardOut:
    """Give one's item other tags, ten at most. Problem codes: content.not_found, account.forbidden, content.tags."""
    return card_of(publishing.tag(node, caller, content_id, body.tags))


@router.put("/content/{content_id}/description")
def set_description(node: NodeOf, caller: Publisher, content_id: str, body: DescriptionIn) -> CardOut:
    """Change what one says about an item; its title is signed. Problem codes: content.not_found, account.forbidden."""
    return card_of(publishing.describe(node, caller, content_id, body.description))


@router.put("/content/{content_id}/opening")
def set_opening(node: NodeOf, caller: Publisher, content_id: str, body: OpeningIn) -> CardOut:
    """Move the moment from which one's film that is to come is there for everybody; one that is there stays.

    Problem codes: content.not_found, account.forbidden.
    """
    return card_of(opening.set_opening(node, caller, content_id, body.opens_at))


@router.post("/content/{content_id}/archive")
def archive(node: NodeOf, caller: Publisher, content_id: str) -> CardOut:
    """Take one's item out of list and sale; who bought it keeps it.

    Problem codes: content.not_found, account.forbidden.
    """
    return card_of(publishing.archive(node, caller, content_id, node.clock.now()))


@router.post("/content/{content_id}/restore")
def restore(node: NodeOf, caller: Publisher, content_id: str) -> CardOut:
    """Bring an archived item back. Problem codes: content.not_found, account.forbidden."""
    return card_of(publishing.archive(node, caller, content_id, None))


def _linked(page: PageOut, request: Request, response: Response) -> tuple[CardOut, ...]:
    if page.cursor is not None:
        asked = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
        response.headers["Link"] = f'<?{urlencode([*asked, ("cursor", page.cursor)])}>; rel="next"'
    return page.items


def _address(text: str) -> Address:
    try:
        return address(text)
    except ValueError as exc:
        raise ProblemError("request.invalid", field="creator") from exc
