"""Buying by one transfer into the till, where a seller offers nothing else: once, whatever happens."""

from __future__ import annotations

import asyncio
import shutil
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from services.chain.authorization import transfer_nonce
from services.chain.till import till_address
from services.desk.purchases.resume import finish_open
from services.desk.tables import Purchase
from services.units.ids import IntentId
from services.units.money import ZERO, Money
from services.wire.problems import ProblemError
from tests.fixtures.chain import HandClock, person
from tests.fixtures.unsteady_chain import UnsteadyChain
from tests.fixtures.world import PRICE, VIEWER_MONEY, Answer, RunningWorld, SealedFilm, running_world
from tests.fixtures.world_exact import escrow_offered, exact_offered, exact_only, is_pay, is_paying, viewer_money
from tests.fixtures.world_power_cuts import Camera, WatchedChain, watch


@pytest.fixture
def running(running: RunningWorld) -> RunningWorld:
    """Everything here is about payments by one transfer."""
    running.front.answer = exact_only(running)
    return running


def rows(running: RunningWorld) -> list[tuple[str, str]]:
    with running.front_desk.database.read() as session:
        return [(row.state, row.money) for row in session.query(Purchase).order_by(Purchase.first_chunk)]


def refusing(_request: httpx.Request) -> httpx.Response:
    return httpx.Response(402, json=dict(ProblemError("payment.refused", reason="no").body()))


def gone(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("gone", request=request)


async def test_a_transfer_into_the_till_buys_chunks(running: RunningWorld) -> None:
    film = await running.publish()
    bought = await running.fronted.playback.buy(film.content, first_chunk=1)
    assert (bought.state, bought.amount, bought.available) == ("keyed", PRICE, VIEWER_MONEY - PRICE)
    await running.fronted.playback.buy(film.content, first_chunk=2, chunk_count=3)
    for index in range(1, 5):
        assert await running.fronted.playback.chunk(film.content, index) == film.plain[index]
    chain, till = running.world.chain, till_address(running.world.chain.escrow, running.desk("creator").keyring.owner())
    assert [(sent.payload.authorization.to, sent.payload.authorization.value) for sent in running.front.transfers] == [
        (till, str(PRICE.micros)),
        (till, str(PRICE.micros * 3)),
    ]
    assert chain.token_balance(till) == PRICE * 4
    assert viewer_money(running) == VIEWER_MONEY - PRICE * 4
    assert rows(running) == [("keyed", "spent")] * 2
    wallet = await running.fronted.wallet.state()
    assert (wallet.available, wallet.spent, wallet.in_flight) == (VIEWER_MONEY - PRICE * 4, PRICE * 4, ZERO)
    (paid,) = (await running.fronted.wallet.reconciliation()).rows
    assert (paid.chain, paid.node, paid.desk) == (PRICE * 4, PRICE * 4, PRICE * 4)
    await running.assert_reconciled()


async def test_the_nonce_follows_from_the_purchase(running: RunningWorld) -> None:
    film = await running.publish()
    bought = await running.fronted.playback.buy(film.content, first_chunk=1)
    message = running.front.transfers[0].payload.authorization
    assert message.nonce == transfer_nonce(running.chain.chain_id, message.to, IntentId(bought.intent))
    assert running.world.chain.authorization_used(message.payer, message.nonce)


async def test_ten_clicks_at_once_are_one_transfer(running: RunningWorld) -> None:
    film = await running.publish()
    answers = await asyncio.gather(*(running.fronted.playback.buy(film.content, first_chunk=1) for _ in range(10)))
    assert sum((answer.amount for answer in answers), ZERO) == PRICE
    assert {answer.state for answer in answers} == {"keyed"}
    assert len(running.front.transfers) == 1
    assert viewer_money(running) == VIEWER_MONEY - PRICE


async def test_the_escrow_and_a_channel_come_first(running: RunningWorld) -> None:
    film = await running.publish()
    running.front.answer = None
    await running.fronted.playback.buy(film.content, first_chunk=1)
    await running.settled()
    await running.fronted.wallet.set_payment(method="chain")
    await running.fronted.playback.buy(film.content, first_chunk=2)
    assert (len(running.front.vouchers), len(running.front.payments), running.front.transfers) == (1, 1, [])


@pytest.mark.parametrize("is_paid", [True, False])
async def test_a_lost_answer_is_looked_up_and_the_same_bytes_bring_the_key(
    running: RunningWorld, is_paid: bool
) -> None:
    film = await running.publish()

    async def lost(request: httpx.Request) -> httpx.Response | None:
        if not is_paying(request):
            return await exact_only(running)(request)
        if is_paid:
            await running.front.pass_on(request)
        raise httpx.ReadError("cut", request=request)

    running.front.answer = lost
    for _ in range(2):
        with pytest.raises(ProblemError, match=r"node\.unreachable"):
            await running.fronted.playback.buy(film.content, first_chunk=1)
    assert rows(running) == [("unknown", "spent" if is_paid else "in_flight")]
    running.front.answer = exact_only(running)
    assert (await running.fronted.playback.buy(film.content, first_chunk=1)).state == "keyed"
    assert len(running.front.signatures) == 1
    assert viewer_money(running) == VIEWER_MONEY - PRICE
    await running.assert_reconciled()


async def test_money_that_was_never_taken_comes_back_when_it_is_void(
    running: RunningWorld, hand_clock: HandClock
) -> None:
    film = await running.publish()
    await running.fronted.playback.set_budget(film.content, PRICE)
    running.front.answer = exact_only(running, on_payment=gone)
    with pytest.raises(ProblemError, match=r"node\.unreachable"):
        await running.fronted.playback.buy(film.content, first_chunk=1, auto=True)
    assert (await running.fronted.wallet.state()).in_flight == PRICE
    hand_clock.advance(timedelta(seconds=110))
    await finish_open(running.front_desk)
    assert rows(running) == [("unknown", "in_flight")]
    hand_clock.advance(timedelta(seconds=90))
    await finish_open(running.front_desk)
    assert rows(running) == [("refused", "released")]
    assert len(running.front.signatures) == 1
    running.front.answer = exact_only(running)
    bought = await running.fronted.playback.buy(film.content, first_chunk=1, auto=True)
    assert bought.budget is not None
    assert (bought.state, bought.budget.spent) == ("keyed", PRICE)
    assert viewer_money(running) == VIEWER_MONEY - PRICE
    await running.assert_reconciled()


async def test_limits_hold_for_transfers(running: RunningWorld) -> None:
    film = await running.publish()
    with pytest.raises(ProblemError, match=r"budget\.session"):
        await running.fronted.playback.buy(film.content, first_chunk=1, auto=True)
    await running.fronted.wallet.set_budgets(day=PRICE)
    with pytest.raises(ProblemError, match=r"budget\.day"):
        await running.fronted.playback.buy(film.content, first_chunk=1, chunk_count=2)
    assert running.front.transfers == []
    await running.fronted.playback.buy(film.content, first_chunk=1)
    with pytest.raises(ProblemError, match=r"budget\.day"):
        await running.fronted.playback.buy(film.content, first_chunk=2)
    assert viewer_money(running) == VIEWER_MONEY - PRICE


async def test_chunks_that_a_transfer_may_still_bring_are_not_paid_in_another_range(running: RunningWorld) -> None:
    film = await running.publish()
    running.front.answer = exact_only(running, on_payment=gone)
    with pytest.raises(ProblemError):
        await running.fronted.playback.buy(film.content, first_chunk=1, chunk_count=3)
    running.front.answer = exact_only(running)
    with pytest.raises(ProblemError, match=r"payment\.in_progress"):
        await running.fronted.playback.buy(film.content, first_chunk=2)
    assert len(running.front.signatures) == 1


async def test_more_than_the_wallet_holds_is_not_signed(running: RunningWorld) -> None:
    film = await running.publish(price=VIEWER_MONEY + Money(1))
    with pytest.raises(ProblemError, match=r"payment\.insufficient"):
        await running.fronted.playback.buy(film.content, first_chunk=1)
    assert running.front.transfers == []


async def _restored(profile: Path, clock: HandClock, *, method: str) -> SealedFilm:
    """Buy a chunk, and put the desk's folder back as it was before."""
    async with running_world(profile, clock) as running:
        film = await running.publish()
        await running.fronted.playback.open(film.content)
        folder = running.front_desk.folder
    backup = profile.parent / "backup"
    shutil.copytree(folder, backup)
    async with running_world(profile, clock, method="chain") as running:
        running.front.answer = exact_only(running) if method == "exact" else None
        await running.fronted.playback.buy(film.content, first_chunk=1)
        # The chain goes on: what was paid does not lie in its last block.
        running.chain.fund(person("somebody").address, usdc=PRICE, gas_wei=1)
    shutil.rmtree(folder)
    shutil.copytree(backup, folder)
    clock.advance(timedelta(seconds=5))
    return film


async def test_restored_books_get_the_key_from_an_honest_node(world_profile: Path, hand_clock: HandClock) -> None:
    film = await _restored(world_profile, hand_clock, method="exact")
    async with running_world(world_profile, hand_clock, method="chain") as running:
        running.front.answer = exact_only(running)
        await running.fronted.playback.buy(film.content, first_chunk=1)
        assert await running.fronted.playback.chunk(film.content, 1) == film.plain[1]
        assert running.front.transfers == []
        assert viewer_money(running) == VIEWER_MONEY - PRICE


def _forgetful(running: RunningWorld, film: SealedFilm, *, scheme: str) -> Answer:
    """Sell a chunk again as if it had never been sold, and refuse the payment as its token does."""
    offering = exact_offered(running, PRICE) if scheme == "exact" else escrow_offered(running, film.content)

    async def answer(request: httpx.Request) -> httpx.Response | None:
        if not is_pay(request):
            return None
        return refusing(request) if is_paying(request) else offering

    return answer


@pytest.mark.parametrize("scheme", ["exact", "escrow"])
async def test_restored_books_are_never_charged_again_by_a_seller_who_forgot(
    world_profile: Path, hand_clock: HandClock, scheme: str
) -> None:
    film = await _restored(world_profile, hand_clock, method=scheme)
    async with running_world(world_profile, hand_clock, method="chain") as running:
        running.front.answer = _forgetful(running, film, scheme=scheme)
        for _ in range(3):
            with pytest.raises(ProblemError, match=r"payment\.unknown"):
                await running.fronted.playback.buy(film.content, first_chunk=1)
        # The token said that it was paid in an earlier life of these books, and they say so now, too.
        assert rows(running) == [("unknown", "spent")]
        assert len(running.front.signatures) == 1
        wallet = await running.fronted.wallet.state()
        assert (wallet.spent, wallet.in_flight, wallet.available) == (PRICE, ZERO, VIEWER_MONEY - PRICE)
        assert viewer_money(running) == VIEWER_MONEY - PRICE
        running.front.answer = None
        assert (await running.fronted.playback.buy(film.content, first_chunk=1)).state == "keyed"
        await running.assert_reconciled()


@pytest.mark.parametrize(("first", "then"), [("exact", "escrow"), ("escrow", "exact")])
async def test_restored_books_sign_nothing_for_what_was_paid_in_the_other_way(
    world_profile: Path, hand_clock: HandClock, first: str, then: str
) -> None:
    film = await _restored(world_profile, hand_clock, method=first)
    async with running_world(world_profile, hand_clock, method="chain") as running:
        running.front.answer = _forgetful(running, film, scheme=then)
        with pytest.raises(ProblemError, match=r"payment\.unknown"):
            await running.fronted.playback.buy(film.content, first_chunk=1)
        assert running.front.signatures == set()


@pytest.mark.parametrize("is_paid", [True, False])
async def test_a_restart_finishes_a_transfer_with_the_same_bytes(
    world_profile: Path, hand_clock: HandClock, is_paid: bool
) -> None:
    async with running_world(world_profile, hand_clock, chain_front=UnsteadyChain) as running:
        film = await running.publish()
        await running.fronted.playback.open(film.content)

        async def lost(request: httpx.Request) -> httpx.Response | None:
            if not is_paying(request):
                return await exact_only(running)(request)
            if is_paid:
                await running.front.pass_on(request)
            running.unsteady.is_down = True
            raise httpx.ReadError("cut", request=request)

        running.front.answer = lost
        with pytest.raises(ProblemError, match=r"node\.unreachable"):
            await running.fronted.playback.buy(film.content, first_chunk=1)
        assert rows(running) == [("unknown", "in_flight")]
    async with running_world(world_profile, hand_clock) as running:
        await finish_open(running.front_desk)
        assert rows(running) == [("keyed", "spent")]
        assert await running.viewer.playback.chunk(film.content, 1) == film.plain[1]
        assert viewer_money(running) == VIEWER_MONEY - PRICE
        await running.assert_reconciled()


async def test_a_power_cut_at_any_point_of_a_transfer(
    world_profile: Path, hand_clock: HandClock, tmp_path: Path
) -> None:
    camera = Camera(world_profile, tmp_path / "album")
    camera.album.mkdir()
    async with running_world(
        world_profile, hand_clock, chain_front=lambda behind: WatchedChain(behind, camera)
    ) as running:
        film = await running.publish(chunks=3)
        await running.fronted.playback.open(film.content)
        watch(running, camera, exact_only(running))
        camera.is_on = True
        await running.fronted.playback.buy(film.content, first_chunk=1)
        camera.is_on = False
    names = [name for name, _ in camera.shots]
    assert names.count("desk commits") >= 3, names  # signed, sent, keyed and paid
    assert {"before POST /pay", "after POST /pay", "before the chain is told", "after the chain was told"} <= set(names)
    for name, shot in camera.shots:
        async with running_world(shot, hand_clock) as running:
            running.front.answer = exact_only(running)
            await finish_open(running.front_desk)
            await running.assert_reconciled()
            await running.fronted.playback.buy(film.content, first_chunk=1)
            assert await running.fronted.playback.chunk(film.content, 1) == film.plain[1], name
            assert viewer_money(running) == VIEWER_MONEY - PRICE, name
            await running.assert_reconciled()
