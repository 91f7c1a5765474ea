"""Statements reconcile to the unit, whatever period and however they are read; health says how everything is."""

from __future__ import annotations

import csv
import random
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from anyio import to_thread

from services.db.ledger import Line, post
from services.units.money import Money
from tests.fixtures.chain import CREATOR, STRANGER, VIEWER, HandClock
from tests.fixtures.node_caller import NodeCaller, at_the_door
from tests.fixtures.unsteady_chain import UnsteadyChain
from tests.fixtures.world import RunningWorld, running_world

BOOKS = {"paid", "earned", "pending", "withdrawn", "refunded"}


def _numbers(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311  the same ones in each run


def _enter(running: RunningWorld, number: int, day: date, rng: random.Random) -> None:
    """Enter something between the creator and others, at a moment of a day, not in the order of time."""
    me = CREATOR.address
    gross, share = rng.randrange(1, 10**9), rng.randrange(1, 10**6)
    lines = [Line(f"payer:{VIEWER.address}", Money(-gross), "item"), Line(f"pending:{me}", Money(gross), "item")]
    if number % 3 == 0:
        lines += [Line(f"creator:{me}", Money(share)), Line(f"pending:{me}", Money(-share))]
    if number % 4 == 0:
        lines += [Line(f"creator:{me}", Money(-share)), Line(f"withdrawn:{me}", Money(share))]
    if number % 5 == 0:
        lines += [Line(f"payer:{me}", Money(-share), "item"), Line(f"creator:{STRANGER.address}", Money(share), "item")]
    at = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(microseconds=rng.randrange(86_400 * 10**6))
    with running.world.node.database.write() as session:
        assert post(session, kind="test", ref=str(number), at=at, lines=lines)


async def _whole(caller: NodeCaller, *, limit: int = 7, **period: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    lines, cursor, heads = [], "", []
    while True:
        asked = {**period, "limit": str(limit), **({"cursor": cursor} if cursor else {})}
        answer = await caller.http.get("/statement", params=asked)
        assert answer.status_code == 200, answer.text
        part = answer.json()
        lines += part["lines"]
        heads.append((part["opening"], part["closing"]))
        if part["cursor"] is None:
            assert all(head == heads[0] for head in heads)
            return part, lines
        cursor = part["cursor"]


def _period(first: date, last: date) -> dict[str, Any]:
    return {"from": str(first), "to": str(last)}


def _assert_reconciled(part: dict[str, Any], lines: list[dict[str, Any]]) -> None:
    moved = Counter(dict.fromkeys(BOOKS, 0))
    for line in lines:
        moved[line["book"]] += int(line["amount"])
    assert set(part["opening"]) == set(part["closing"]) == BOOKS
    for book in BOOKS:
        assert int(part["opening"][book]) + moved[book] == int(part["closing"][book]), book


async def test_every_period_reconciles_in_parts_and_as_a_whole(running: RunningWorld, hand_clock: HandClock) -> None:
    rng, today = _numbers(7), hand_clock.now().date()
    days = [today - timedelta(days=number) for number in range(6)]
    for number in range(60):
        await to_thread.run_sync(_enter, running, number, rng.choice(days), rng)
    async with at_the_door(running.world, CREATOR, STRANGER) as (creator, stranger):
        everything, all_lines = await _whole(creator)
        _assert_reconciled(everything, all_lines)
        assert set(everything["opening"].values()) == {"0"}
        assert sorted(line["seq"] for line in all_lines) == [line["seq"] for line in all_lines]
        found = 0
        for first in range(5, -1, -1):
            for last in range(first, -1, -1):
                part, lines = await _whole(creator, **_period(days[first], days[last]))
                _assert_reconciled(part, lines)
                assert {line["at"][:10] for line in lines} <= {str(day) for day in days[last : first + 1]}
                found += len(lines) if first == last else 0
        assert found == len(all_lines)
        other, lines = await _whole(stranger)
        _assert_reconciled(other, lines)
        assert {line["book"] for line in lines} == {"earned"}


async def test_what_is_entered_meanwhile_is_in_no_part(running: RunningWorld, hand_clock: HandClock) -> None:
    rng, today = _numbers(8), hand_clock.now().date()
    for number in range(20):
        await to_thread.run_sync(_enter, running, number, today, rng)
    async with at_the_door(running.world, CREATOR, VIEWER) as (creator, viewer):
        first = (await creator.http.get("/statement", params={"limit": "5"})).json()
        for number in range(20, 40):
            await to_thread.run_sync(_enter, running, number, today - timedelta(days=number % 3), rng)
        lines, part = list(first["lines"]), first
        while part["cursor"]:
            part = (await creator.http.get("/statement", params={"limit": "5", "cursor": part["cursor"]})).json()
            assert (part["opening"], part["closing"]) == (first["opening"], first["closing"])
            lines += part["lines"]
        _assert_reconciled(first, lines)
        assert {line["ref"] for line in lines} <= {str(number) for number in range(20)}
        for params, who in (({"cursor": first["cursor"], "from": str(today)}, creator), (None, viewer)):
            answer = await who.http.get("/statement", params=params or {"cursor": first["cursor"]})
            assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
        backwards = await creator.http.get("/statement", params={"from": "2026-02-01", "to": "2026-01-01"})
        assert backwards.status_code == 422


async def test_the_csv_says_the_same(running: RunningWorld, hand_clock: HandClock) -> None:
    rng, today = _numbers(9), hand_clock.now().date()
    for number in range(12):
        await to_thread.run_sync(_enter, running, number, today, rng)
    async with at_the_door(running.world, CREATOR) as (creator,):
        part, lines = await _whole(creator)
        answer = await creator.http.get("/statement", headers={"Accept": "text/csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(answer.text.splitlines()))
    for kind, balances in (("opening", part["opening"]), ("closing", part["closing"])):
        said = {row["book"]: row["usdc"] for row in rows if row["kind"] == kind}
        assert {book: int(Decimal(usdc).scaleb(6)) for book, usdc in said.items()} == {
            book: int(micros) for book, micros in balances.items()
        }
    between = [(row["seq"], row["book"], int(Decimal(row["usdc"]).scaleb(6))) for row in rows if row["seq"]]
    assert between == [(str(line["seq"]), line["book"], int(line["amount"])) for line in lines]
    assert "E" not in "".join(row["usdc"] for row in rows)


async def _said(caller: NodeCaller, clock: HandClock, path: str) -> httpx.Response:
    clock.advance(timedelta(seconds=3))
    return await caller.http.get(path)


@pytest.fixture
async def unsteady(world_profile: Path, hand_clock: HandClock) -> AsyncIterator[RunningWorld]:
    """A world whose chain can be taken away."""
    async with running_world(world_profile, hand_clock, chain_front=UnsteadyChain) as opened:
        yield opened


async def test_a_statement_without_the_chain_is_the_ledgers(unsteady: RunningWorld) -> None:
    async with at_the_door(unsteady.world, CREATOR) as (creator,):
        assert (await creator.http.get("/statement")).json()["block"] is not None
        unsteady.unsteady.is_down = True
        answer = await creator.http.get("/statement")
        assert (answer.status_code, answer.json()["block"]) == (200, None)


async def test_health_names_what_fails(unsteady: RunningWorld, hand_clock: HandClock) -> None:
    node = unsteady.world.node
    async with at_the_door(unsteady.world, STRANGER, signed_in=False) as (stranger,):
        well = (await _said(stranger, hand_clock, "/health")).json()
        assert well["status"] == "ok"
        assert well["chain"] == "ok"
        assert well["dependencies"] == {
            "database": "ok", "chain": "ok", "relayer": "ok", "store": "ok",
            "channels": "ok" if node.channels.is_offered else "off",
        }  # fmt: skip
        assert (await stranger.http.get("/health/ready")).json()["ready"] is True
        unsteady.unsteady.is_down = True
        # Nothing is asked again within two seconds.
        assert (await stranger.http.get("/health/ready")).status_code == 200
        down = await _said(stranger, hand_clock, "/health/ready")
        assert (down.status_code, down.json()["ready"]) == (503, False)
        assert (down.json()["dependencies"]["chain"], down.json()["dependencies"]["database"]) == ("failed", "ok")
        told = await stranger.http.get("/health")
        assert (told.status_code, told.json()["status"], told.json()["chain"]) == (200, "degraded", "unreachable")
        assert told.json()["block"] is None
