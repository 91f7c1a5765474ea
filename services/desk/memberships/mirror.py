"""This account's memberships as their nodes last said."""

from __future__ import annotations

from anyio import to_thread
from sqlalchemy import select

from services.desk.context import Desk
from services.desk.memberships.tables import Membership
from services.units.money import Money
from services.wire.memberships import MembershipOut


async def hear(desk: Desk) -> None:
    """Hear from the desk's node how this account's memberships stand. Raises ProblemError: node.unreachable, …"""
    path = f"/subscriptions/{desk.keyring.owner()}"
    found = await desk.node.call(tuple[MembershipOut, ...], "GET", path)
    await to_thread.run_sync(keep, desk, found)
    desk.memory.heard_of_memberships.add(desk.node.uri)


def keep(desk: Desk, found: tuple[MembershipOut, ...], *, agreed: Money | None = None) -> None:
    """Keep what the node says of this account's memberships; agreed: what the person just paid. Blocking."""
    with desk.database.write() as session:
        for one in found:
            row = session.get(Membership, one.id)
            if row is None:
                row = Membership(id=one.id, node=desk.node.uri, price=one.price, reason="", tried_at=None)
                session.add(row)
            if agreed is not None or row.paid_until != one.paid_until:
                row.reason, row.tried_at = "", None
            row.creator, row.tier_id, row.paid_until = one.creator, one.tier_id, one.paid_until
            row.renews, row.said = int(one.renews), one.model_dump(mode="json")
            row.price = row.price if agreed is None else agreed


def kept(desk: Desk) -> list[Membership]:
    """List the memberships, the one that lasts longest first. Blocking."""
    with desk.database.read() as session:
        return list(session.scalars(select(Membership).order_by(Membership.paid_until.desc(), Membership.id)))
