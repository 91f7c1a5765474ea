"""Reading linked content: one statement decides whether its address may go out, for it is asked most of all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import bindparam, exists, select

from services.db.columns import to_microseconds
from services.db.plain import Prepared
from services.node.context import Node
from services.node.memberships.tables import Membership
from services.node.seeds.tables import LinkedItem, LinkedItemTier
from services.units.address import Address
from services.wire.problems import ProblemError
from services.wire.seeds import LinkOut

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_IS_MEMBER = exists(Membership.id).where(
    Membership.viewer == bindparam("viewer"),
    Membership.creator == LinkedItem.creator,
    Membership.tier_id == LinkedItemTier.tier_id,
    Membership.paid_until > bindparam("now"),
    Membership.ended_at.is_(None),
)
# A row for each tier that opens it, one without a tier where none does.
_READ = Prepared(
    select(
        LinkedItem.creator,
        LinkedItem.title,
        LinkedItem.description,
        LinkedItem.visibility,
        LinkedItem.video_url,
        LinkedItem.made_at,
        LinkedItem.takedown,
        LinkedItemTier.tier_id,
        _IS_MEMBER,
    )
    .outerjoin(LinkedItemTier, LinkedItemTier.item_id == LinkedItem.id)
    .where(LinkedItem.id == bindparam("item"))
    .order_by(LinkedItemTier.tier_id),
    ("item", "viewer", "now"),
)


def read_link(node: Node, link_id: str, viewer: Address | None) -> LinkOut:
    """Give linked content with its address.

    Raises ProblemError: content.not_found, content.members_only (with the tiers that open it), content.taken_down.
    """
    with node.database.read_plain() as unit:
        rows = _READ.all(unit, link_id, viewer or "", to_microseconds(node.clock.now()))
    if not rows:
        raise ProblemError("content.not_found")
    creator, title, description, visibility, video_url, made_at, takedown, *_ = rows[0]
    tiers = tuple(tier for *_, tier, _ in rows if tier is not None)
    is_member = any(is_open for *_, is_open in rows)
    if takedown is not None and viewer != creator:
        raise ProblemError("content.taken_down")
    if visibility != "public" and viewer != creator and not is_member:
        raise ProblemError("content.members_only", tiers=",".join(tiers))
    return LinkOut(
        id=link_id,
        creator_id=creator,
        title=title,
        description=description,
        visibility=visibility,
        allowed_tier_ids=tiers,
        video_url=video_url,
        created_at=_EPOCH + timedelta(microseconds=made_at),
    )
