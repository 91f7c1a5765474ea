"""The pass in a history: offered one morning, bought and renewed by some, and its months shared out as they end."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from services.chain.demo.chain import DemoChain
from services.host.demo_world.cast import Creator, Viewer
from services.node.context import Node
from services.node.memberships.own_keys import subscribe_here
from services.node.memberships.tables import MembershipPayment
from services.node.passes.offer import find_pass, offer
from services.node.passes.part import take_part
from services.node.passes.smoothed import choose
from services.node.passes.watch import make_round
from services.node.passes.watched import note_watched
from services.node.sales.shelf import Film
from services.units.address import Address
from services.units.money import Money
from services.units.time import from_unix_seconds
from services.wire.passes import MAX_CHUNKS, PartIn, PassIn, WatchedIn
from services.wire.problems import ProblemError

PRICE = Money(6_990_000)
_GAS_WEI = 10**18
_RENEW_WITHIN = timedelta(days=1)
_HOLDERS, _STAYS = 0.3, 0.85


class TownPass:
    """Who holds the node's pass, and what they watched with it; the node's treasury must speak for the Escrow's owner.

    ``morning`` comes once a day, ``watched`` after each sitting; nothing else is needed: months are shared out, due
    money is announced and paid by the node's own rounds. Both block.
    """

    def __init__(self, node: Node, chain: DemoChain, chance: random.Random) -> None:
        self._node, self._chain, self._chance = node, chain, chance
        self._creators: set[Address] = set()
        self._until: dict[Address, datetime] = {}
        self._wants: dict[Address, bool] = {}

    def morning(self, creators: Sequence[Creator], viewers: Iterable[Viewer]) -> None:
        """Live through a day's pass: creators who are there take part, viewers buy or renew, what is due goes out."""
        self._take_part(creators)
        now = self._node.clock.now()
        for viewer in viewers:
            until = self._until.get(viewer.address, now)
            if viewer.address not in self._wants:
                self._wants[viewer.address] = self._chance.random() < _HOLDERS
            elif now < until <= now + _RENEW_WITHIN:
                self._wants[viewer.address] = self._chance.random() < _STAYS
            is_due = until <= now + _RENEW_WITHIN and self._wants[viewer.address]
            if is_due and self._node.chain.token_balance(viewer.address) > PRICE:
                self._buy(viewer)
        make_round(self._node)

    def opens(self, viewer: Viewer, creator: Address) -> bool:
        """Tell whether a viewer watches a creator's films with the pass now, and need not buy them."""
        until = self._until.get(viewer.address)
        return creator in self._creators and until is not None and until > self._node.clock.now()

    def watched(self, viewer: Viewer, film: Film, parts: Sequence[int]) -> None:
        """Note what a holder watched just now."""
        if not self.opens(viewer, film.item.creator):
            return
        told = WatchedIn(content_id=film.item.content_id, chunks=tuple(parts[:MAX_CHUNKS]))
        try:
            note_watched(self._node, viewer.address, told)
        except ProblemError as problem:
            # A film for members of a tier only, or one whose viewer has the tier, is none of the pass'.
            if problem.code != "content.members_only":
                raise

    def _take_part(self, creators: Sequence[Creator]) -> None:
        if not self._creators:
            self._chain.fund(self._node.treasurer.sender, usdc=Money(0), gas_wei=_GAS_WEI)
            offer(self._node, PassIn(name="Museclock pass", price=PRICE))
        for creator in creators:
            if creator.address in self._creators:
                continue
            with self._node.database.write() as session:
                take_part(self._node, session, creator.address, PartIn(is_in=True))
            if not self._creators:
                choose(self._node, creator.address, is_on=True)
            self._creators.add(creator.address)

    def _buy(self, viewer: Viewer) -> None:
        with self._node.database.read() as session:
            tier = find_pass(self._node, session)
        if tier is None:
            raise RuntimeError("a pass that is not offered")
        receipt = subscribe_here(self._node, viewer.address, tier)
        with self._node.database.read() as session:
            self._until[viewer.address] = from_unix_seconds(session.get_one(MembershipPayment, receipt).until)
