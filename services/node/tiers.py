"""Membership tiers: at most three a creator, at one of three prices."""

from __future__ import annotations

from sqlalchemy import func, select, update

from services.http.late_routes import LateRouter
from services.node.door import NodeOf, Publisher
from services.node.memberships.tables import Membership
from services.node.memberships.turns import take_turn
from services.node.tables import Tier
from services.units.address import Address, address
from services.units.ids import new_row_id
from services.units.membership import TIER_PRICES, TIERS_PER_CREATOR
from services.units.money import Money
from services.wire.node import NodeTierIn, NodeTierOut
from services.wire.problems import ProblemError

MAX_NAME = 60

router = LateRouter(tags=["tiers"])


@router.post("/tiers/", status_code=201)
def create_tier(node: NodeOf, caller: Publisher, body: NodeTierIn) -> NodeTierOut:
    """Make a tier. Problem codes: tier.price, tier.limit, tier.name, account.forbidden."""
    name, price = _checked(body, caller)
    with node.database.write() as session:
        take_turn(session, f"tiers:{caller}")
        live = (Tier.creator == caller, Tier.archived_at.is_(None))
        count = session.scalar(select(func.count()).select_from(Tier).where(*live))
        if (count or 0) >= TIERS_PER_CREATOR:
            raise ProblemError("tier.limit", limit=TIERS_PER_CREATOR)
        row = Tier(
            id=new_row_id(),
            creator=caller,
            name=name,
            price=price,
            perks=list(body.perks),
            created_at=node.clock.now(),
            early_access_days=0,
            downloads=0,
            requests=0,
        )
        _act(row, body)
        session.add(row)
    return _out(row)


@router.get("/tiers/{creator_id}")
def list_tiers(node: NodeOf, creator_id: str, *, archived: bool = False) -> tuple[NodeTierOut, ...]:
    """List a creator's tiers, cheapest first; with the archived ones if they are asked for."""
    wanted = select(Tier).where(Tier.creator == _creator(creator_id))
    if not archived:
        wanted = wanted.where(Tier.archived_at.is_(None))
    with node.database.read() as session:
        return tuple(_out(row) for row in session.scalars(wanted.order_by(Tier.price, Tier.id)))


@router.put("/tiers/{tier_id}")
def update_tier(node: NodeOf, caller: Publisher, tier_id: str, body: NodeTierIn) -> NodeTierOut:
    """Change one's own tier; neither its id nor its creator can change. Problem codes: tier.not_found, tier.price."""
    name, price = _checked(body, caller)
    with node.database.write() as session:
        row = session.get(Tier, tier_id)
        if row is None or row.creator != caller:
            raise ProblemError("tier.not_found")
        row.name, row.price, row.perks = name, price, list(body.perks)
        _act(row, body)
    return _out(row)


@router.post("/tiers/{tier_id}/archive")
def archive_tier(node: NodeOf, caller: Publisher, tier_id: str) -> NodeTierOut:
    """Take one's own tier off sale: members keep what they paid for, nobody joins or renews. Again changes nothing.

    Problem codes: tier.not_found.
    """
    with node.database.write() as session:
        row = session.get(Tier, tier_id, with_for_update=True)
        if row is None or row.creator != caller:
            raise ProblemError("tier.not_found")
        if row.archived_at is None:
            row.archived_at = node.clock.now()
            members = update(Membership).where(Membership.tier_id == tier_id, Membership.renews == 1)
            session.execute(members.values(renews=0, reason="archived"))
    return _out(row)


def _act(row: Tier, body: NodeTierIn) -> None:
    """Take over what the tier does; what is not said stays."""
    if body.early_access_days is not None:
        row.early_access_days = body.early_access_days
    if body.downloads is not None:
        row.downloads = int(body.downloads)
    if body.requests is not None:
        row.requests = int(body.requests)


def _checked(body: NodeTierIn, caller: Address) -> tuple[str, Money]:
    if body.creator_id.lower() != caller:
        raise ProblemError("account.forbidden")
    name = " ".join(body.name.split())
    if not 1 <= len(name) <= MAX_NAME or not name.isprintable():
        raise ProblemError("tier.name", limit=MAX_NAME)
    price = Money.parse(format(body.price, "f"))
    if price not in TIER_PRICES:
        raise ProblemError("tier.price", price=format(body.price, "f"))
    return name, price


def _creator(text: str) -> Address:
    try:
        return address(text)
    except ValueError as exc:
        raise ProblemError("request.invalid", field="creator_id") from exc


def _out(row: Tier) -> NodeTierOut:
    return NodeTierOut(
        id=row.id,
        creator_id=Address(row.creator),
        name=row.name,
        price=row.price.dollars,
        price_micros=row.price,
        perks=tuple(row.perks),
        created_at=row.created_at,
        is_archived=row.archived_at is not None,
        early_access_days=row.early_access_days,
        downloads=bool(row.downloads),
        requests=bool(row.requests),
    )
