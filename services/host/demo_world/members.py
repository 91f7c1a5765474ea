"""Memberships through the months: who joins, renews, moves to another tier, cancels, or cannot pay."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.host.demo_world.cast import Creator, Viewer
from services.node.context import Node
from services.node.memberships.own_keys import subscribe_here
from services.node.memberships.record import find
from services.node.memberships.routes import cancel, change, failed
from services.node.memberships.tables import Membership, MembershipPayment
from services.node.tables import Tier
from services.units.address import Address
from services.units.ids import IntentId
from services.units.membership import TIER_PRICES
from services.units.time import from_unix_seconds
from services.wire.memberships import ChangeIn, ReasonIn

_RENEW_WITHIN = timedelta(days=1)
_UPGRADE, _DOWNGRADE = 0.12, 0.2
_DEAREST = TIER_PRICES[-1]


@dataclass(slots=True)
class Member:
    """One viewer's standing with one creator. tier: its place among the creator's tiers; stays: see Habits."""

    viewer: Viewer
    creator: Creator
    tier: int
    paid_until: datetime
    stays: float
    receipt: str
    is_going: bool = False
    """Renews no more."""


class Register:
    """All members, in the order in which they joined."""

    def __init__(self, node: Node, chance: random.Random) -> None:
        self._node, self._chance = node, chance
        self.members: list[Member] = []
        self._pairs: set[tuple[Address, Address]] = set()

    def is_member(self, viewer: Viewer, creator: Creator) -> bool:
        """Tell whether a viewer ever joined a creator's tiers."""
        return (viewer.address, creator.address) in self._pairs

    def join(self, viewer: Viewer, creator: Creator, stays: float) -> Member | None:
        """Let a viewer join one of a creator's tiers; most take the cheapest. None without the money. Blocking."""
        tier = min(len(creator.tiers) - 1, self._chance.choices((0, 1, 2), (5, 4, 1))[0])
        if not self._can_pay(viewer):
            return None
        receipt = self._pay(viewer, creator, tier)
        member = Member(viewer, creator, tier, self._end(receipt), stays, receipt)
        self.members.append(member)
        self._pairs.add((viewer.address, creator.address))
        return member

    def look_after(self) -> None:
        """Do what is due today, for each member whose time ends within a day, and what people decide in between."""
        now = self._node.clock.now()
        for member in self.members:
            if member.is_going or member.paid_until <= now:
                continue
            if member.paid_until <= now + _RENEW_WITHIN:
                self._end_of_period(member)
            elif self._chance.random() < _UPGRADE / 30 and self._can_move_up(member):
                self._move(member, member.tier + 1)

    def _end_of_period(self, member: Member) -> None:
        if self._was_refunded(member):
            member.is_going = True
            return
        chance = self._chance.random()
        if chance > member.stays or not self._can_pay(member.viewer):
            member.is_going = True
            if chance <= member.stays:
                failed(self._node, member.viewer.address, self._id(member), ReasonIn(reason="payment.insufficient"))
            else:
                cancel(self._node, member.viewer.address, self._id(member))
            return
        if member.tier > 0 and self._chance.random() < _DOWNGRADE:
            lower = member.creator.tiers[member.tier - 1]
            change(self._node, member.viewer.address, self._id(member), ChangeIn(tier_id=lower))
            self._move(member, member.tier - 1)
        else:
            self._move(member, member.tier)

    def _can_move_up(self, member: Member) -> bool:
        is_higher = member.tier + 1 < len(member.creator.tiers)
        return is_higher and self._can_pay(member.viewer) and not self._was_refunded(member)

    def _can_pay(self, viewer: Viewer) -> bool:
        return self._node.chain.token_balance(viewer.address) >= _DEAREST

    def _move(self, member: Member, tier: int) -> None:
        member.receipt = self._pay(member.viewer, member.creator, tier)
        member.tier, member.paid_until = tier, self._end(member.receipt)

    def _pay(self, viewer: Viewer, creator: Creator, tier: int) -> IntentId:
        with self._node.database.read() as session:
            row = session.get_one(Tier, creator.tiers[tier])
        return subscribe_here(self._node, viewer.address, row)

    def _end(self, receipt: str) -> datetime:
        with self._node.database.read() as session:
            return from_unix_seconds(session.get_one(MembershipPayment, receipt).until)

    def _was_refunded(self, member: Member) -> bool:
        return self._row(member).ended_at is not None

    def _id(self, member: Member) -> str:
        return self._row(member).id

    def _row(self, member: Member) -> Membership:
        with self._node.database.read() as session:
            found = find(session, member.viewer.address, member.creator.address, member.creator.tiers[member.tier])
        if found is None:
            raise RuntimeError("a member without a membership")
        return found
