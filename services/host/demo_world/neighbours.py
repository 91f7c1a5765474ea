"""The viewers who have a desk in the window: what they did is in their own books as well as in the node's."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence

from services.desk.context import Desk
from services.desk.films import open_film
from services.desk.memberships.joining import ask_quote, join
from services.desk.memberships.lending import look_at_access
from services.desk.memberships.mirror import hear
from services.desk.memberships.watch import renew_due
from services.desk.playback.routes import save_position
from services.desk.purchases.service import buy
from services.host.demo_world.cast import Creator
from services.media.art.chance import chances
from services.node.sales.shelf import Film
from services.units.ids import ContentId
from services.units.money import ZERO, Money
from services.wire.catalogue import PositionIn

_EVERY_DAYS = 4
_MOST_DEPOSIT = Money(1_000_000)


class Neighbour:
    """One viewer and an open desk. joins: the day and the creator's place; the cheapest tier, renewed by the desk."""

    def __init__(self, desk: Desk, number: int, *, seed: str, joins: tuple[int, int]) -> None:
        self.desk = desk
        self._number, self._joins = number, joins
        self._chance: random.Random = chances(f"{seed}:neighbour:{number}")

    async def evening(self, day: int, creators: Sequence[Creator], films: Sequence[Film]) -> None:
        """Renew what ends, join when it is time, and watch something every few days."""
        await renew_due(self.desk)
        if day == self._joins[0]:
            tier = creators[self._joins[1]].tiers[0]
            quote = await ask_quote(self.desk, tier)
            await join(self.desk, tier, amount=quote.amount)
            await hear(self.desk)
        if films and day % _EVERY_DAYS == self._number:
            await self._watch(self._chance.choice(films))
        await self._settled()

    async def _watch(self, film: Film) -> None:
        content = ContentId(film.item.content_id)
        opened = await open_film(self.desk, content)
        access = await look_at_access(self.desk, opened)
        count = self._chance.randint(1, len(film.prices))
        if access.visibility == "chunks":
            for index in (index for index in range(count) if film.prices[index] > ZERO):
                # What a membership lends is not bought.
                await buy(self.desk, content, first_chunk=index, chunk_count=1, auto=False, max_deposit=_MOST_DEPOSIT)
        await save_position(
            self.desk, content, PositionIn(position_ms=opened.manifest.duration_ms * count // len(film.prices))
        )

    async def _settled(self) -> None:
        """Wait until what was answered is also in the books."""
        while tasks := [task for task in self.desk.tasks if task.get_name() in ("purchase", "channel", "membership")]:
            await asyncio.wait(tasks)
