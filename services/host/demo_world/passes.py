"""The pass in a world's past: channels take part, viewers hold it, and months that are over are shared out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.host.demo_world.cast import Cast, Viewer
from services.host.demo_world.sizes import Size
from services.media.art.chance import chances
from services.node.context import Node
from services.node.memberships.own_keys import subscribe_here
from services.node.passes.offer import offer
from services.node.passes.part import take_part
from services.node.passes.watch import make_round
from services.node.passes.watched import note_watched
from services.node.sales.shelf import Film
from services.node.tables import Tier
from services.units.address import Address
from services.units.money import Money
from services.units.time import from_unix_seconds
from services.wire.passes import PartIn, PassIn, WatchedIn
from services.wire.problems import ProblemError

_PRICE = Money(7_990_000)
_NAME = "Museclock pass"
_OFFERED = 0.22
"""After so much of the time."""
_EVERY_TH = 16
_WATCHES, _STAYS = 0.4, 0.9
_LENT = "chunks"
_GIVER = 3
"""A channel that takes part and has no desk, by its place."""
_TERM = timedelta(days=30)


@dataclass(slots=True)
class Holder:
    """A viewer who pays for the pass, from a day on. is_gone: renews it no more."""

    viewer: Viewer
    begins: int
    paid_until: datetime
    is_gone: bool = False
    given_by: Address | None = None
    """The channel that pays for it: the rules of trust have something to ask about."""


class PassLife:
    """Lives through the days of the pass. town: viewers who act at the node."""

    def __init__(self, node: Node, cast: Cast, size: Size, town: Sequence[Viewer]) -> None:
        self._node, self._cast = node, cast
        self._chance = chances(f"{cast.seed}:pass:{size.name}")
        self._day = round(size.days * _OFFERED)
        never = from_unix_seconds(0)
        self._holders = [
            Holder(viewer, self._day + 1 + 2 * number, never) for number, viewer in enumerate(town[::_EVERY_TH])
        ]
        if len(cast.creators) > _GIVER:
            self._holders[0].given_by = cast.creators[_GIVER].address
        self._tier: Tier | None = None
        self._parts: set[Address] = set()

    def live(self, day: int, films: Sequence[Film]) -> None:
        """Offer the pass when it is time; then renew, watch, and share out what is over. Blocking."""
        if day < self._day:
            return
        if self._tier is None:
            self._tier = offer(self._node, PassIn(name=_NAME, price=_PRICE))
        self._take_part(films)
        opened = [film for film in films if film.item.creator in self._parts and film.item.visibility == _LENT]
        for holder in self._holders:
            if day >= holder.begins and self._holds(holder, self._tier) and opened:
                # Who was given the pass watches the giver: the rules of trust ask about that.
                near = [film for film in opened if film.item.creator == holder.given_by]
                self._watch(holder, self._chance.choice(near or opened))
        make_round(self._node)

    def _take_part(self, films: Sequence[Film]) -> None:
        """Let all but every third channel take part, once it has published."""
        there = {film.item.creator for film in films}
        for number, creator in enumerate(self._cast.creators):
            if number % 3 != 2 and creator.address in there - self._parts:
                with self._node.database.write() as session:
                    take_part(self._node, session, creator.address, PartIn(is_in=True))
                self._parts.add(creator.address)

    def _holds(self, holder: Holder, tier: Tier) -> bool:
        now = self._node.clock.now()
        if holder.paid_until > now:
            return True
        is_new = holder.paid_until < now - 2 * _TERM
        holder.is_gone = holder.is_gone or not (is_new or self._chance.random() < _STAYS)
        payer = holder.given_by or holder.viewer.address
        if holder.is_gone or self._node.chain.token_balance(payer) < _PRICE:
            return False
        subscribe_here(self._node, holder.viewer.address, tier, payer=payer)
        holder.paid_until = now + _TERM
        return True

    def _watch(self, holder: Holder, film: Film) -> None:
        if self._chance.random() < _WATCHES:
            count = self._chance.randint(1, len(film.prices))
            told = WatchedIn(content_id=film.item.content_id, chunks=tuple(range(count)))
            try:
                note_watched(self._node, holder.viewer.address, told)
            except ProblemError as problem:
                # A member of the channel watches by the membership, which comes before the pass.
                if problem.code != "content.members_only":
                    raise
