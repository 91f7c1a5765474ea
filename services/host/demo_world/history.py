"""The past, day by day: what is published, watched, joined, given, asked back, claimed and paid out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.chain.channels import channel_id
from services.chain.demo.chain import DemoChain
from services.desk.context import Desk
from services.host.demo_world.authors import publish_here, withdraw_here
from services.host.demo_world.calendar import opening_day, premieres
from services.host.demo_world.cast import Cast, Creator, Viewer
from services.host.demo_world.chances import Habits, habits_of
from services.host.demo_world.members import Register
from services.host.demo_world.moderating import Moderation
from services.host.demo_world.neighbours import Neighbour
from services.host.demo_world.ordering import Ordered
from services.host.demo_world.passes import PassLife
from services.host.demo_world.publishing import move_in, publish, verify, withdraw
from services.host.demo_world.shooting import Shot
from services.host.demo_world.sizes import END, Size
from services.host.demo_world.told_time import ToldTime
from services.host.demo_world.watching import ask_back, buy, give_back, may_watch, tip
from services.media.art.chance import chances
from services.node.channels.claims import ClaimRules, claim_due, collect
from services.node.context import Node
from services.node.memberships.refunds import refuse
from services.node.sales.booking import sync
from services.node.sales.shelf import Film
from services.units.address import Address
from services.units.money import ZERO, Money
from services.wire.problems import ProblemError

_SLOTS = (8, 11, 13, 17, 20, 22)
_SLOT_SHARES = (0.10, 0.10, 0.14, 0.16, 0.32, 0.18)
_WEEKEND = 1.45
_PART = timedelta(seconds=10)
_CLAIM_DAYS, _PAYOUT_DAYS = 9, 9
_FIRST_PAYOUT, _LAST_PAYOUT = 7, 6 / 7
_ALL_AT_ONCE = ClaimRules(session_end=timedelta(0))
_TIP, _JOIN, _REGRET, _REGRET_JOINING = 0.03, 0.3, 0.006, 0.05
_TIPS = (Money(500_000), Money(1_000_000), Money(2_000_000), Money(5_000_000))
_THANKS = (
    "",
    "Thank you.",
    "This made my evening.",
    "More of this, please.",
    "I watched the end twice.",
    "For a new microphone.",
)
_REASONS = ("It stopped half way.", "I joined by mistake.", "Not what the title says.", "Bought twice on two devices.")
_GAS_WEI = 10**18
_PURSE = Money(60_000_000)


@dataclass(frozen=True, slots=True)
class Sitting:
    """A viewer in front of a film, for some parts of it."""

    viewer: Viewer
    habits: Habits
    creator: Creator
    film: Film
    parts: tuple[int, ...]


class History:
    """Makes a world's past at an open node.

    desks: of creators who publish there, by their address. tell: hears how far it is, from 0 to 1.
    """

    def __init__(
        self,
        *,
        node: Node,
        chain: DemoChain,
        clock: ToldTime,
        cast: Cast,
        size: Size,
        ordered: Ordered,
        operator: Address,
        neighbours: Sequence[Neighbour],
        desks: Mapping[Address, Desk],
        tell: Callable[[float], None],
    ) -> None:
        self._node, self._chain, self._clock = node, chain, clock
        self._cast, self._size, self._ordered, self._operator, self._tell = cast, size, ordered, operator, tell
        self._chance = chances(f"{cast.seed}:history:{size.name}")
        self._neighbours, self._desks = neighbours, desks
        # Who has a desk acts there.
        self._town = list(zip(cast.viewers, habits_of(cast, size), strict=True))[len(neighbours) :]
        self._register = Register(node, self._chance)
        self._films: dict[Address, list[Film]] = {creator.address: [] for creator in cast.creators}
        self._asked: list[tuple[Creator, str]] = []
        town = [viewer for viewer, _ in self._town]
        self._pass = PassLife(node, cast, size, town)
        self._moderation = Moderation(node, size, clock, operator, town)
        self._tips = 0

    async def make(self) -> None:
        """Live through all days."""
        calendar = premieres(self._cast, self._size)
        for day in range(self._size.days + 1):
            morning = self._size.begin + timedelta(days=day)
            self._clock.turn_to(morning + timedelta(hours=6))
            for creator in self._opening(day):
                self._chain.fund(creator.address, usdc=Money(0), gas_wei=_GAS_WEI)
                move_in(self._node, creator, await self._ordered.portraits[creator.channel.id])
            for creator, shot in calendar.get(day, ()):
                await self._publish(creator, shot, await self._ordered.films[shot.content])
            await self._day(day, morning)
            self._tell((day + 1) / (self._size.days + 2))
        self._bring_in()
        self._tell(1.0)

    async def _publish(self, creator: Creator, shot: Shot, answer: dict[str, Any]) -> None:
        desk = self._desks.get(creator.address)
        if desk is None:
            publish(self._node, creator, shot, answer)
        else:
            await publish_here(desk, creator, shot, answer)
        with self._node.database.read() as session:
            self._films[creator.address].insert(0, self._node.shelf.get(session, shot.content))

    def _bring_in(self) -> None:
        """Claim what was sold and empty the tills, as the node's round does when nobody watches any more."""
        claim_due(self._node, rules=_ALL_AT_ONCE)
        sync(self._node)
        for creator in self._cast.creators:
            collect(self._node, creator.address, least=_ALL_AT_ONCE.collect_from)
        sync(self._node)

    def _opening(self, day: int) -> list[Creator]:
        return [one for place, one in enumerate(self._cast.creators) if opening_day(place, self._size) == day]

    async def _day(self, day: int, morning: datetime) -> None:
        for viewer, habits in self._town:
            if habits.arrives == day:
                purse = Money(self._chance.choice((20, 30, 40, 60, 80)) * 1_000_000)
                self._chain.fund(viewer.address, usdc=purse, gas_wei=0)
        self._register.look_after()
        for hour, share in zip(_SLOTS, _SLOT_SHARES, strict=True):
            moment = morning + timedelta(hours=hour, minutes=self._chance.randrange(50))
            if moment > END:
                break
            self._clock.turn_to(moment)
            await self._sit_down(self._sittings(day, share * (_WEEKEND if morning.weekday() > 4 else 1.0)))
        self._pass.live(day, self._on_sale())
        for neighbour in self._neighbours:
            if day == 0:
                self._chain.fund(neighbour.desk.keyring.owner(), usdc=_PURSE, gas_wei=_GAS_WEI)
            await neighbour.evening(day, self._cast.creators, self._on_sale())
        self._moderation.live(day, morning, self._on_sale())
        if day % _CLAIM_DAYS == _CLAIM_DAYS - 1:
            self._bring_in()
            self._settle_refunds()
        await self._pay_out(day)

    def _on_sale(self) -> list[Film]:
        return [film for creator in self._cast.creators for film in self._films[creator.address]]

    def _sittings(self, day: int, share: float) -> list[Sitting]:
        found = []
        for viewer, habits in self._town:
            if habits.arrives <= day and self._chance.random() < habits.per_day * share:
                sitting = self._sitting(viewer, habits)
                if sitting is not None:
                    found.append(sitting)
        return found

    def _sitting(self, viewer: Viewer, habits: Habits) -> Sitting | None:
        number = self._chance.choice(habits.likes)
        if self._chance.random() < 0.08:
            number = self._chance.randrange(len(self._cast.creators))
        creator = self._cast.creators[number]
        films = self._films[creator.address]
        if not films:
            return None
        # The newest film draws most.
        film = self._chance.choices(films, [1 / (1 + place) for place in range(len(films))])[0]
        begun = viewer.seen.get(film.item.content_id, 0)
        left = len(film.prices) - begun
        if left <= 0:
            return None
        count = left if self._chance.random() < 0.45 else self._chance.randint(1, left)
        return Sitting(viewer, habits, creator, film, tuple(range(begun, begun + count)))

    async def _sit_down(self, sittings: Sequence[Sitting]) -> None:
        """Play all that begin now side by side, part by part."""
        for step in range(max((len(one.parts) for one in sittings), default=0)):
            now = [one for one in sittings if step < len(one.parts)]
            # On one line, one payment at a time.
            buyers: dict[tuple[Address, Address], Sitting] = {}
            for one in now:
                is_locked = one.film.prices[one.parts[step]] > ZERO
                if is_locked and self._register.is_member(one.viewer, one.creator):
                    is_locked = not may_watch(self._node, one.viewer, one.film, one.parts[step])
                if is_locked and one.film.is_sold:
                    buyers[one.viewer.address, one.creator.address] = one
                one.viewer.seen[one.film.item.content_id] = one.parts[step] + 1
            await asyncio.gather(*(buy(self._node, one.viewer, one.film, one.parts[step]) for one in buyers.values()))
            self._clock.pass_(_PART)
        for one in sittings:
            self._afterwards(one)

    def _afterwards(self, one: Sitting) -> None:
        if self._chance.random() < _TIP:
            self._tips += 1
            with_money = self._node.chain.token_balance(one.viewer.address)
            amount = self._chance.choice(_TIPS)
            if with_money > amount:
                tip(self._node, one.viewer, one.creator, amount, _THANKS[self._tips % len(_THANKS)], self._tips)
        if one.habits.joins and self._chance.random() < _JOIN and not self._register.is_member(one.viewer, one.creator):
            member = self._register.join(one.viewer, one.creator, one.habits.stays)
            if member is not None and self._chance.random() < _REGRET_JOINING:
                self._regret(one, member.receipt)
        line = one.viewer.lines.get(one.creator.address)
        if line is not None and line.total and self._chance.random() < _REGRET:
            self._regret(one, f"{self._channel(one)}:{line.total.micros}")

    def _regret(self, one: Sitting, receipt: str) -> None:
        ask_back(self._node, one.viewer, receipt, self._chance.choice(_REASONS))
        self._asked.append((one.creator, receipt))

    def _channel(self, one: Sitting) -> str:
        return channel_id(self._node.chain.chain_id, one.viewer.lines[one.creator.address].config)

    def _settle_refunds(self) -> None:
        """Answer most of what was asked for; a little stays open."""
        waiting, self._asked = self._asked, []
        for creator, receipt in waiting:
            chance = self._chance.random()
            if chance < 0.6 and self._node.chain.token_balance(creator.address) > Money(10_000_000):
                give_back(self._node, creator, receipt)
            elif chance < 0.8:
                refuse(self._node, creator.address, receipt)
            else:
                self._asked.append((creator, receipt))

    async def _pay_out(self, day: int) -> None:
        """Let creators who are verified withdraw now and then; the last two of many are not."""
        for number, creator in enumerate(self._cast.creators):
            if day == 3 + opening_day(number, self._size) and number < max(1, len(self._cast.creators) - 1):
                is_last = number == len(self._cast.creators) - 2
                verify(self._node, creator, by=None if is_last else self._operator)
            # What came in the last seventh of the time is there to be paid out.
            if _FIRST_PAYOUT < day < self._size.days * _LAST_PAYOUT and (day + number) % _PAYOUT_DAYS == 0:
                await self._withdraw(creator)

    async def _withdraw(self, creator: Creator) -> None:
        desk = self._desks.get(creator.address)
        try:
            if desk is None:
                withdraw(self._node, creator)
            else:
                await withdraw_here(desk)
        except ProblemError as problem:
            if problem.code not in ("withdrawal.nothing", "kyc.required"):
                raise
