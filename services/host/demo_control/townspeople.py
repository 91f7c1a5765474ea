"""The people of a built world who have no desk: their memberships renew, move and lapse when the clock is turned.

Their keys follow from the world's seed, and what they decide from the seed, whom they follow and the day, so every
world of that seed lives the same days. They watch nothing new and leave their money where it is.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from functools import cached_property

from sqlalchemy import select

from services.host.demo_world.cast import Cast, Creator, Viewer, make_cast
from services.host.demo_world.chances import habits_of
from services.host.demo_world.members import Member, Register
from services.host.demo_world.own_names import OwnNames
from services.host.demo_world.sizes import Size
from services.media.art.chance import chances
from services.node.context import Node
from services.node.memberships.routes import failed
from services.node.memberships.tables import Membership
from services.node.tables import Tier
from services.units.address import Address
from services.wire.memberships import ReasonIn
from services.wire.problems import ProblemError

_log = logging.getLogger(__name__)
_WITH_DESKS = 2
"""The first viewers sit at the window; their desks renew."""


@dataclass(frozen=True)
class Townspeople:
    """Who lives in a world that was built of a size from a seed."""

    seed: str
    size: Size

    def live(self, node: Node) -> None:
        """Do what they do today, once however often it is asked for. Blocking."""
        keyed = replace(node, names=OwnNames({address: one.key for address, (one, _) in self._viewers.items()}))
        for row in self._going_on(node):
            member = self._member(node, row)
            if member is None:
                continue
            today = f"{self.seed}:later:{row.viewer}:{row.creator}:{node.clock.now().date()}"
            register = Register(keyed, chances(today))
            register.members.append(member)
            try:
                register.look_after()
            except ProblemError as problem:
                _log.info("a member's renewal failed", extra={"membership": row.id, "code": problem.code})
                failed(node, row.viewer, row.id, ReasonIn(reason=problem.code))

    def _going_on(self, node: Node) -> list[Membership]:
        wanted = select(Membership).where(
            Membership.renews == 1,
            Membership.reason == "",
            Membership.ended_at.is_(None),
            Membership.paid_until > node.clock.now(),
        )
        with node.database.read() as session:
            rows = session.scalars(wanted.order_by(Membership.joined_at, Membership.id)).all()
        return [row for row in rows if row.viewer in self._viewers]

    def _member(self, node: Node, row: Membership) -> Member | None:
        """Take a membership up; None for a tier that was not there when the world was built."""
        creator, (viewer, stays) = self._creators.get(row.creator), self._viewers[row.viewer]
        if creator is None:
            return None
        with node.database.read() as session:
            tiers = session.scalars(select(Tier).where(Tier.creator == row.creator)).all()
        by_name = {tier.name: tier.id for tier in tiers if tier.archived_at is None}
        known = replace(creator, tiers=[by_name[name] for name, _ in creator.channel.tiers if name in by_name])
        if row.tier_id not in known.tiers:
            return None
        return Member(viewer, known, known.tiers.index(row.tier_id), row.paid_until, stays, receipt="")

    @cached_property
    def _cast(self) -> Cast:
        return make_cast(self.seed, self.size)

    @cached_property
    def _creators(self) -> dict[Address, Creator]:
        return {creator.address: creator for creator in self._cast.creators}

    @cached_property
    def _viewers(self) -> dict[Address, tuple[Viewer, float]]:
        """Everybody without a desk, and how likely each goes on."""
        everybody = zip(self._cast.viewers, habits_of(self._cast, self.size), strict=True)
        return {viewer.address: (viewer, habits.stays) for viewer, habits in list(everybody)[_WITH_DESKS:]}
