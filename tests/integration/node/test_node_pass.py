"""The pooled pass: bought through the Escrow into its pool, opened by the one access question, watched by receipts."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from services.chain.abi import read_uint
from services.chain.pool import pool_balance_call
from services.db.ledger import balance
from services.node.passes.tables import WatchedDay
from services.node.passes.watched import Bits
from services.units.membership import PERIOD_S
from services.units.money import ZERO, Money
from tests.fixtures.chain import HandClock
from tests.fixtures.world import RunningWorld
from tests.fixtures.world_members import join, sell_tier
from tests.fixtures.world_passes import HOLDERS, buy_pass, ok, pass_door, the_pass, watch

FEE = Money(7_000_000)


async def test_a_pass_is_paid_into_the_pool_and_opens_what_takes_part(
    running: RunningWorld, hand_clock: HandClock
) -> None:
    film, closed = await running.publish(), await running.publish()
    tier = await sell_tier(running)
    async with pass_door(running, HOLDERS[0]) as (_, creator, holder):
        await ok(
            creator.http.put(f"/content/{closed.content}/access", json={"visibility": "members", "tiers": [tier.id]})
        )
        offered = await the_pass(holder)
        assert (offered.price, offered.creators, offered.films, offered.is_appointed) == (FEE, 1, 1, True)
        assert (await holder.http.get(f"/content/{film.content}/member-keys")).status_code == 403
        made = await buy_pass(holder)
        assert made["membership"]["creator"] == running.chain.escrow
        lent = await ok(holder.http.get(f"/content/{film.content}/member-keys"))
        assert [key["key"] for key in lent["keys"]] == list(film.keys)
        assert lent["tier_id"] == offered.tier_id
        assert (await ok(holder.http.get(f"/content/{film.content}/access")))["pass_tier"] == offered.tier_id
        # What is for members stays theirs until its creator chooses otherwise.
        refused = await holder.http.get(f"/content/{closed.content}/member-keys")
        assert refused.json()["code"] == "content.members_only"
        await ok(creator.http.put("/pass/part", json={"is_in": True, "with_members_only": True}))
        assert len((await ok(holder.http.get(f"/content/{closed.content}/member-keys")))["keys"]) == 6
        assert {row["content_id"] for row in await ok(holder.http.get("/pass/films"))} == {film.content, closed.content}
        # Who leaves takes the films along, and who does not renew is out as well.
        await ok(creator.http.put("/pass/part", json={"is_in": False}))
        assert (await holder.http.get(f"/content/{film.content}/member-keys")).status_code == 403
        await ok(creator.http.put("/pass/part", json={"is_in": True}))
        hand_clock.advance(timedelta(seconds=PERIOD_S + 1))
        await holder.sign_in()
        assert (await holder.http.get(f"/content/{film.content}/member-keys")).status_code == 403
    chain = running.world.chain
    assert read_uint(chain.ask(pool_balance_call(chain.escrow))) == FEE.micros
    with running.world.node.database.read() as session:
        assert balance(session, "pool") == FEE
        assert balance(session, f"payer:{HOLDERS[0].address}") == -FEE
        assert balance(session, "platform") == ZERO
    running.verify_books()


async def test_what_is_watched_counts_once_a_day_and_no_faster_than_time(
    running: RunningWorld, hand_clock: HandClock
) -> None:
    film = await running.publish(chunks=40)
    hand_clock.advance(timedelta(hours=12) - (hand_clock.now() - hand_clock.now().replace(hour=0, minute=0, second=0)))
    async with pass_door(running, HOLDERS[0]) as (_, _, holder):
        refused = await holder.http.post("/pass/watched", json={"content_id": film.content, "chunks": [1]})
        assert refused.json()["code"] == "content.members_only"
        await buy_pass(holder)
        # The first part is free for all, and the last one does not exist.
        assert await watch(holder, film, 0, 1, 2, 2, 400) == {"counted": 2, "today_ms": 20_000}
        assert await watch(holder, film, 1, 2, 3) == {"counted": 1, "today_ms": 30_000}
        hand_clock.advance(timedelta(hours=12, seconds=30))
        await holder.sign_in()
        # Half a minute into the day: that and two minutes ahead, not the whole film.
        told = await watch(holder, film, *range(1, 40))
        assert told == {"counted": 15, "today_ms": 150_000}
        assert (await watch(holder, film, 30))["counted"] == 0
    with running.world.node.database.read() as session:
        rows = list(session.scalars(select(WatchedDay).order_by(WatchedDay.day)))
    assert [(row.watched_ms, Bits(row.chunks).indexes()) for row in rows] == [
        (30_000, (1, 2, 3)),
        (150_000, tuple(range(1, 16))),
    ]


async def test_a_creators_own_tier_comes_before_the_pass(running: RunningWorld) -> None:
    film, tier = await running.publish(), await sell_tier(running)
    async with pass_door(running, HOLDERS[0]) as (_, creator, holder):
        await ok(creator.http.put(f"/content/{film.content}/access", json={"visibility": "chunks", "tiers": [tier.id]}))
        await buy_pass(holder)
        await join(holder, tier.id)
        lent = await ok(holder.http.get(f"/content/{film.content}/member-keys"))
        assert lent["tier_id"] == tier.id
        # The tier is the creator's to the unit: none of it is the pass' watching.
        refused = await holder.http.post("/pass/watched", json={"content_id": film.content, "chunks": [1]})
        assert refused.json()["code"] == "content.members_only"


async def test_only_the_operator_offers_a_pass(running: RunningWorld) -> None:
    async with pass_door(running, HOLDERS[0]) as (operator, _, holder):
        assert (await holder.do("PUT", "/pass", {"name": "Mine", "price": "990000"})).status_code == 403
        for price in ("989999", "99990001"):
            refused = await operator.do("PUT", "/pass", {"name": "Pass", "price": price})
            assert refused.json()["code"] == "tier.price"
        again = await ok(operator.do("PUT", "/pass", {"name": "Everything", "price": "8000000"}))
        assert (again["name"], again["price"]) == ("Everything", "8000000")
        assert again["tier_id"] == (await the_pass(holder)).tier_id
