"""The paying proxy before a real node: plain programs get keys, within the budget, and nobody pays twice."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from dataclasses import replace

import httpx
import pytest

from services.chain.channel_calls import channel_call, read_channel
from services.proxy.purse import Limits
from services.proxy.refunds import Refund
from services.proxy.tables import ChannelRow
from services.units.address import bytes32
from services.units.money import ZERO, Money
from services.wire.node import CardOut
from services.wire.x402 import ChannelPayment, DepositPayload, ExactPayment, VoucherPayload
from tests.fixtures.world import PRICE, RunningWorld, SealedFilm, manifest_for, publication, sealed_film
from tests.fixtures.world_with_pay_proxy import (
    MONEY,
    PROXY_LIMITS,
    PayWorld,
    RunningProxy,
    SeenAnswer,
    keys_of,
    refused,
)

EXACT = replace(PROXY_LIMITS, by_channel=False)
METHODS = pytest.mark.parametrize("limits", [PROXY_LIMITS, EXACT], ids=["channel", "exact"])


def times(count: int) -> Money:
    return PRICE * count


def lose_once(world: PayWorld, *, cut: bool = False) -> None:
    """Lose the next answer to a payment, after the node has taken it."""

    def lose(answer: SeenAnswer) -> None:
        if answer.is_paid:
            world.front.change = lambda _: None
            answer.status, answer.headers, answer.body, answer.is_cut = 504, [], b"gateway", cut

    world.front.change = lose


async def test_a_program_that_knows_nothing_of_payments_gets_a_film(pay_world: PayWorld) -> None:
    film = await pay_world.served.running.publish()
    head = pay_world.served.running.chain.head.number
    async with pay_world.proxy() as proxy:

        def fetch(chunk: int) -> dict[int, str]:
            request = urllib.request.Request(  # noqa: S310  our own proxy
                f"{proxy.base}/content/{film.content}/pay",
                data=json.dumps({"first_chunk": chunk}).encode(),
                headers={"Content-Type": "application/json"},
            )
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310  the same
                return {key["index"]: key["key"] for key in json.load(answer)["keys"]}

        for chunk in range(1, 6):
            assert await asyncio.to_thread(fetch, chunk) == {chunk: film.keys[chunk]}
        assert proxy.standing().spent == times(5)
        assert proxy.standing().locked == ZERO  # the node proposes the film's rest, and that was deposited
    payloads = [one.payload for one in pay_world.front.payments if isinstance(one, ChannelPayment)]
    assert [type(one) for one in payloads] == [DepositPayload, *[VoucherPayload] * 4]
    assert len(pay_world.served.transactions(head)) == 1
    assert (pay_world.charged(), pay_world.wallet) == (times(5), MONEY - times(5))


async def test_a_get_is_paid_for_as_well(pay_world: PayWorld) -> None:
    film = await pay_world.served.running.publish()
    async with pay_world.proxy() as proxy:
        answer = await proxy.http.get(f"{proxy.base}/content/{film.content}/pay?first_chunk=2")
        assert keys_of(answer) == {2: film.keys[2]}
        assert (await proxy.http.get(f"{proxy.base}/health")).json()["status"] == "ok"
        assert (await proxy.http.get(f"{proxy.base}/content/nothing")).status_code in (404, 422)
        assert len(proxy.rows()) == 1


async def test_exact_is_one_transfer_each(pay_world: PayWorld) -> None:
    film = await pay_world.served.running.publish()
    async with pay_world.proxy(EXACT) as proxy:
        for chunk in (1, 2):
            assert keys_of(await proxy.buy(film.content, chunk)) == {chunk: film.keys[chunk]}
        assert (proxy.standing().spent, proxy.standing().locked) == (times(2), ZERO)
    assert all(isinstance(one, ExactPayment) for one in pay_world.front.payments)
    assert pay_world.wallet == MONEY - times(2)


@METHODS
async def test_at_the_budgets_end_nothing_more_is_signed(pay_world: PayWorld, limits: Limits) -> None:
    film = await pay_world.served.running.publish()
    async with pay_world.proxy(replace(limits, budget=times(3))) as proxy:
        for chunk in (1, 2, 3):
            assert keys_of(await proxy.buy(film.content, chunk))
        before = list(pay_world.front.paid)
        answer = await proxy.buy(film.content, 4)
        assert (answer.status_code, refused(answer)) == (402, "budget")
        assert "PAYMENT-REQUIRED" not in answer.headers
        assert (pay_world.front.paid, len(proxy.rows())) == (before, 3)
        assert proxy.standing().committed == times(3)
        assert (await proxy.http.get(f"{proxy.base}/health")).status_code == 200
    assert pay_world.wallet >= MONEY - times(3)


@METHODS
async def test_one_request_may_cost_so_much_only(pay_world: PayWorld, limits: Limits) -> None:
    film = await pay_world.served.running.publish()
    async with pay_world.proxy(replace(limits, per_request=PRICE)) as proxy:
        body = {"first_chunk": 1, "chunk_count": 2}
        answer = await proxy.http.post(f"{proxy.base}/content/{film.content}/pay", json=body)
        assert (answer.status_code, refused(answer)) == (402, "price")
        assert (pay_world.front.paid, proxy.rows()) == ([], [])
        assert keys_of(await proxy.buy(film.content, 1))


async def test_a_restart_keeps_what_is_spent_and_the_channel(pay_world: PayWorld) -> None:
    film = await pay_world.served.running.publish()
    async with pay_world.proxy() as proxy:
        assert keys_of(await proxy.buy(film.content, 1))
        before = proxy.standing()
    async with pay_world.proxy() as proxy:
        assert proxy.standing() == before
        assert keys_of(await proxy.buy(film.content, 2))
        assert proxy.standing().spent == times(2)
    payloads = [one.payload for one in pay_world.front.payments if isinstance(one, ChannelPayment)]
    assert [type(one) for one in payloads] == [DepositPayload, VoucherPayload]
    async with pay_world.proxy(replace(PROXY_LIMITS, budget=times(2))) as proxy:
        assert refused(await proxy.buy(film.content, 3)) == "budget"


@METHODS
@pytest.mark.parametrize("cut", [False, True], ids=["gateway", "broken off"])
@pytest.mark.logs("ASGI callable returned without completing response")
async def test_a_lost_answer_is_asked_for_again_and_not_paid_again(
    pay_world: PayWorld, limits: Limits, cut: bool
) -> None:
    film = await pay_world.served.running.publish()
    async with pay_world.proxy(limits) as proxy:
        lose_once(pay_world, cut=cut)
        lost = await proxy.buy(film.content, 1)
        assert (lost.status_code, refused(lost)) == (504, "unclear")
        assert keys_of(await proxy.buy(film.content, 1)) == {1: film.keys[1]}
        assert len(set(pay_world.front.paid)) == 1
        assert proxy.standing().spent == PRICE
        assert keys_of(await proxy.buy(film.content, 2)) == {2: film.keys[2]}
        assert proxy.standing().spent == times(2)
        assert [row.state for row in proxy.rows()] == ["paid", "paid"]
    spent = times(5) if limits.by_channel else times(2)
    assert pay_world.wallet == MONEY - spent


async def test_after_a_restart_the_same_request_gets_the_lost_answer(pay_world: PayWorld) -> None:
    film = await pay_world.served.running.publish()
    async with pay_world.proxy() as proxy:
        assert keys_of(await proxy.buy(film.content, 1))
        lose_once(pay_world)
        assert refused(await proxy.buy(film.content, 2)) == "unclear"
    async with pay_world.proxy() as proxy:
        assert proxy.standing().spent == times(2)
        assert keys_of(await proxy.buy(film.content, 2)) == {2: film.keys[2]}
        assert proxy.standing().spent == times(2)
    assert (pay_world.charged(), pay_world.charges()) == (times(2), 2)


async def test_the_next_purchase_ends_the_unclear_one_and_keeps_its_answer(pay_world: PayWorld) -> None:
    film = await pay_world.served.running.publish()
    async with pay_world.proxy() as proxy:
        assert keys_of(await proxy.buy(film.content, 1))
        lose_once(pay_world)
        assert refused(await proxy.buy(film.content, 2)) == "unclear"
        assert keys_of(await proxy.buy(film.content, 3)) == {3: film.keys[3]}
        seen = len(pay_world.front.requests)
        # What was kept needs no node, and is handed over once.
        assert keys_of(await proxy.buy(film.content, 2)) == {2: film.keys[2]}
        assert len(pay_world.front.requests) == seen
        assert proxy.standing().spent == times(3)
        assert all(row.answer is None for row in await proxy.handed_over())
    assert pay_world.charged() == times(3)


async def test_what_the_payer_owns_already_costs_nothing(pay_world: PayWorld) -> None:
    film = await pay_world.served.running.publish()
    async with pay_world.proxy() as proxy:
        for _again in range(3):
            assert keys_of(await proxy.buy(film.content, 1)) == {1: film.keys[1]}
        assert keys_of(await proxy.buy(film.content, 2))
        assert proxy.standing().spent == times(2)
    assert pay_world.charged() == times(2)


async def test_a_session_that_ran_out_is_renewed(pay_world: PayWorld) -> None:
    film = await pay_world.served.running.publish()
    async with pay_world.proxy() as proxy:
        assert keys_of(await proxy.buy(film.content, 1))
        proxy.purse.memory.sessions[proxy.node_url] = "ran out"
        assert keys_of(await proxy.buy(film.content, 1)) == {1: film.keys[1]}
        # A client that signs in by itself keeps its own session for what is not paid.
        answer = await proxy.http.get(f"{proxy.base}/channels", headers={"Authorization": "Bearer none"})
        assert answer.status_code == 401


async def test_a_node_that_asks_to_sign_in_elsewhere_gets_no_signature(pay_world: PayWorld) -> None:
    film = await pay_world.served.running.publish()

    def phish(answer: SeenAnswer) -> None:
        if answer.path == "/auth/nonce":
            answer.body = answer.body.replace(b"127.0.0.1", b"127.0.0.2")

    pay_world.front.change = phish
    async with pay_world.proxy() as proxy:
        assert keys_of(await proxy.buy(film.content, 1))
        again = await proxy.buy(film.content, 1)
        assert (again.status_code, again.json()["code"]) == (409, "content.owned")
        assert "POST /auth/sign-in" not in [path for path, _ in pay_world.front.requests]
        # What the node did not take is promised again with the next one.
        assert keys_of(await proxy.buy(film.content, 2))
        assert (proxy.standing().spent, pay_world.charged()) == (times(2), times(2))


async def test_without_a_chunk_each_request_is_the_next_one(pay_world: PayWorld) -> None:
    film = await pay_world.served.running.publish()
    async with pay_world.proxy() as proxy:
        bought = [keys_of(await proxy.buy(film.content, None)) for _ in range(3)]
    assert bought == [{chunk: film.keys[chunk]} for chunk in (1, 2, 3)]


@METHODS
async def test_twenty_at_once_pay_twenty_times_and_never_beyond_the_budget(pay_world: PayWorld, limits: Limits) -> None:
    film = await pay_world.served.running.publish(chunks=21)
    async with pay_world.proxy(replace(limits, budget=times(11))) as proxy:
        answers = await asyncio.gather(*(proxy.buy(film.content, chunk) for chunk in range(1, 21)))
        bought = {chunk: key for answer in answers if answer.is_success for chunk, key in keys_of(answer).items()}
        turned_away = [answer for answer in answers if not answer.is_success]
        assert len(bought) == 11
        assert all(key == film.keys[chunk] for chunk, key in bought.items())
        assert {refused(answer) for answer in turned_away} == {"budget"}
        assert proxy.standing().spent == times(11)
    assert len(set(pay_world.front.paid)) == 11
    assert pay_world.wallet == MONEY - times(11)
    if limits.by_channel:
        assert pay_world.charged() == times(11)


async def test_two_creators_at_once_share_the_budget(pay_world: PayWorld) -> None:
    running = pay_world.served.running
    films = [await running.publish(chunks=11), await publish_by(running, "viewer", chunks=11)]
    async with pay_world.proxy(replace(PROXY_LIMITS, budget=times(9))) as proxy:
        wanted = [(film, chunk) for chunk in range(1, 11) for film in films]
        answers = await asyncio.gather(*(proxy.buy(film.content, chunk) for film, chunk in wanted))
        good = [answer for answer in answers if answer.is_success]
        assert {refused(answer) for answer in answers if not answer.is_success} == {"budget"}
        assert 2 <= len(good) <= 9
        assert proxy.standing().spent == times(len(good)) == pay_world.charged()
        assert proxy.standing().committed <= times(9)
    assert pay_world.wallet >= MONEY - times(9)


@METHODS
async def test_twenty_times_the_same_request_is_paid_once(pay_world: PayWorld, limits: Limits) -> None:
    film = await pay_world.served.running.publish()
    async with pay_world.proxy(limits) as proxy:
        answers = await asyncio.gather(*(proxy.buy(film.content, 1) for _ in range(20)))
        if limits.by_channel:
            assert all(keys_of(answer) == {1: film.keys[1]} for answer in answers)
    if limits.by_channel:
        assert pay_world.charged() == PRICE
    assert pay_world.wallet >= MONEY - times(5)
    assert sum(answer.is_success for answer in answers) >= 1


async def test_a_lost_profile_goes_on_from_its_own_signature(pay_world: PayWorld) -> None:
    film = await pay_world.served.running.publish()
    async with pay_world.proxy() as proxy:
        for chunk in (1, 2):
            assert keys_of(await proxy.buy(film.content, chunk))
    async with pay_world.proxy(profile="new") as proxy:
        assert keys_of(await proxy.buy(film.content, 3)) == {3: film.keys[3]}
        assert [row.state for row in proxy.rows()] == ["void", "paid"]
        assert proxy.standing().spent == PRICE
    assert (pay_world.charged(), pay_world.wallet) == (times(3), MONEY - times(5))


async def test_the_rest_of_a_channel_comes_back(pay_world: PayWorld) -> None:
    film = await pay_world.served.running.publish()
    async with pay_world.proxy() as proxy:
        assert keys_of(await proxy.buy(film.content, 1))
        assert proxy.standing().locked == times(4)
        assert await proxy.refund() == [Refund(proxy.node_url, times(4), ZERO)]
        assert (proxy.standing().spent, proxy.standing().locked) == (PRICE, ZERO)
        assert await proxy.refund() == [Refund(proxy.node_url, ZERO, ZERO)]
        assert keys_of(await proxy.buy(film.content, 2))
        assert proxy.standing().spent == times(2)
    assert pay_world.wallet == MONEY - times(5)


async def test_a_deposit_is_capped_by_half_of_what_is_left(pay_world: PayWorld) -> None:
    film = await pay_world.served.running.publish(chunks=12)
    async with pay_world.proxy(replace(PROXY_LIMITS, budget=times(8))) as proxy:
        assert keys_of(await proxy.buy(film.content, 1))
        assert channel(proxy) == (times(4), PRICE)
        for chunk in range(2, 9):
            assert keys_of(await proxy.buy(film.content, chunk))
        assert refused(await proxy.buy(film.content, 9)) == "budget"
        assert channel(proxy) == (times(8), times(8))
    assert pay_world.wallet == MONEY - times(8)


async def test_without_the_money_nothing_is_signed(pay_world: PayWorld) -> None:
    film = await pay_world.served.running.publish(price=Money(40_000_000))
    async with pay_world.proxy(Limits(Money(90_000_000), Money(90_000_000), by_channel=True)) as proxy:
        assert refused(await proxy.buy(film.content, 1)) == "funds"
    assert pay_world.front.paid == []


async def publish_by(running: RunningWorld, desk_id: str, *, chunks: int) -> SealedFilm:
    """Put a film up for sale by somebody who is not the world's creator."""
    desk = running.desk(desk_id)
    film = sealed_film(running.world.node.blocks, chunks=chunks)
    body = publication(manifest_for(film, desk, preview_chunks=1, price=PRICE), film, desk.keyring.key())
    await desk.node.call(CardOut, "PUT", f"/content/{film.content}/manifest", body=body)
    return film


def channel(proxy: RunningProxy) -> tuple[Money, Money]:
    """Give what the chain has in the only channel, and what the books think was bought."""
    with proxy.purse.database.read() as session:
        row = session.query(ChannelRow).one()
    seen = read_channel(proxy.purse.chain.ask(channel_call(bytes32(row.id))))
    assert seen.balance == row.balance
    return seen.balance, row.total


async def test_the_client_may_leave_and_come_back(pay_world: PayWorld) -> None:
    film = await pay_world.served.running.publish()
    async with pay_world.proxy() as proxy:
        assert keys_of(await proxy.buy(film.content, 1))
        held = asyncio.Event()
        loop = asyncio.get_running_loop()

        def leave(answer: SeenAnswer) -> None:
            if answer.is_paid:
                pay_world.front.change = lambda _: None
                loop.call_soon_threadsafe(held.set)

        pay_world.front.change = leave
        async with httpx.AsyncClient(trust_env=False) as http:
            body = {"first_chunk": 2}
            asking = asyncio.ensure_future(http.post(f"{proxy.base}/content/{film.content}/pay", json=body))
            await held.wait()
            asking.cancel()
            await asyncio.wait([asking])
        assert keys_of(await proxy.buy(film.content, 2)) == {2: film.keys[2]}
        assert proxy.standing().spent == times(2)
    assert pay_world.charged() == times(2)
