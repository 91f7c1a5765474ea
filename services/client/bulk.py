"""What is done with many own films, one after the other, so that it can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.client.memberships import MembershipsClient
from services.client.own_films import OwnFilmsClient
from services.client.studio import TiersClient
from services.http.door import Door
from services.units.ids import content_id
from services.units.money import ZERO, Money
from services.wire.access import AccessOut, Visibility
from services.wire.problems import ProblemError


@dataclass(frozen=True, slots=True)
class Changed:
    """How the films that were changed were to be had before, and what stopped it."""

    before: tuple[AccessOut, ...]
    problem: ProblemError | None = None


@dataclass(frozen=True, slots=True)
class PriceWas:
    """What a film cost per ten seconds before a change, and since."""

    film: str
    was: Money
    became: Money


@dataclass(frozen=True, slots=True)
class Repriced:
    """Which films have the price that was wanted, and why each of the others has not, by its id.

    before: of those that had another one, for the way back.
    """

    done: tuple[str, ...]
    failed: tuple[tuple[str, ProblemError], ...] = ()
    before: tuple[PriceWas, ...] = ()


class BulkClient:
    """Calls for many films."""

    def __init__(self, door: Door) -> None:
        self._films = MembershipsClient(door)
        self._own = OwnFilmsClient(door)
        self._tiers = TiersClient(door)

    async def change_access(self, films: Sequence[str], visibility: Visibility) -> Changed:
        """Let films be had in one way; members-only keeps a film's tiers, or takes all. Stops at the first problem."""
        every = tuple(tier.id for tier in await self._tiers.mine()) if visibility == "members" else ()
        before: list[AccessOut] = []
        for film in films:
            try:
                was = await self._films.access(content_id(film))
                await self._films.set_access(was.content_id, visibility, was.tiers or every)
            except ProblemError as problem:
                return Changed(tuple(before), problem)
            before.append(was)
        return Changed(tuple(before))

    async def change_price(self, films: Sequence[str], price: Money) -> Repriced:
        """Put films at a price per ten seconds, each by its next version; one that fails keeps the others from nothing.

        One that has the price already is left as it is.
        """
        return await self._reprice([PriceWas(film, ZERO, price) for film in films], only_from=False)

    async def restore_prices(self, before: Sequence[PriceWas]) -> Repriced:
        """Put films back at the prices that they had; one that got a third price meanwhile keeps that."""
        return await self._reprice([PriceWas(one.film, one.became, one.was) for one in before], only_from=True)

    async def _reprice(self, wanted: Sequence[PriceWas], *, only_from: bool) -> Repriced:
        done: list[str] = []
        failed: list[tuple[str, ProblemError]] = []
        before: list[PriceWas] = []
        for film, known, price in ((one.film, one.was, one.became) for one in wanted):
            try:
                now = (await self._own.get(film)).price_per_ten_seconds
                if now != price and (now == known or not only_from):
                    await self._own.revise(film, price=price)
                    before.append(PriceWas(film, now, price))
            except ProblemError as problem:
                failed.append((film, problem))
            else:
                done.append(film)
        return Repriced(tuple(done), tuple(failed), tuple(before))

    async def restore_access(self, before: Sequence[AccessOut]) -> None:
        """Let films be had as they were."""
        for was in before:
            await self._films.set_access(was.content_id, was.visibility, was.tiers)
