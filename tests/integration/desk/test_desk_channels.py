"""Buying by vouchers: one deposit, one signature a purchase, and nothing signed on top of what is not known."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import event, select

from services.chain.channel_calls import channel_call, read_channel
from services.desk.channels.keys import session_key
from services.desk.purchases.resume import finish_open
from services.desk.tables import Channel, Purchase
from services.units.money import ZERO, Money
from services.wire.desk import Method
from services.wire.problems import ProblemError
from services.wire.x402 import PAYMENT_SIGNATURE, DepositPayload, VoucherPayload
from tests.fixtures.chain import HandClock
from tests.fixtures.full_disk import FullDisk
from tests.fixtures.unsteady_chain import UnsteadyChain
from tests.fixtures.world import PRICE, VIEWER_MONEY, Answer, RunningWorld, running_world


def channel_of(running: RunningWorld) -> Channel:
    """Give the viewer's only channel."""
    with running.front_desk.database.read() as session:
        return session.scalars(select(Channel)).one()


def purchases(running: RunningWorld) -> list[tuple[int, str, str]]:
    with running.front_desk.database.read() as session:
        rows = session.scalars(select(Purchase).order_by(Purchase.first_chunk, Purchase.chunk_count))
        return [(row.first_chunk, row.state, row.money) for row in rows]


def paid_requests(running: RunningWorld) -> int:
    return len(running.front.vouchers)


async def lost_before(request: httpx.Request) -> None:
    """Cut the line before a payment arrives."""
    if PAYMENT_SIGNATURE in request.headers:
        raise httpx.ConnectError("gone", request=request)


def lost_after(running: RunningWorld) -> Answer:
    """Cut the line after a payment was taken."""

    async def answer(request: httpx.Request) -> httpx.Response | None:
        if PAYMENT_SIGNATURE not in request.headers:
            return None
        await running.front.pass_on(request)
        raise httpx.ReadError("cut", request=request)

    return answer


async def test_after_the_deposit_a_purchase_is_one_request_and_one_signature(running: RunningWorld) -> None:
    film = await running.publish(chunks=8)
    opened = await running.fronted.playback.open(film.content)
    assert (opened.payment.method, opened.payment.why, opened.payment.deposit) == ("channel", "", PRICE * 7)
    first = await running.fronted.playback.buy(film.content, first_chunk=1)
    assert first.available == VIEWER_MONEY - PRICE * 7
    assert (await running.fronted.playback.open(film.content)).payment.deposit == ZERO
    running.front.seen.clear()
    for index in range(2, 8):
        bought = await running.fronted.playback.buy(film.content, first_chunk=index)
        assert (bought.amount, bought.spent) == (PRICE, PRICE * index)
        assert await running.fronted.playback.chunk(film.content, index) == film.plain[index]
    # Opening asked, beside all this, whether there is a newer version.
    asked = [request for request in running.front.seen if not request.url.path.endswith("/versions")]
    assert len(asked) == paid_requests(running) == len(running.front.signatures) == 6
    assert all(isinstance(sent.payload, VoucherPayload) for sent in running.front.vouchers)
    totals = [int(sent.payload.voucher.max_claimable_amount) for sent in running.front.vouchers]
    assert totals == [PRICE.micros * count for count in range(2, 8)]
    wallet = await running.fronted.wallet.state()
    await running.settled()
    wallet = await running.fronted.wallet.state()
    assert (wallet.available, wallet.spent) == (VIEWER_MONEY - PRICE * 7, PRICE * 7)
    assert (wallet.in_channels, wallet.promised, wallet.refundable, wallet.in_flight) == (ZERO, ZERO, ZERO, ZERO)
    await running.assert_reconciled()


async def test_two_films_of_a_creator_share_a_channel(running: RunningWorld) -> None:
    first, second = await running.publish(), await running.publish()
    answers = await asyncio.gather(
        running.fronted.playback.buy(first.content, first_chunk=1),
        running.fronted.playback.buy(second.content, first_chunk=1),
    )
    assert {answer.state for answer in answers} == {"keyed"}
    deposits = [sent for sent in running.front.vouchers if isinstance(sent.payload, DepositPayload)]
    assert len(deposits) == 1
    await running.settled()
    assert channel_of(running).total == PRICE * 2
    await running.assert_reconciled()


async def test_ten_clicks_at_once_are_one_charge(running: RunningWorld) -> None:
    film = await running.publish()
    for index in (1, 2):
        answers = await asyncio.gather(
            *(running.fronted.playback.buy(film.content, first_chunk=index) for _ in range(10))
        )
        assert sum((answer.amount for answer in answers), ZERO) == PRICE
        assert paid_requests(running) == index
    await running.settled()
    assert channel_of(running).total == PRICE * 2
    await running.assert_reconciled()


async def test_ranges_and_single_parts_by_vouchers(running: RunningWorld) -> None:
    film = await running.publish(chunks=10)
    assert (await running.fronted.playback.buy(film.content, first_chunk=1, chunk_count=3)).amount == PRICE * 3
    assert (await running.fronted.playback.buy(film.content, first_chunk=4, chunk_count=6)).amount == PRICE * 6
    for index in range(1, 10):
        assert await running.fronted.playback.chunk(film.content, index) == film.plain[index]
    assert paid_requests(running) == 2
    await running.assert_reconciled()


@pytest.mark.parametrize("is_first", [True, False], ids=["deposit", "voucher"])
@pytest.mark.parametrize("is_taken", [True, False], ids=["taken", "not taken"])
async def test_a_lost_answer_is_asked_for_again_with_the_same_bytes(
    running: RunningWorld, is_first: bool, is_taken: bool
) -> None:
    film = await running.publish()
    if not is_first:
        await running.fronted.playback.buy(film.content, first_chunk=1)
        await running.settled()
        running.front.seen.clear()
    running.front.answer = lost_after(running) if is_taken else lost_before
    for _ in range(3):
        with pytest.raises(ProblemError, match=r"node\.unreachable"):
            await running.fronted.playback.buy(film.content, first_chunk=2)
        with pytest.raises(ProblemError, match=r"node\.unreachable|payment\.in_progress"):
            # Nothing is signed on top of what is not known.
            await running.fronted.playback.buy(film.content, first_chunk=3)
    assert len(running.front.signatures) == 1
    running.front.answer = None
    await finish_open(running.front_desk)
    assert await running.fronted.playback.chunk(film.content, 2) == film.plain[2]
    assert len(running.front.signatures) == 1
    assert (await running.fronted.playback.buy(film.content, first_chunk=3)).state == "keyed"
    await running.settled()
    assert channel_of(running).total == PRICE * (2 if is_first else 3)
    await running.assert_reconciled()


async def test_another_purchase_first_ends_the_one_that_was_not_answered(running: RunningWorld) -> None:
    film = await running.publish()
    await running.fronted.playback.buy(film.content, first_chunk=1)
    running.front.answer = lost_after(running)
    with pytest.raises(ProblemError, match=r"node\.unreachable"):
        await running.fronted.playback.buy(film.content, first_chunk=2)
    running.front.answer = None
    assert (await running.fronted.playback.buy(film.content, first_chunk=3)).spent == PRICE * 3
    assert await running.fronted.playback.chunk(film.content, 2) == film.plain[2]
    await running.assert_reconciled()


async def test_a_deposit_that_nobody_brings_comes_back_and_so_does_the_budget(
    running: RunningWorld, hand_clock: HandClock
) -> None:
    film = await running.publish()
    await running.fronted.playback.set_budget(film.content, PRICE * 2)
    running.front.answer = lost_before
    with pytest.raises(ProblemError, match=r"node\.unreachable"):
        await running.fronted.playback.buy(film.content, first_chunk=1, auto=True)
    (sent,) = running.front.vouchers
    assert isinstance(sent.payload, DepositPayload)
    # An automatic purchase puts no more into a channel than the film's budget allows.
    assert sent.payload.deposit.amount == str(PRICE.micros * 2)
    wallet = await running.fronted.wallet.state()
    assert (wallet.in_flight, wallet.available) == (PRICE * 2, VIEWER_MONEY - PRICE * 2)
    hand_clock.advance(timedelta(seconds=200))
    await finish_open(running.front_desk)
    wallet = await running.fronted.wallet.state()
    assert (wallet.in_flight, wallet.available, wallet.promised) == (ZERO, VIEWER_MONEY, ZERO)
    budget = (await running.fronted.playback.open(film.content)).budget
    assert budget is not None
    assert budget.spent == ZERO
    running.front.answer = None
    assert (await running.fronted.playback.buy(film.content, first_chunk=1, auto=True)).state == "keyed"
    await running.assert_reconciled()


async def test_the_deposit_is_capped_by_what_the_person_allows(running: RunningWorld) -> None:
    film = await running.publish(chunks=200)
    assert (await running.fronted.playback.open(film.content)).payment.deposit == Money(1_000_000)
    with pytest.raises(ProblemError, match=r"deposit\.confirm") as asked:
        await running.fronted.playback.buy(film.content, first_chunk=1, max_deposit=PRICE - Money(1))
    assert (asked.value.params["amount"], asked.value.params["least"]) == ("1000000", str(PRICE.micros))
    assert running.front.vouchers == []
    await running.fronted.playback.buy(film.content, first_chunk=1, max_deposit=PRICE * 2)
    with pytest.raises(ProblemError, match=r"deposit\.confirm"):
        await running.fronted.playback.buy(film.content, first_chunk=2, chunk_count=2, max_deposit=ZERO)
    await running.fronted.playback.buy(film.content, first_chunk=2, max_deposit=ZERO)
    await running.settled()
    assert channel_of(running).balance == PRICE * 2
    await running.fronted.playback.buy(film.content, first_chunk=3, chunk_count=120)
    await running.settled()
    assert channel_of(running).balance == PRICE * 122
    await running.assert_reconciled()


async def test_a_locked_wallet_goes_on_by_vouchers_and_does_not_deposit(running: RunningWorld) -> None:
    film = await running.publish()
    await running.fronted.playback.buy(film.content, first_chunk=1, max_deposit=PRICE * 2)
    running.front_desk.keyring.lock()
    assert (await running.fronted.playback.buy(film.content, first_chunk=2)).state == "keyed"
    assert await running.fronted.playback.chunk(film.content, 2) == film.plain[2]
    with pytest.raises(ProblemError, match=r"wallet\.locked"):
        await running.fronted.playback.buy(film.content, first_chunk=3)
    assert paid_requests(running) == 2


async def test_more_than_the_wallet_holds_is_not_deposited(running: RunningWorld) -> None:
    film = await running.publish(price=VIEWER_MONEY + Money(1))
    with pytest.raises(ProblemError, match=r"payment\.insufficient"):
        await running.fronted.playback.buy(film.content, first_chunk=1)
    assert running.front.vouchers == []
    assert purchases(running) == []


@pytest.mark.parametrize("hours", [24, -24])
async def test_the_clock_moves_no_money(running: RunningWorld, hand_clock: HandClock, hours: int) -> None:
    film = await running.publish()
    await running.fronted.playback.buy(film.content, first_chunk=1)
    hand_clock.advance(timedelta(hours=hours))
    for index in (1, 2):
        assert (await running.fronted.playback.buy(film.content, first_chunk=index)).state == "keyed"
    await running.settled()
    assert channel_of(running).total == PRICE * 2
    assert len(running.front.signatures) == 2
    await running.assert_reconciled()


async def _codes(asked: Awaitable[object]) -> set[str]:
    try:
        await asked
    except ProblemError as problem:
        return {problem.code}
    return set()


@pytest.mark.logs(r"keys not kept yet")
async def test_a_disk_that_fills_up_at_any_write_loses_nothing(running: RunningWorld) -> None:
    film = await running.publish(chunks=12)
    await running.fronted.playback.open(film.content)
    disk = FullDisk()
    event.listen(running.front_desk.database.engine, "commit", disk)
    refused = 0
    # The first three with a deposit each: what a person allows is just enough for one part.
    for index, commits in enumerate((0, 1, 2, 0, 1, 2, 3), start=1):
        running.front.seen.clear()
        allowed = PRICE if index <= 3 else None
        disk.commits = commits
        codes = await _codes(running.fronted.playback.buy(film.content, first_chunk=index, max_deposit=allowed))
        assert codes <= {"disk.full"}
        refused += len(codes)
        await running.settled()
        disk.commits = None
        with running.front_desk.database.read() as session:
            kept = {row.total for row in session.scalars(select(Purchase))}
        assert {Money(int(sent.payload.voucher.max_claimable_amount)) for sent in running.front.vouchers} <= kept
        bought = await running.fronted.playback.buy(film.content, first_chunk=index, max_deposit=allowed)
        assert bought.state == "keyed"
        assert len(running.front.signatures) == 1
        await running.settled()
        assert channel_of(running).total == PRICE * index
        assert await running.fronted.playback.chunk(film.content, index) == film.plain[index]
    assert refused >= 2
    await running.assert_reconciled()


async def test_a_restart_keeps_the_channel_and_its_key(world_profile: Path, hand_clock: HandClock) -> None:
    async with running_world(world_profile, hand_clock) as running:
        film = await running.publish()
        await running.fronted.playback.buy(film.content, first_chunk=1)
        await running.settled()
        key, before = session_key(running.front_desk, running.desk("creator").keyring.owner()), channel_of(running)
    async with running_world(world_profile, hand_clock) as running:
        running.front_desk.keyring.lock()
        assert session_key(running.front_desk, running.desk("creator").keyring.owner()) == key
        assert (await running.fronted.playback.buy(film.content, first_chunk=2)).state == "keyed"
        await running.settled()
        after = channel_of(running)
        assert (after.id, after.total) == (before.id, before.total + PRICE)
        seen = read_channel(running.world.chain.ask(channel_call(after.id)))
        assert seen.balance == after.balance


async def test_the_chain_out_of_reach_stops_deposits_only(world_profile: Path, hand_clock: HandClock) -> None:
    async with running_world(world_profile, hand_clock, chain_front=UnsteadyChain) as running:
        film = await running.publish()
        await running.fronted.playback.buy(film.content, first_chunk=1, max_deposit=PRICE * 2)
        await running.settled()
        running.unsteady.is_down = True
        assert (await running.fronted.playback.buy(film.content, first_chunk=2)).state == "keyed"
        assert await running.fronted.playback.chunk(film.content, 2) == film.plain[2]
        with pytest.raises(ProblemError, match=r"chain\.unreachable"):
            await running.fronted.playback.buy(film.content, first_chunk=3)
        assert len(running.front.signatures) == 2
        opened = await running.fronted.playback.open(film.content)
        assert (opened.available, opened.chunks[2].access) == (None, "owned")
        await running.settled()
        running.unsteady.is_down = False
        assert (await running.fronted.playback.buy(film.content, first_chunk=3)).state == "keyed"
        await running.assert_reconciled()


async def test_a_deposit_that_the_chain_cannot_tell_of_yet_is_settled_later(
    world_profile: Path, hand_clock: HandClock
) -> None:
    async with running_world(world_profile, hand_clock, chain_front=UnsteadyChain) as running:
        film = await running.publish()

        async def then_down(request: httpx.Request) -> httpx.Response | None:
            if PAYMENT_SIGNATURE not in request.headers:
                return None
            answer = await running.front.pass_on(request)
            running.unsteady.is_down = True
            return answer

        running.front.answer = then_down
        assert (await running.fronted.playback.buy(film.content, first_chunk=1)).state == "keyed"
        assert await running.fronted.playback.chunk(film.content, 1) == film.plain[1]
        await running.settled()
        assert purchases(running) == [(1, "keyed", "in_flight")]
        running.front.answer = None
        with pytest.raises(ProblemError, match=r"chain\.unreachable|payment\.in_progress"):
            # Nothing is signed on a deposit that nobody has seen.
            await running.fronted.playback.buy(film.content, first_chunk=2)
        assert len(running.front.signatures) == 1
        running.unsteady.is_down = False
        await finish_open(running.front_desk)
        assert purchases(running) == [(1, "keyed", "spent")]
        assert (await running.fronted.playback.buy(film.content, first_chunk=2)).state == "keyed"
        await running.assert_reconciled()


async def test_the_method_is_the_person_s_choice(running: RunningWorld) -> None:
    film = await running.publish()
    assert (await running.fronted.wallet.set_payment(method="chain")).method == "chain"
    opened = await running.fronted.playback.open(film.content)
    assert (opened.payment.method, opened.payment.why) == ("chain", "setting")
    await running.fronted.playback.buy(film.content, first_chunk=1)
    assert len(running.payments()) == 1
    assert (await running.fronted.wallet.set_payment(method="channel")).refund_after_days == 7
    await running.fronted.playback.buy(film.content, first_chunk=2)
    assert len(running.payments()) == 1
    assert paid_requests(running) == 1
    await running.assert_reconciled()


async def test_a_purchase_ends_the_way_it_began(running: RunningWorld) -> None:
    film = await running.publish()
    turns: tuple[tuple[Method, Method], ...] = (("channel", "chain"), ("chain", "channel"))
    for method, other in turns:
        await running.fronted.wallet.set_payment(method=method)
        running.front.answer = lost_after(running)
        index = 1 if method == "channel" else 2
        with pytest.raises(ProblemError):
            await running.fronted.playback.buy(film.content, first_chunk=index)
        running.front.answer = None
        await running.fronted.wallet.set_payment(method=other)
        assert (await running.fronted.playback.buy(film.content, first_chunk=index)).state == "keyed"
    assert len(running.front.signatures) == 2
    await running.assert_reconciled()


async def test_without_channels_at_the_node_the_escrow_is_paid_with_one_question(running: RunningWorld) -> None:
    film = await running.publish()
    running.world.node.channels.is_offered = False
    assert (await running.fronted.playback.buy(film.content, first_chunk=1)).state == "keyed"
    asked = [request for request in running.front.seen if request.url.path.endswith("/pay")]
    assert (len(asked), len(running.payments())) == (2, 1)
    opened = await running.fronted.playback.open(film.content)
    assert (opened.payment.method, opened.payment.why) == ("chain", "node")
    await running.assert_reconciled()
