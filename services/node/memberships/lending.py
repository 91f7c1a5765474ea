"""Keys for nothing: an item that is free for all, or a member's; each member's period leaves one receipt."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from services.http.late_routes import LateRouter
from services.node.access import Lent, access_of, lent, refuse_early
from services.node.catalogue.publishing import find_item
from services.node.door import Caller, NodeOf
from services.node.memberships.receipts import note_lent
from services.node.sales.shelf import Film
from services.node.standing import refuse_taken_down
from services.units.address import Address
from services.wire.access import LentKeysOut
from services.wire.problems import ProblemError

FREE_FOR = timedelta(days=1)
"""How long keys of a free item may be kept before they are asked for again: it may not stay free."""

router = LateRouter(tags=["memberships"])


@router.get("/content/{content_id}/member-keys")
def member_keys(node: NodeOf, caller: Caller, content_id: str) -> LentKeysOut:
    """Give all keys of an item that is free, or open to the caller's membership; what is owned is at ``keys``.

    Problem codes: content.not_found, content.not_yet (at: when it is there for everybody), content.members_only (with
    the tiers that would open it; also where the item can be bought by the chunk).
    """
    now = node.clock.now()
    with node.database.read() as session:
        film = node.shelf.get(session, content_id)
        reason = _why(session, film, caller, now)
        keys = film.keys(node.keys, frozenset(range(len(film.prices))))
    if isinstance(reason, Lent):
        note_lent(node, caller, film, reason)
        return LentKeysOut(
            content_id=film.item.content_id,
            keys=keys,
            why="member",
            tier_id=reason.tier_id,
            until=reason.until,
            may_keep=reason.may_keep,
        )
    return LentKeysOut(content_id=film.item.content_id, keys=keys, why="free", tier_id="", until=reason)


def _why(session: Session, film: Film, account: Address, now: datetime) -> Lent | datetime:
    """Give the membership, or until when the free item's keys may be kept."""
    refuse_taken_down(session, film.item.content_id)
    found = lent(session.connection(), account, film, now)
    if found is not None:
        return found
    item = find_item(session, film.item.content_id)
    refuse_early(session, item, account, now)
    access = access_of(session, film.item.content_id)
    if access.visibility == "public":
        return now + FREE_FOR
    raise ProblemError("content.members_only", tiers=",".join(access.tiers))
