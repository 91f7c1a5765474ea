"""Members-only means the key: each way into the node is tried by all who might come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy import select

from services.chain.authorization import PaymentTerms, sign_authorization
from services.chain.book import MemoryTransactionBook
from services.chain.calls import pay_call
from services.chain.relayer import OwnKeyRelayer
from services.host.world import World
from services.node.app import node_routes
from services.node.memberships.tables import KeyReceipt, Membership
from services.node.sales.booking import sync
from services.units.ids import IntentId, new_row_id
from services.units.money import Money
from services.wire.tiers import TierOut
from services.wire.x402 import VoucherPayload
from tests.fixtures.chain import STRANGER, VIEWER, HandClock, Person, person
from tests.fixtures.node_caller import NodeCaller, at_the_door
from tests.fixtures.node_payer import channel_payer
from tests.fixtures.world import PRICE, RunningWorld, SealedFilm

LAPSED = person("a member once")
OTHER = person("a member of another tier")
CANCELLED = person("a member who leaves at the end")
REFUNDED = person("a member who got the money back")
MANY = 16


@dataclass(frozen=True, slots=True)
class Club:
    """A members-only film, the tier that opens it, and who comes to the door."""

    film: SealedFilm
    tier: TierOut
    callers: dict[str, NodeCaller]


def enter(world: World, who: Person, tier: TierOut, *, days: int, renews: int = 1, refunded: bool = False) -> None:
    """Enter a membership as the chain's event would."""
    now = world.node.clock.now()
    with world.node.database.write() as session:
        session.add(
            Membership(
                id=new_row_id(), viewer=who.address, creator=tier.creator, tier_id=tier.id, joined_at=now,
                paid_until=now + timedelta(days=days), payments=1, renews=renews, next_tier=None, reason="",
                ended_at=now if refunded else None,
            )
        )  # fmt: skip


@asynccontextmanager
async def club(running: RunningWorld) -> AsyncIterator[Club]:
    world, desk = running.world, running.desk("creator")
    tier, cheap = [
        await running.creator.tiers.create(name=name, price=Money.parse("2.99")) for name in ("Gold", "Bronze")
    ]
    film = await running.publish(preview_chunks=1)
    await running.creator.memberships.set_access(film.content, "members", (tier.id,))
    enter(world, VIEWER, tier, days=30)
    enter(world, CANCELLED, tier, days=30, renews=0)
    enter(world, LAPSED, tier, days=-1)
    enter(world, OTHER, cheap, days=30)
    enter(world, REFUNDED, tier, days=30, refunded=True)
    owner = Person("creator", desk.keyring.key(), desk.keyring.owner())
    people = {
        "stranger": STRANGER, "lapsed": LAPSED, "other": OTHER, "refunded": REFUNDED, "member": VIEWER,
        "cancelled": CANCELLED, "owner": owner,
    }  # fmt: skip
    async with at_the_door(world, *people.values()) as callers, at_the_door(world, STRANGER, signed_in=False) as none:
        yield Club(film, tier, {**dict(zip(people, callers, strict=True)), "nobody": none[0]})


@pytest.fixture
async def members(running: RunningWorld) -> AsyncIterator[Club]:
    async with club(running) as opened:
        yield opened


def ways(running: RunningWorld) -> set[tuple[str, str]]:
    """Take all ways into the node from the application."""
    found = set()
    for route in iter_route_contexts(node_routes().routes):
        if isinstance(route.original_route, APIRoute) and route.path is not None:
            found |= {(method, route.path) for method in route.methods or ()}
    assert len(found) > 60
    return found


def leaked(film: SealedFilm, text: str) -> set[int]:
    """Find the keys of paid chunks in an answer; the first chunk is the creator's free preview."""
    return {index for index, key in enumerate(film.keys) if index > 0 and key in text}


IN_PATHS = ("content_id", "link_id", "item_id")


async def test_no_way_into_the_node_gives_a_key_to_a_stranger(running: RunningWorld, members: Club) -> None:
    film = members.film
    entitled = {"member", "cancelled", "owner"}
    gave: dict[str, set[str]] = {}
    for method, path in sorted(ways(running)):
        for kind, caller in members.callers.items():
            where = path
            for part in (part.strip("{}").partition(":")[0] for part in path.split("/") if part.startswith("{")):
                value = film.content if part in IN_PATHS else caller.who.address
                where = where.replace("{" + part, "{").replace("{", value, 1).replace(":path}", "").replace("}", "")
            bodies: tuple[dict[str, object] | None, ...] = ({"chunk": 2}, {"first_chunk": 1, "chunk_count": 3}, {})
            for body in bodies if method not in ("GET", "HEAD") else (None,):
                if path.startswith("/api/v1") and (kind not in ("stranger", "member") or body == {}):
                    # The same routes again: tried by one who may and one who may not.
                    continue
                if "sign-out" in path or (kind in entitled and method not in ("GET", "HEAD") and "stream" not in path):
                    continue
                answer = await caller.http.request(method, where, json=body)
                if leaked(film, answer.text):
                    gave.setdefault(kind, set()).add(f"{method} {path.removeprefix('/api/v1')}")
    assert set(gave) == entitled
    lent, stream = "GET /content/{content_id}/member-keys", "POST /content/{content_id}/stream"
    assert gave["member"] == gave["cancelled"] == {lent, stream}
    assert gave["owner"] == {"GET /content/{content_id}/keys", stream}


async def test_the_refusal_names_the_tiers_and_offers_no_price(members: Club) -> None:
    for kind in ("nobody", "stranger", "lapsed", "other", "refunded"):
        http = members.callers[kind].http
        for path, body in (("stream", {"chunk": 2}), ("pay", {"first_chunk": 2})):
            refused = await http.post(f"/content/{members.film.content}/{path}", json=body)
            assert (refused.status_code, refused.json()["code"]) == (403, "content.members_only")
            assert refused.json()["params"] == {"tiers": members.tier.id}
            assert "payment-required" not in refused.headers


async def test_no_payment_by_the_chunk_buys_a_way_around(running: RunningWorld, members: Club) -> None:
    """Offers of another film of the same creator, turned to this one: by voucher, and by the Escrow."""
    stranger, film, sold = members.callers["stranger"], members.film, await running.publish()
    running.chain.fund(STRANGER.address, usdc=Money(5_000_000), gas_wei=10**18)
    payer = await channel_payer(stranger, sold.content)
    assert (await payer.open(Money(100_000), chunk=1)).status_code == 200
    voucher = VoucherPayload(channel_config=payer.fields(), voucher=payer.voucher(payer.total + PRICE))
    refused = await payer.send(payer.payment(voucher), chunk=2, content=film.content)
    assert (refused.status_code, refused.json()["code"], leaked(film, refused.text)) == (
        403,
        "content.members_only",
        set(),
    )
    # Nothing was promised to anybody: the same total still buys what is sold.
    assert (await payer.buy(2)).status_code == 200
    offer = await stranger.offer(sold.content, first=3)
    turned = offer.model_copy(update={"extra": offer.extra.model_copy(update={"content_id": film.content})})
    payment = stranger.payment(turned)
    by_escrow = await stranger.pay(film.content, payment)
    assert (by_escrow.status_code, leaked(film, by_escrow.text)) == (403, set())
    # Straight to the chain: the creator keeps the money, and the node hands nothing over for it.
    terms = PaymentTerms(
        chain_id=running.world.chain.chain_id, token=offer.asset, escrow=offer.pay_to, payer=STRANGER.address,
        creator=members.tier.creator, content_id=film.content, first_chunk=1, chunk_count=1, amount=PRICE,
        valid_after=0, valid_before=running.world.chain.head().timestamp + 600,
    )  # fmt: skip
    around = OwnKeyRelayer(running.world.chain, STRANGER.key, MemoryTransactionBook())
    signed = sign_authorization(terms, STRANGER.key)
    assert around.wait(around.submit(IntentId("0" * 64), pay_call(signed)), 60).is_ok
    await asyncio.to_thread(sync, running.world.node)
    owned = await stranger.http.get(f"/content/{film.content}/keys")
    assert leaked(film, owned.text) == set()
    await running.settled()
    running.verify_books()


async def test_a_sale_before_the_change_is_honoured_after_it(running: RunningWorld, members: Club) -> None:
    stranger, film = members.callers["stranger"], await running.publish()
    running.chain.fund(STRANGER.address, usdc=Money(5_000_000), gas_wei=0)
    payer = await channel_payer(stranger, film.content)
    assert (await payer.open(Money(100_000), chunk=1)).status_code == 200
    await running.creator.memberships.set_access(film.content, "members", (members.tier.id,))
    again = await stranger.http.get(f"/content/{film.content}/keys")
    assert leaked(film, again.text) == {1}
    assert (await payer.buy(2)).status_code == 403
    repeated = await stranger.http.post(f"/content/{film.content}/stream", json={"chunk": 1})
    assert leaked(film, repeated.text) == {1}


async def test_a_membership_that_lapses_while_it_asks_gives_nothing_after_its_end(
    running: RunningWorld, members: Club, hand_clock: HandClock
) -> None:
    film, member = members.film, members.callers["member"]
    path = f"/content/{film.content}/stream"
    end = hand_clock.now() + timedelta(days=30)
    hand_clock.advance(timedelta(days=30) - timedelta(seconds=1))
    await member.sign_in()

    async def ask(turn: int) -> tuple[bool, httpx.Response]:
        if turn == MANY // 2:
            hand_clock.advance(timedelta(seconds=1))
        is_late = hand_clock.now() >= end
        return is_late, await member.http.post(path, json={"chunk": 1 + turn % 5})

    answers = await asyncio.gather(*(ask(turn) for turn in range(MANY)))
    assert all(not leaked(film, answer.text) and answer.status_code == 403 for is_late, answer in answers if is_late)
    assert sum(is_late for is_late, _ in answers) >= MANY // 2
    with running.world.node.database.read() as session:
        for until, at in session.execute(select(KeyReceipt.until, KeyReceipt.at)):
            assert at < until == end


async def test_what_is_open_to_all_is_lent_to_all(running: RunningWorld, members: Club) -> None:
    film = members.film
    await running.creator.memberships.set_access(film.content, "public")
    for kind, caller in members.callers.items():
        got = await caller.http.post(f"/content/{film.content}/stream", json={"chunk": 2})
        assert (leaked(film, got.text), kind) == ({2}, kind)
    await running.creator.memberships.set_access(film.content, "chunks")
    closed = await members.callers["stranger"].http.post(f"/content/{film.content}/stream", json={"chunk": 2})
    assert (closed.status_code, "payment-required" in closed.headers) == (402, True)


async def test_only_the_owner_sets_access_and_only_to_own_tiers(running: RunningWorld, members: Club) -> None:
    path = f"/content/{members.film.content}/access"
    wanted = {"visibility": "public", "tiers": []}
    assert (await members.callers["member"].http.put(path, json=wanted)).status_code == 403
    assert (await members.callers["nobody"].http.put(path, json=wanted)).status_code == 401
    owner = members.callers["owner"].http
    for body, code in (
        ({"visibility": "members", "tiers": []}, "access.no_tier"),
        ({"visibility": "members", "tiers": ["0" * 32]}, "tier.not_found"),
    ):
        assert (await owner.put(path, json=body)).json()["code"] == code
    assert (await owner.get(path)).json()["visibility"] == "members"
    assert (await owner.put("/content/0x" + "00" * 32 + "/access", json=wanted)).json()["code"] == "content.not_found"


async def test_a_gift_opens_for_good_what_is_for_members(running: RunningWorld, members: Club) -> None:
    film, stranger = members.film, members.callers["stranger"]
    path = f"/content/{film.content}/gifts/{STRANGER.address}"
    assert (await stranger.http.put(path)).status_code == 403
    for _ in range(2):
        assert (await members.callers["owner"].http.put(path)).status_code == 200
    got = await stranger.http.post(f"/content/{film.content}/stream", json={"chunk": 4})
    assert (leaked(film, got.text), got.json()["amount"]) == ({4}, "0")
    assert leaked(film, (await stranger.http.get(f"/content/{film.content}/keys")).text) == set(range(1, 6))
    assert leaked(film, (await members.callers["lapsed"].http.get(f"/content/{film.content}/keys")).text) == set()
