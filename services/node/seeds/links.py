"""Content that lies elsewhere: described to everybody, its address only to who may have it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from fastapi import Response
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from services.http.late_routes import LateRouter
from services.node.access import member_tiers
from services.node.context import Node
from services.node.door import MaybeCaller, NodeOf, Publisher
from services.node.seeds.quick import link_answer
from services.node.seeds.reading import read_link
from services.node.seeds.tables import LinkedItem, LinkedItemTier
from services.node.tables import Tier
from services.units.address import Address
from services.wire.problems import ProblemError
from services.wire.seeds import LinkIn, LinkOut, LinkVisibility

router = LateRouter(tags=["linked content"])
_LISTED = 100


@router.post("/content/", status_code=201)
def link(node: NodeOf, caller: Publisher, body: LinkIn) -> LinkOut:
    """Offer content by its address.

    Problem codes: account.forbidden, tier.not_found, access.no_tier,
    request.invalid.
    """
    creator = node.names.acting(body.creator_id, caller)
    _check_url(body.video_url)
    row = LinkedItem(
        id=str(uuid4()),
        creator=creator,
        title=" ".join(body.title.split()),
        description=body.description.strip(),
        video_url=body.video_url,
        visibility=body.visibility,
        made_at=node.clock.now(),
    )
    tiers = tuple(dict.fromkeys(body.allowed_tier_ids))
    if body.visibility == "members_only" and not tiers:
        raise ProblemError("access.no_tier")
    with node.database.write() as session:
        _check_tiers(session, creator, tiers)
        session.add(row)
        session.flush()
        if tiers:
            session.execute(insert(LinkedItemTier), [{"item_id": row.id, "tier_id": tier} for tier in tiers])
    return _out(row, tiers, is_open=True)


# Async, and written at once: a thread's turn and a second look at the answer cost more than finding it.
@router.get("/links/{link_id}", response_model=LinkOut)
@router.get("/content/{link_id:uuid}", response_model=LinkOut, include_in_schema=False)
async def linked(node: NodeOf, caller: MaybeCaller, link_id: UUID, user_id: str | None = None) -> Response:
    """Give linked content with its address, to who may have it. user_id: the caller's own, as the seed's page has it.

    Problem codes: content.not_found, content.members_only (with the tiers that open it), content.taken_down,
    account.forbidden.
    """
    viewer = caller if user_id is None else node.names.acting(user_id, caller)
    return link_answer(read_link(node, str(link_id), viewer))


def links_of(node: Node, session: Session, creator: Address, viewer: Address | None) -> tuple[LinkOut, ...]:
    """List a creator's linked content, newest first, each with its address where the viewer may have it.

    What was taken down only its creator sees.
    """
    wanted = select(LinkedItem).where(LinkedItem.creator == creator)
    if viewer != creator:
        wanted = wanted.where(LinkedItem.takedown.is_(None))
    rows = list(session.scalars(wanted.order_by(LinkedItem.made_at.desc(), LinkedItem.id).limit(_LISTED)))
    tiers = _tiers(session, [row.id for row in rows])
    return tuple(
        _out(row, tiers.get(row.id, ()), is_open=_may_have(node, session, row, tiers.get(row.id, ()), viewer))
        for row in rows
    )


def _may_have(node: Node, session: Session, row: LinkedItem, tiers: tuple[str, ...], viewer: Address | None) -> bool:
    if row.visibility == "public" or viewer == row.creator:
        return True
    return bool(member_tiers(session, viewer, row.creator, node.clock.now()) & frozenset(tiers))


def _tiers(session: Session, items: Iterable[str]) -> dict[str, tuple[str, ...]]:
    wanted = select(LinkedItemTier).where(LinkedItemTier.item_id.in_(list(items))).order_by(LinkedItemTier.tier_id)
    found: dict[str, tuple[str, ...]] = {}
    for row in session.scalars(wanted):
        found[row.item_id] = (*found.get(row.item_id, ()), row.tier_id)
    return found


def _check_tiers(session: Session, creator: Address, tiers: tuple[str, ...]) -> None:
    own = set(session.scalars(select(Tier.id).where(Tier.creator == creator, Tier.id.in_(tiers)))) if tiers else set()
    for tier in tiers:
        if tier not in own:
            raise ProblemError("tier.not_found")


def _check_url(text: str) -> None:
    parts = urlsplit(text)
    # A name and password in it would be handed out with it.
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or not text.isprintable():
        raise ProblemError("request.invalid", field="video_url")


def _out(row: LinkedItem, tiers: tuple[str, ...], *, is_open: bool) -> LinkOut:
    return LinkOut(
        id=row.id,
        creator_id=row.creator,
        title=row.title,
        description=row.description,
        visibility=cast("LinkVisibility", row.visibility),
        allowed_tier_ids=tiers,
        video_url=row.video_url if is_open else None,
        created_at=row.made_at,
    )
