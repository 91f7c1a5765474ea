"""A creator's figures add up to the ledger, by day, film, tier, kind of payment and place, whatever way money came."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.units.membership import tier_word
from services.units.money import Money
from tests.fixtures.chain import STRANGER, VIEWER, HandClock
from tests.fixtures.node_caller import NodeCaller, at_the_door
from tests.fixtures.world import PRICE, RunningWorld, SealedFilm
from tests.fixtures.world_members import give, join, sell_tier

DAY = timedelta(days=1)


async def ask(running: RunningWorld, path: str, **query: Any) -> Any:
    desk = running.desk("creator")
    return (await desk.node.send("GET", f"/creators/figures{path}", query=query)).json()


async def sums(running: RunningWorld, by: str, **query: Any) -> dict[str, int]:
    found = await ask(running, "/breakdown", by=by, **query)
    assert sum(int(row["net"]) for row in found["rows"]) + int(found["rest"]) <= int(found["net"])
    return {row["key"]: int(row["net"]) for row in found["rows"] if int(row["net"])}


async def metric(running: RunningWorld, name: str, **query: Any) -> dict[str, Any]:
    found = await ask(running, "", **query)
    return next(one for one in found["metrics"] if one["name"] == name)


@pytest.fixture
async def sold(running: RunningWorld, hand_clock: HandClock) -> tuple[SealedFilm, str]:
    """A film of which two people bought parts on two days, each in another way, and a tier that one of them joined."""
    film, tier = await running.publish(), await sell_tier(running)
    await running.viewer.playback.open(film.content)
    await running.viewer.playback.buy(film.content, first_chunk=1, max_deposit=Money(1_000_000))
    await running.settled()
    # Vouchers are entered when somebody asks for a sum.
    await ask(running, "")
    hand_clock.advance(DAY)
    give(running, VIEWER.address)
    async with at_the_door(running.world, VIEWER) as (viewer,):
        assert (await viewer.buy(film.content, first=2, count=3)).status_code == 200
        await join(viewer, tier.id)
    return film, tier.id


async def test_every_way_of_adding_up_gives_the_ledgers_sum(
    running: RunningWorld, sold: tuple[SealedFilm, str]
) -> None:
    film, tier = sold
    owed = await running.desk("creator").node.send("GET", "/creators/dashboard")
    earned = int(owed.json()["total_amount_creator"])
    # Four parts at a cent and a month at 2.99, less a tenth.
    assert earned == (4 * PRICE.micros + 2_990_000) * 9 // 10
    day = await running.desk("creator").node.send("GET", "/creators/dashboard", query={"days": 1})
    held = {tile["name"]: (int(tile["previous"]), int(tile["value"])) for tile in day.json()["tiles"]}
    assert held["in_flight"] == (9_000, 9_000), "a voucher of the day before, not claimed yet"
    assert held["available"] == (0, 27_000 + 2_691_000)
    days = await metric(running, "earnings")
    assert days["total"] == sum(days["days"]) == earned
    assert days["days"][-2:] == [9_000, 27_000 + 2_691_000]
    assert (await metric(running, "gross"))["total"] == 4 * PRICE.micros + 2_990_000
    assert (await metric(running, "watch"))["days"][-2:] == [10_000, 30_000]
    viewers = await metric(running, "viewers")
    assert (viewers["days"][-2:], viewers["total"]) == ([1, 1], 2)
    assert (await metric(running, "members"))["days"][-3:] == [0, 0, 1]
    word = f"tier:{tier_word(tier)}"
    assert await sums(running, "item") == {film.content: 36_000}
    assert await sums(running, "tier") == {word: 2_691_000}
    assert await sums(running, "source") == {"memberships": 2_691_000, "chunks": 36_000}
    assert sum((await sums(running, "day")).values()) == earned
    rows = (await ask(running, "/breakdown", by="tier"))["rows"]
    assert [row["name"] for row in rows] == ["Supporter"]


async def test_the_area_under_a_films_timeline_is_what_it_earned(
    running: RunningWorld, sold: tuple[SealedFilm, str]
) -> None:
    film, _ = sold
    shown = await ask(running, f"/items/{film.content}")
    parts = [int(place["net"]) for place in shown["places"]]
    assert parts == [0, 9_000, 9_000, 9_000, 9_000, 0]
    assert sum(parts) + int(shown["outside"]) == int(shown["net"]) == 36_000
    assert [place["payments"] for place in shown["places"]] == [0, 1, 1, 1, 1, 0]
    assert (shown["places"][1]["start_ms"], shown["places"][1]["end_ms"]) == (10_000, 20_000)
    assert shown["paid_ms"] == 40_000


async def test_each_figure_leads_to_its_lines_and_to_the_chain(
    running: RunningWorld, sold: tuple[SealedFilm, str]
) -> None:
    film, _ = sold
    rows = (await ask(running, "/lines"))["rows"]
    assert [row["kind"] for row in rows] == ["subscribed", "paid", "charge"]
    assert [(row["first_chunk"], row["chunk_count"]) for row in rows] == [(None, None), (2, 3), (1, 1)]
    assert {payment.tx for payment in running.payments()} == {rows[1]["transaction"]}
    # A voucher is the chain's when its channel was claimed that far.
    assert (rows[2]["transaction"], rows[2]["is_claimed"]) == (None, False)
    await running.creator.payouts.collect()
    (charge,) = (await ask(running, "/lines", item=film.content))["rows"][1:]
    assert charge["is_claimed"] is True
    claim = running.world.node.chain.receipt(charge["transaction"])
    assert claim is not None
    assert claim.is_ok
    assert charge["transaction"] != rows[1]["transaction"]
    first = await ask(running, "/lines", limit=2)
    rest = await ask(running, "/lines", limit=2, cursor=first["cursor"])
    assert [*first["rows"], *rest["rows"]] == (await ask(running, "/lines"))["rows"]
    only = await ask(running, "/lines", source="memberships")
    assert [row["net"] for row in only["rows"]] == ["2691000"]


async def test_members_are_listed_with_what_they_brought_and_counted_when_they_leave(
    running: RunningWorld, hand_clock: HandClock, sold: tuple[SealedFilm, str]
) -> None:
    _, tier = sold
    shown = await ask(running, "/members")
    (row,) = shown["rows"]
    assert (row["viewer"], row["state"], row["renewals"]) == (VIEWER.address, "active", 0)
    assert int(row["lifetime"]) == 27_000 + 2_691_000 == int(shown["value"])
    assert (shown["active"], shown["joined_lately"], shown["churn_bps"]) == (1, 1, None)
    one = await ask(running, f"/members/{row['id']}")
    assert [(payment["kind"], payment["state"]) for payment in one["payments"]] == [("join", "paid")]
    (figures,) = await ask(running, "/tiers")
    assert (figures["tier_id"], figures["members"], figures["net"]) == (tier, 1, "2691000")
    hand_clock.advance(timedelta(days=35))
    later = await ask(running, "/members", state="lapsed", query=VIEWER.address[:10])
    assert (later["total"], later["active"], later["lapsed"]) == (1, 0, 1)
    assert (later["left_lately"], later["churn_bps"]) == (1, 10_000)
    assert (await ask(running, "/members", state="active"))["rows"] == []
    members = await metric(running, "members")
    assert (members["before"][-1], members["days"][-1]) == (1, 0)


async def test_films_are_paged_searched_and_put_in_order(running: RunningWorld, sold: tuple[SealedFilm, str]) -> None:
    film, _ = sold
    for price in (30_000, 20_000):
        await running.publish(price=Money(price))
    newest = (await ask(running, "/items"))["rows"]
    assert [row["price_per_ten_seconds"] for row in newest] == ["20000", "30000", "10000"]
    page = await ask(running, "/items", offset=1, limit=1, order="price")
    assert (page["total"], [row["price_per_ten_seconds"] for row in page["rows"]]) == (3, ["20000"])
    best = (await ask(running, "/items", order="earned"))["rows"][0]
    assert (best["content_id"], best["net"]) == (film.content, "36000")
    assert (await ask(running, "/items", query="NOISE"))["total"] == 3
    assert (await ask(running, "/items", query="50%"))["total"] == 0
    assert (await ask(running, "/items", archived="true"))["total"] == 0


async def test_a_score_shows_every_input_as_it_counted(running: RunningWorld, sold: tuple[SealedFilm, str]) -> None:
    film, _ = sold
    channel, one = await ask(running, "/score"), await ask(running, "/score", content=film.content)
    for found in (channel, one):
        parts = {part["name"]: part for part in found["parts"]}
        assert sum(part["weight"] for part in found["parts"]) == 100
        assert abs(sum(part["points_tenths"] for part in found["parts"]) - found["points_tenths"]) <= 3
        assert parts["paid_seconds"]["part"] == await metric_seconds(running)
        assert parts["completion"]["whole"] >= 1000
        # Five observations of one half are assumed: one viewer decides nothing.
        assert 400 < parts["completion"]["value_permille"] < 700
    untouched = await running.publish()
    nothing = await ask(running, "/score", content=untouched.content)
    assert nothing["points_tenths"] == sum(part["points_tenths"] for part in nothing["parts"])
    assert [part["part"] for part in nothing["parts"] if part["name"] != "retention"] == [0, 0, 0, 0]


async def metric_seconds(running: RunningWorld) -> int:
    rows = (await ask(running, "/breakdown", by="item"))["rows"]
    return sum(int(row["paid_ms"]) for row in rows) // 1000


async def test_nobody_sees_anothers_figures(running: RunningWorld, sold: tuple[SealedFilm, str]) -> None:
    film, _ = sold
    async with at_the_door(running.world, STRANGER) as (stranger,):
        assert await _refused(stranger, f"/items/{film.content}") == "account.forbidden"
        assert await _refused(stranger, f"/score?content={film.content}") == "account.forbidden"
        assert (await stranger.http.get("/creators/figures/members")).json()["rows"] == []
        assert (await stranger.http.get("/creators/figures/lines")).json()["rows"] == []
        assert (await stranger.http.get("/creators/figures/items")).json()["total"] == 0
        (row,) = (await ask(running, "/members"))["rows"]
        assert await _refused(stranger, f"/members/{row['id']}") == "membership.not_found"
        assert await _refused(stranger, "?from=2026-02-02&to=2026-02-01") == "request.invalid"
        assert await _refused(stranger, "?from=0001-01-01") == "request.invalid"


async def _refused(caller: NodeCaller, path: str) -> str:
    answer = await caller.http.get(f"/creators/figures{path}")
    return str(answer.json()["code"])
