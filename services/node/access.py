"""Access: the one question of which key an account may have, and who says so.

Keys leave the node by ``why``, by ``entitled_chunks``, or by a payment; nothing else gives one away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, cast

from sqlalchemy import Connection, and_, bindparam, delete, literal, or_, select, union_all
from sqlalchemy.orm import Session

from services.http.late_routes import LateRouter
from services.node.catalogue.listing import refresh
from services.node.door import NodeOf, Publisher
from services.node.memberships.tables import ItemTier, Membership
from services.node.passes.tables import PassCreator
from services.node.sales.shelf import Film
from services.node.standing import ILLEGAL, not_yet, refuse_taken_down, refuse_withdrawn
from services.node.tables import Entitlement, Item, Tier
from services.units.address import Address
from services.units.ids import ContentId, content_id
from services.wire.access import AccessIn, AccessOut, Visibility
from services.wire.node import PublishIn
from services.wire.problems import ProblemError

Why = Literal["free", "owner", "bought", "member", "gift"]
GIFT = "gift"
"""What an entitlement has for a transaction that nobody paid for."""

router = LateRouter(tags=["catalogue"])

_RUNS = (
    Membership.viewer == bindparam("account"),
    Membership.paid_until > bindparam("now", type_=Membership.paid_until.type),
    Membership.ended_at.is_(None),
)
_BY_TIER = (
    select(
        ItemTier.tier_id, Membership.paid_until, Item.opens_at, Tier.early_access_days, Tier.downloads,
        literal(0).label("rank"),
    )
    .join(Membership, and_(Membership.tier_id == ItemTier.tier_id, Membership.creator == bindparam("creator")))
    .join(Item, Item.content_id == ItemTier.content_id)
    .join(Tier, Tier.id == ItemTier.tier_id)
    .where(ItemTier.content_id == bindparam("content"), *_RUNS)
)  # fmt: skip
_BY_PASS = (
    select(
        Membership.tier_id, Membership.paid_until, Item.opens_at, literal(0), literal(0), literal(1),
    )
    .join(PassCreator, PassCreator.tier_id == Membership.tier_id)
    .join(Item, Item.creator == PassCreator.creator)
    .where(
        PassCreator.creator == bindparam("creator"),
        PassCreator.left_at.is_(None),
        Item.content_id == bindparam("content"),
        or_(Item.visibility != "members", PassCreator.with_members_only == 1),
        *_RUNS,
    )
)  # fmt: skip
_BOTH = union_all(_BY_TIER, _BY_PASS).subquery()
# The creator's own tiers come first: what they open is theirs alone, and none of the pass' watching.
_MEMBERSHIP = select(_BOTH).order_by(_BOTH.c.rank, _BOTH.c.paid_until.desc())
_PASS_OF = (
    select(PassCreator.tier_id)
    .join(Item, Item.creator == PassCreator.creator)
    .where(
        Item.content_id == bindparam("content"),
        PassCreator.left_at.is_(None),
        or_(Item.visibility != "members", PassCreator.with_members_only == 1),
    )
)
_BOUGHT = (
    select(Entitlement.transaction)
    .where(
        Entitlement.account == bindparam("account"),
        Entitlement.content_id == bindparam("content"),
        Entitlement.index == bindparam("index"),
    )
    .scalar_subquery()
)
_LOOK = select(Item.visibility, Item.takedown, Item.opens_at, _BOUGHT).where(Item.content_id == bindparam("content"))
_OPENS_AT = select(Item.opens_at).where(Item.content_id == bindparam("content"))
_VISIBILITY = select(Item.visibility).where(Item.content_id == bindparam("content"))
_OWNED = select(Entitlement.index).where(
    Entitlement.account == bindparam("account"), Entitlement.content_id == bindparam("content")
)
_TIERS = select(ItemTier.tier_id).where(ItemTier.content_id == bindparam("content")).order_by(ItemTier.tier_id)
_OPENING = union_all(
    select(ItemTier.content_id, ItemTier.tier_id).where(ItemTier.content_id.in_(bindparam("films", expanding=True))),
    select(Item.content_id, PassCreator.tier_id)
    .join(PassCreator, PassCreator.creator == Item.creator)
    .where(
        Item.content_id.in_(bindparam("films", expanding=True)),
        PassCreator.left_at.is_(None),
        PassCreator.with_members_only == 1,
    ),
)
_MEMBER_TIERS = select(Membership.tier_id).where(
    Membership.viewer == bindparam("account"),
    Membership.creator == bindparam("creator"),
    Membership.paid_until > bindparam("now", type_=Membership.paid_until.type),
    Membership.ended_at.is_(None),
)


@dataclass(frozen=True, slots=True)
class Lent:
    """A membership that opens an item: the tier, until when, and whether the keys may be kept for offline till then."""

    tier_id: str
    until: datetime
    may_keep: bool = False


@dataclass(frozen=True, slots=True)
class Access:
    """Who may have an item's keys without paying by the chunk, and whether anybody may pay so."""

    visibility: Visibility
    tiers: tuple[str, ...]
    pass_tier: str = ""
    """The pass that opens it, where there is one."""


def why(session: Session, account: Address | None, film: Film, index: int, now: datetime) -> Why | None:
    """Say why an account may have the key of a chunk for nothing, or None.

    What can change is read from the database each time, never from the film in memory: several workers sell.
    Raises ProblemError: content.not_found outside the film.
    """
    # What was once there for everybody never waits again.
    if film.is_free(index) and film.item.opens_at is None:
        return "free"
    if account == film.item.creator:
        return "owner"
    connection = session.connection()
    asked = {"account": account, "content": film.item.content_id, "index": index}
    visibility, takedown, opens_at, bought = connection.execute(_LOOK, asked).one()
    if takedown == ILLEGAL:
        return None
    if bought is not None:
        return "gift" if bought == GIFT else "bought"
    if opens_at is None and (visibility == "public" or film.is_free(index)):
        return "free"
    return "member" if lent(connection, account, film, now) else None


def entitled_chunks(session: Session, account: Address, film: Film) -> frozenset[int]:
    """List the chunks whose keys an account may have for good: free, its own, bought, given; not what is lent.

    Raises ProblemError: content.taken_down.
    """
    chunks = range(len(film.prices))
    if account == film.item.creator:
        return frozenset(chunks)
    refuse_taken_down(session, film.item.content_id)
    asked = {"account": account, "content": film.item.content_id}
    owned = session.connection().scalars(_OWNED, asked)
    if session.connection().scalar(_OPENS_AT, {"content": film.item.content_id}) is not None:
        return frozenset(owned)
    return frozenset(owned) | {index for index in chunks if film.is_free(index)}


def lent(connection: Connection, account: Address | None, film: Film, now: datetime) -> Lent | None:
    """Give the membership of an account that opens a film, the longest first; early only by a tier that is early."""
    return None if account is None else lent_by(connection, account, film.item, now)


def lent_by(connection: Connection, account: Address, item: Item, now: datetime) -> Lent | None:
    """Give the membership of an account that opens an item. Of the item only id and creator are looked at."""
    asked = {"account": account, "content": item.content_id, "creator": item.creator, "now": now}
    for row in connection.execute(_MEMBERSHIP, asked):
        if row.opens_at is None or now >= row.opens_at - timedelta(days=row.early_access_days):
            return Lent(row.tier_id, row.paid_until, bool(row.downloads))
    return None


def refuse_early(session: Session, item: Item, account: Address | None, now: datetime) -> None:
    """Keep what is to come from all but its owner and the members who have it early.

    Raises ProblemError: content.not_yet (at, Unix seconds).
    """
    if item.opens_at is None or account == item.creator:
        return
    if account is None or lent_by(session.connection(), account, item, now) is None:
        raise not_yet(item.opens_at)


def opening_tiers(session: Session, films: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Give the tiers, and the pass, that open films which are for members only, by film."""
    opened: dict[str, list[str]] = {}
    for content, tier in session.connection().execute(_OPENING, {"films": films}) if films else ():
        opened.setdefault(content, []).append(tier)
    return {content: tuple(sorted(tiers)) for content, tiers in opened.items()}


def member_tiers(session: Session, account: Address | None, creator: Address, now: datetime) -> frozenset[str]:
    """List the tiers of a creator that an account is a member of now."""
    if account is None:
        return frozenset()
    return frozenset(session.connection().scalars(_MEMBER_TIERS, {"account": account, "creator": creator, "now": now}))


def access_of(session: Session, content: ContentId) -> Access:
    """Give an item's access. Raises ProblemError: content.not_found."""
    visibility = session.scalar(select(Item.visibility).where(Item.content_id == content))
    if visibility is None:
        raise ProblemError("content.not_found")
    connection, asked = session.connection(), {"content": content}
    tiers, by_pass = connection.scalars(_TIERS, asked), connection.scalar(_PASS_OF, asked)
    return Access(cast("Visibility", visibility), tuple(tiers), by_pass or "")


def refuse_unsold(session: Session, film: Film, account: Address) -> None:
    """Refuse to sell by the chunk what is for members only, free for all, or withdrawn, and to whom is blocked.

    Raises ProblemError: content.members_only (with the tiers that open it), content.owned, content.not_for_sale,
    content.not_yet, content.taken_down, account.blocked.
    """
    refuse_withdrawn(session, film.item.content_id, account)
    asked = {"content": film.item.content_id}
    visibility = session.connection().scalar(_VISIBILITY, asked)
    if visibility == "members":
        raise ProblemError("content.members_only", tiers=",".join(session.connection().scalars(_TIERS, asked)))
    if visibility == "public":
        raise ProblemError("content.owned")


@router.get("/content/{content_id}/access")
def read_access(node: NodeOf, content_id: str) -> AccessOut:
    """Say who may have an item's keys. Problem codes: content.not_found."""
    content = _content(content_id)
    with node.database.read() as session:
        return _out(content, access_of(session, content))


@router.put("/content/{content_id}/access")
def set_access(node: NodeOf, caller: Publisher, content_id: str, body: AccessIn) -> AccessOut:
    """Change who may have the keys of one's own item; what was bought stays bought.

    Problem codes: content.not_found, account.forbidden, tier.not_found, access.no_tier (members only, and no tier that
    anybody can join).
    """
    content = _content(content_id)
    wanted = wanted_access(body)
    with node.database.write() as session:
        # Locked, so that of two changes at once the later one wins as a whole.
        item = session.get(Item, content, with_for_update=True)
        if item is None:
            raise ProblemError("content.not_found")
        if item.creator != caller:
            raise ProblemError("account.forbidden")
        give_access(session, item, wanted)
        refresh(session, item)
    node.shelf.forget(content)
    return _out(content, wanted)


def wanted_access(body: AccessIn | PublishIn) -> Access:
    """Read how an item is to be had."""
    return Access(body.visibility, tuple(sorted(set(body.tiers))))


def give_access(session: Session, item: Item, wanted: Access) -> None:
    """Say how an item is to be had, inside the caller's write unit.

    Raises ProblemError: tier.not_found, access.no_tier.
    """
    _check_tiers(session, item.creator, wanted)
    item.visibility = wanted.visibility
    session.execute(delete(ItemTier).where(ItemTier.content_id == item.content_id))
    session.add_all(ItemTier(content_id=item.content_id, tier_id=tier) for tier in wanted.tiers)


def _check_tiers(session: Session, creator: Address, wanted: Access) -> None:
    known = set(session.scalars(select(Tier.id).where(Tier.creator == creator, Tier.id.in_(wanted.tiers))))
    if known != set(wanted.tiers):
        raise ProblemError("tier.not_found")
    if wanted.visibility == "members" and not wanted.tiers:
        raise ProblemError("access.no_tier")


def _content(text: str) -> ContentId:
    try:
        return content_id(text)
    except ValueError as exc:
        raise ProblemError("content.not_found") from exc


def _out(content: ContentId, access: Access) -> AccessOut:
    return AccessOut(content_id=content, visibility=access.visibility, tiers=access.tiers, pass_tier=access.pass_tier)
