"""What may be done to a demo world as a whole, one thing at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from anyio import to_thread

from services.chain.demo.chain import DemoChain
from services.desk.context import Desk
from services.host.demo_control import snapshots
from services.host.demo_control.kept_clock import KeptClock
from services.host.demo_control.townspeople import Townspeople
from services.host.demo_control.travel import turn
from services.host.exchange import Exchange
from services.host.world import World
from services.units.money import Money
from services.wire.demo import DemoOut, Span
from services.wire.problems import ProblemError

_log = logging.getLogger(__name__)
GIFT = Money(25_000_000)
GAS_WEI = 10**18


@dataclass(slots=True)
class Way:
    """How far the clock has come while it is turned; None while it goes by itself."""

    percent: int | None = None

    def go(self, part: float) -> None:
        """Be so far, from 0 to 1."""
        self.percent = int(part * 100)


@dataclass(frozen=True, slots=True)
class DemoControl:
    """An open demo world.

    exchange: None where its profile cannot be changed under it. town: None in a world without a past.
    """

    world: World
    chain: DemoChain
    clock: KeptClock
    profile: Path
    exchange: Exchange | None
    town: Townspeople | None = None
    _way: Way = field(default_factory=Way)
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)

    def look(self) -> DemoOut:
        """Say how the world stands. Blocking."""
        return DemoOut(
            now=self.clock.now(),
            ahead_s=round(self.clock.ahead.total_seconds()),
            faucet=GIFT,
            snapshots=snapshots.listed(self.profile),
            turned_percent=self._way.percent,
        )

    async def turn(self, by: Span) -> None:
        """Turn the clock forward. Raises ProblemError: disk.full."""
        async with self._one:
            try:
                self._way.go(0.0)
                await turn(self.world, self.clock, by, town=self.town, tell=self._way.go)
            finally:
                self._way.percent = None
        _log.info("clock turned", extra={"by": by, "now": self.clock.now().isoformat()})

    async def give(self, desk_id: str) -> None:
        """Give a person demo money, and gas money where there is little left, by transactions of the chain.

        Raises ProblemError: request.not_found.
        """
        desk = next((desk for desk in self.world.desks if desk.id == desk_id), None)
        if desk is None:
            raise ProblemError("request.not_found")
        await to_thread.run_sync(self._give, desk)
        desk.events.publish("wallet")

    async def keep(self, name: str) -> None:
        """Keep the present state under a name. Raises ProblemError: disk.full."""
        await self._change(partial(snapshots.take, self.profile, name, self.clock.now()))

    async def restore(self, name: str) -> None:
        """Go back to a kept state. Raises ProblemError: request.not_found, disk.full."""
        await self._change(partial(snapshots.restore, self.profile, name))

    async def reset(self) -> None:
        """Begin again. Raises ProblemError: disk.full."""
        await self._change(partial(snapshots.reset, self.profile))

    def _give(self, desk: Desk) -> None:
        owner = desk.keyring.owner()
        has_gas = self.world.chain.gas_balance(owner) >= GAS_WEI // 2
        self.chain.fund(owner, usdc=GIFT, gas_wei=0 if has_gas else GAS_WEI)

    async def _change(self, change: Callable[[], None]) -> None:
        if self.exchange is None:
            raise ProblemError("request.not_found")
        async with self._one:
            await self.exchange(change)
