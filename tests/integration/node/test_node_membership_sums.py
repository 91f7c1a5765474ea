"""Whatever a viewer joins, changes, cancels and gets back: nobody is a member for longer than was paid for.

MUSECLOCK_MEMBERSHIP_EXAMPLES in the environment makes the sequences many.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from services.db.ledger import balance
from services.desk.memberships.refunds import pay as pay_refund
from services.node.sales.booking import sync
from services.units.ids import ContentId
from services.units.membership import PERIOD_S, TIER_PRICES
from services.units.money import Money
from services.wire.memberships import FareOut
from tests.fixtures.chain import HandClock, person
from tests.fixtures.node_caller import NodeCaller, at_the_door
from tests.fixtures.world import PRICE, RunningWorld, running_world
from tests.fixtures.world_members import ask_quote, give, membership_payment, sell_tier, send_payment

EXAMPLES = int(os.environ.get("MUSECLOCK_MEMBERSHIP_EXAMPLES", "12"))
CHUNKS = 12
NAMES = ("Supporter", "Patron", "Producer")

Step = tuple[str, int]
_tiers = st.integers(0, len(NAMES) - 1)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("pay"), _tiers),
        st.tuples(st.just("ask"), _tiers),
        st.tuples(st.just("wait"), st.sampled_from([3_600, 5 * 86_400, PERIOD_S // 3, PERIOD_S, PERIOD_S + 1])),
        st.tuples(st.just("watch"), st.integers(1, 3)),
        st.tuples(st.sampled_from(["cancel", "resume"]), _tiers),
        st.tuples(st.just("refund"), st.integers(0, 9)),
    ),
    max_size=14,
)


@dataclass(slots=True)
class Account:
    """One viewer's dealings with one creator, and what they are worth by now in micro-USDC."""

    running: RunningWorld
    clock: HandClock
    door: NodeCaller
    tiers: tuple[str, ...]
    film: ContentId
    credit: Fraction = Fraction(0)
    """What was paid for memberships and not used up, fares that counted included."""
    payments: int = 0
    spent: int = 0
    """By the chunk."""
    receipts: list[dict[str, Any]] = field(default_factory=list)
    given_back: int = 0
    is_simple: bool = True
    """One tier only: then all that was paid for is there, to the second."""

    async def take(self, step: Step) -> None:
        what, number = step
        match what:
            case "pay":
                await self.pay(self.tiers[number])
            case "ask":
                await self.shown_is_quoted(self.tiers[number])
            case "wait":
                await self.wait(number)
            case "watch":
                await self.watch(number)
            case "refund":
                await self.refund(number)
            case _:
                await self.say(what, self.tiers[number])
        await self.check()

    async def rows(self) -> list[dict[str, Any]]:
        answer = await self.door.http.get(f"/subscriptions/{self.door.who.address}")
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()
        return found

    async def shown_is_quoted(self, tier: str) -> None:
        creator = self.running.desk("creator").keyring.owner()
        shown = (await self.door.http.get(f"/creators/{creator}/fares")).json()
        (fare,) = [one for one in map(FareOut.model_validate, shown) if one.tier_id == tier]
        quote = await ask_quote(self.door, tier)
        assert (fare.kind, fare.due, fare.counted) == (quote.kind, quote.price, quote.fare)

    async def pay(self, tier: str) -> None:
        quote = await ask_quote(self.door, tier)
        answer = await send_payment(self.door, quote, membership_payment(self.door, quote))
        assert answer.status_code == 200, answer.text
        assert quote.amount + quote.fare == quote.price
        self.receipts.append(answer.json() | {"fare": quote.fare.micros})
        self.credit += quote.price.micros
        self.payments += 1
        self.is_simple &= {one["tier_id"] for one in self.receipts} == {tier}

    async def wait(self, seconds: int) -> None:
        end = self.clock.now() + timedelta(seconds=seconds)
        self.credit -= promised(await self.rows(), self.clock.now(), end)
        self.clock.advance(timedelta(seconds=seconds))
        await self.door.sign_in()

    async def watch(self, chunks: int) -> None:
        first = 1 + self.spent // PRICE.micros
        if first + chunks <= CHUNKS:
            assert (await self.door.buy(self.film, first=first, count=chunks)).status_code == 200
            self.spent += chunks * PRICE.micros

    async def refund(self, number: int) -> None:
        kept = self.kept()
        if not kept:
            return
        receipt = kept[number % len(kept)]
        assert (await self.door.http.post("/refunds", json={"receipt": receipt["receipt"]})).status_code == 200
        await pay_refund(self.running.desk("creator"), receipt["receipt"], Money(int(receipt["amount"])))
        receipt["is_back"] = True
        self.given_back += int(receipt["amount"])
        # What was used of it is the creator's loss, not what was paid for another tier.
        others = sum(price(one) for one in self.kept() if one["tier_id"] != receipt["tier_id"])
        self.credit = max(self.credit - price(receipt), min(self.credit, Fraction(others)), Fraction(0))

    def kept(self) -> list[dict[str, Any]]:
        return [one for one in self.receipts if not one.get("is_back")]

    async def say(self, what: str, tier: str) -> None:
        for row in await self.rows():
            if row["tier_id"] == tier and row["state"] != "refunded":
                answer = await self.door.http.post(f"/subscriptions/{row['id']}/{what}")
                assert answer.json()["paid_until"] == row["paid_until"]

    async def check(self) -> None:
        still = promised(await self.rows(), self.clock.now(), datetime.max.replace(tzinfo=self.clock.now().tzinfo))
        # Each price is rounded once, and a payment is at least one micro-USDC.
        assert still <= self.credit + 2 * self.payments, f"{float(still)} promised for {float(self.credit)}"
        if self.is_simple:
            assert abs(still - self.credit) <= 2 * self.payments
        assert sum(one["fare"] for one in self.kept()) <= self.spent, "a fare counted twice"
        with self.running.world.node.database.read() as session:
            paid = -balance(session, f"payer:{self.door.who.address}").micros
        assert paid == self.spent + sum(int(one["amount"]) for one in self.receipts) - self.given_back


def price(receipt: dict[str, Any]) -> int:
    return int(receipt["amount"]) + int(receipt["fare"])


def promised(rows: Iterable[dict[str, Any]], begin: datetime, end: datetime) -> Fraction:
    """Give what the memberships of a time are worth, by the dearest at each moment."""
    lasting = [
        (int(row["price"]), min(datetime.fromisoformat(row["paid_until"]), end))
        for row in rows
        if row["state"] != "refunded"
    ]
    worth, since = Fraction(0), begin
    for dearest, until in sorted(lasting, reverse=True):
        if until > since:
            worth += Fraction(dearest * int((until - since).total_seconds()), PERIOD_S)
            since = until
    return worth


@pytest.mark.timeout(300 + EXAMPLES * 5)
def test_nobody_is_a_member_for_longer_than_was_paid_for(world_profile: Path, hand_clock: HandClock) -> None:
    with asyncio.Runner() as runner:
        opening = running_world(world_profile, hand_clock)
        running = runner.run(opening.__aenter__())
        try:
            tiers = runner.run(_three_tiers(running))

            @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
            @given(STEPS)
            @example([("pay", 0), ("pay", 0), ("refund", 1), ("pay", 0)])
            @example([("pay", 0), ("pay", 0), ("refund", 0)])
            @example([("pay", 2), ("pay", 0), ("wait", 3_600), ("refund", 0)])
            @example([("pay", 0), ("pay", 1), ("refund", 0)])
            @example([("pay", 0), ("pay", 1), ("wait", 5 * 86_400), ("pay", 2), ("refund", 0)])
            @example([("pay", 1), ("pay", 0), ("refund", 1), ("refund", 0)])
            @example([("pay", 0), ("pay", 2), ("pay", 1), ("refund", 0)])
            @example([("pay", 0), ("ask", 0), ("refund", 0), ("pay", 0)])
            @example([("watch", 3), ("pay", 0), ("refund", 0), ("ask", 0), ("pay", 0)])
            def play(steps: list[Step]) -> None:
                runner.run(_played(running, hand_clock, tiers, steps))

            play()
            runner.run(_reconciled(running))
        finally:
            runner.run(opening.__aexit__(None, None, None))


async def _three_tiers(running: RunningWorld) -> tuple[str, ...]:
    give(running, running.desk("creator").keyring.owner(), "100000")
    made = [
        await sell_tier(running, name=name, price=f"{price.dollars:.2f}")
        for name, price in zip(NAMES, TIER_PRICES, strict=True)
    ]
    return tuple(tier.id for tier in made)


async def _played(running: RunningWorld, clock: HandClock, tiers: tuple[str, ...], steps: list[Step]) -> None:
    film = await running.publish(chunks=CHUNKS)
    access = {"visibility": "chunks", "tiers": list(tiers)}
    await running.desk("creator").node.send("PUT", f"/content/{film.content}/access", body=access)
    who = person(secrets.token_hex(8))
    give(running, who.address, "5000")
    async with at_the_door(running.world, who) as (door,):
        account = Account(running, clock, door, tiers, film.content)
        for step in steps:
            await account.take(step)


async def _reconciled(running: RunningWorld) -> None:
    """Check the chain's sums against the ledger's: nothing was withdrawn."""
    node, creator = running.world.node, running.desk("creator").keyring.owner()
    sync(node)
    gross = node.chain.creator_gross(creator)
    with node.database.read() as session:
        assert balance(session, f"creator:{creator}") == Money(gross.micros - gross.micros // 10)
        assert balance(session, "platform") == Money(gross.micros // 10)
    await running.assert_reconciled()
