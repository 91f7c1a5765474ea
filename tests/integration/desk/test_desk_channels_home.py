"""Money comes home from channels: asked for, by itself, without anybody's help, and after the books were lost."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from services.desk.channels.watch import look_after
from services.desk.purchases.resume import finish_open
from services.desk.tables import Channel
from services.units.address import bytes32
from services.units.money import ZERO, Money
from services.wire.desk import ChannelOut
from services.wire.problems import ProblemError
from tests.fixtures.chain import HandClock
from tests.fixtures.world import PRICE, VIEWER_MONEY, RunningWorld, SealedFilm, running_world

DELAY = timedelta(seconds=86_400)


async def bought(running: RunningWorld, *parts: int) -> SealedFilm:
    """Publish a film and buy some parts, by a deposit for all of it."""
    film = await running.publish(chunks=11)
    for index in parts or (1, 2):
        await running.fronted.playback.buy(film.content, first_chunk=index)
    await running.settled()
    return film


async def only(running: RunningWorld) -> ChannelOut:
    (channel,) = await running.fronted.wallet.channels()
    return channel


def balance(running: RunningWorld) -> Money:
    return running.world.chain.token_balance(running.front_desk.keyring.owner())


async def gone(request: httpx.Request) -> None:
    """Be a node that nobody can reach."""
    raise httpx.ConnectError("gone", request=request)


async def test_what_is_in_a_channel_is_shown(running: RunningWorld) -> None:
    assert await running.fronted.wallet.channels() == ()
    await bought(running)
    channel = await only(running)
    assert (channel.deposited, channel.spent, channel.refundable) == (PRICE * 10, PRICE * 2, PRICE * 8)
    assert (channel.state, channel.can_refund, channel.ready_at) == ("open", True, None)
    assert channel.creator_name == "Slow Lantern"


async def test_a_refund_brings_the_rest_home_and_the_channel_opens_again(running: RunningWorld) -> None:
    film = await bought(running)
    (channel,) = await running.fronted.wallet.refund((await only(running)).id)
    assert (channel.state, channel.deposited, channel.refundable) == ("closed", PRICE * 2, ZERO)
    assert balance(running) == VIEWER_MONEY - PRICE * 2
    wallet = await running.fronted.wallet.state()
    assert (wallet.available, wallet.spent, wallet.in_channels) == (VIEWER_MONEY - PRICE * 2, PRICE * 2, ZERO)
    await running.assert_reconciled()
    with pytest.raises(ProblemError, match=r"channel\.state"):
        await running.fronted.wallet.refund(channel.id)
    await running.fronted.playback.buy(film.content, first_chunk=3)
    await running.settled()
    again = await only(running)
    assert (again.id, again.state, again.spent) == (channel.id, "open", PRICE * 3)
    await running.assert_reconciled()


@pytest.mark.parametrize("is_taken", [True, False])
async def test_a_refund_whose_answer_is_lost_is_looked_up_on_the_chain(running: RunningWorld, is_taken: bool) -> None:
    film = await bought(running)
    channel = await only(running)

    async def lost(request: httpx.Request) -> None:
        if request.url.path.endswith("/refund"):
            if is_taken:
                await running.front.pass_on(request)
            raise httpx.ReadError("cut", request=request)

    running.front.answer = lost
    with pytest.raises(ProblemError, match=r"node\.unreachable"):
        await running.fronted.wallet.refund(channel.id)
    assert (await only(running)).state == "refunding"
    running.front.answer = None
    opened = await running.fronted.playback.open(film.content)
    assert (opened.payment.method, opened.payment.why) == ("chain", "refunding")
    await look_after(running.front_desk)
    assert (await only(running)).state == "closed"
    assert balance(running) == VIEWER_MONEY - PRICE * 2
    await running.assert_reconciled()


@pytest.mark.parametrize(("days", "wait"), [(7, timedelta(days=7)), (1, timedelta(days=1)), (0, timedelta(minutes=10))])
async def test_what_lies_idle_comes_home_by_itself(
    running: RunningWorld, hand_clock: HandClock, days: int, wait: timedelta
) -> None:
    await bought(running)
    await running.fronted.wallet.set_payment(refund_after_days=days)
    hand_clock.advance(wait - timedelta(seconds=1))
    await look_after(running.front_desk)
    assert (await only(running)).state == "open"
    hand_clock.advance(timedelta(seconds=1))
    running.front_desk.keyring.lock()
    await look_after(running.front_desk)
    assert (await only(running)).state == "closed"
    assert balance(running) == VIEWER_MONEY - PRICE * 2


async def test_leaving_a_channel_needs_nobody(running: RunningWorld, hand_clock: HandClock) -> None:
    await bought(running)
    channel = await only(running)
    running.front.answer = gone
    with pytest.raises(ProblemError, match=r"node\.unreachable"):
        await running.fronted.wallet.refund(channel.id)
    await look_after(running.front_desk)
    with pytest.raises(ProblemError, match=r"channel\.not_found"):
        await running.fronted.wallet.withdraw(bytes32(bytes(32)))
    (channel,) = await running.fronted.wallet.withdraw(channel.id)
    assert (channel.state, channel.ready_at is not None) == ("withdrawing", True)
    with pytest.raises(ProblemError, match=r"channel\.state"):
        await running.fronted.wallet.withdraw(channel.id)
    hand_clock.advance(DELAY / 2)
    await look_after(running.front_desk)
    assert balance(running) == VIEWER_MONEY - PRICE * 10
    hand_clock.advance(DELAY / 2)
    (channel,) = await running.fronted.wallet.withdraw(channel.id)
    assert (channel.state, channel.deposited, channel.spent) == ("closed", PRICE * 2, PRICE * 2)
    assert balance(running) == VIEWER_MONEY - PRICE * 2
    running.front.answer = None
    await running.assert_reconciled()


async def test_a_withdrawal_is_finished_in_the_background_after_a_restart(
    world_profile: Path, hand_clock: HandClock
) -> None:
    async with running_world(world_profile, hand_clock) as running:
        film = await bought(running)
        await running.fronted.wallet.withdraw((await only(running)).id)
        opened = await running.fronted.playback.open(film.content)
        assert (opened.payment.method, opened.payment.why) == ("chain", "withdrawing")
        assert (await running.fronted.playback.buy(film.content, first_chunk=3)).state == "keyed"
        assert len(running.payments()) == 1
    hand_clock.advance(DELAY)
    async with running_world(world_profile, hand_clock) as running:
        await look_after(running.front_desk)
        assert (await only(running)).state == "closed"
        assert balance(running) == VIEWER_MONEY - PRICE * 3
        await running.assert_reconciled()


async def test_a_withdrawal_leaves_what_is_promised(running: RunningWorld, hand_clock: HandClock) -> None:
    film = await bought(running)

    async def cut(request: httpx.Request) -> None:
        if "payment-signature" in request.headers:
            await running.front.pass_on(request)
            raise httpx.ReadError("cut", request=request)

    running.front.answer = cut
    with pytest.raises(ProblemError):
        await running.fronted.playback.buy(film.content, first_chunk=3)
    assert (await only(running)).promised == PRICE
    await running.fronted.wallet.withdraw((await only(running)).id)
    hand_clock.advance(DELAY)
    await running.fronted.wallet.withdraw((await only(running)).id)
    assert balance(running) == VIEWER_MONEY - PRICE * 3
    running.front.answer = None
    await finish_open(running.front_desk)
    assert await running.fronted.playback.chunk(film.content, 3) == film.plain[3]
    await running.assert_reconciled()


async def test_without_gas_money_no_withdrawal_is_signed(running: RunningWorld) -> None:
    await bought(running)
    chain, owner = running.world.chain, running.front_desk.keyring.owner()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(type(chain), "gas_balance", lambda _self, who: 0 if who == owner else 1)
        with pytest.raises(ProblemError, match=r"withdrawal\.no_gas"):
            await running.fronted.wallet.withdraw((await only(running)).id)
    assert (await only(running)).state == "open"
    running.front_desk.keyring.lock()
    with pytest.raises(ProblemError, match=r"wallet\.locked"):
        await running.fronted.wallet.withdraw((await only(running)).id)


async def test_a_withdrawal_killed_before_its_signature_is_open_again(running: RunningWorld) -> None:
    await bought(running)
    with running.front_desk.database.write() as session:
        row = session.scalars(select(Channel)).one()
        row.state, row.withdrawals = "withdrawing", 1
    await look_after(running.front_desk)
    assert (await only(running)).state == "open"
    assert (await running.fronted.wallet.refund((await only(running)).id))[0].state == "closed"


async def test_an_empty_database_finds_its_channel_its_keys_and_its_total(
    world_profile: Path, hand_clock: HandClock
) -> None:
    async with running_world(world_profile, hand_clock) as running:
        film = await bought(running, 1, 2, 3)
        before = await only(running)
    for lost in (world_profile / "desks" / "viewer").glob("desk.db*"):
        lost.unlink()
    async with running_world(world_profile, hand_clock) as running:
        opened = await running.fronted.playback.open(film.content)
        assert [chunk.access for chunk in opened.chunks][:5] == ["free", "owned", "owned", "owned", "locked"]
        bought_now = await running.fronted.playback.buy(film.content, first_chunk=4)
        assert (bought_now.state, bought_now.amount) == ("keyed", PRICE)
        await running.settled()
        after = await only(running)
        assert (after.id, after.deposited, after.spent) == (before.id, before.deposited, PRICE * 4)
        # No second deposit: what was in the channel is enough.
        assert balance(running) == VIEWER_MONEY - PRICE * 10
        await running.assert_reconciled()


async def test_an_empty_database_finds_its_channels_without_buying(world_profile: Path, hand_clock: HandClock) -> None:
    async with running_world(world_profile, hand_clock) as running:
        await bought(running)
    for lost in (world_profile / "desks" / "viewer").glob("desk.db*"):
        lost.unlink()
    async with running_world(world_profile, hand_clock) as running:
        await running.assert_reconciled()
        channel = await only(running)
        assert (channel.spent, channel.refundable, channel.can_refund) == (PRICE * 2, PRICE * 8, True)
        assert (await running.fronted.wallet.refund(channel.id))[0].state == "closed"
        await running.assert_reconciled()


async def test_another_device_s_channel_can_be_left_and_not_spent(world_profile: Path, hand_clock: HandClock) -> None:
    async with running_world(world_profile, hand_clock) as running:
        film = await bought(running)
        # A new device has the same wallet and another device key.
        running.front_desk.device._key = b"\x07" * 32
        with running.front_desk.database.write() as session:
            session.query(Channel).delete()
        await running.fronted.wallet.reconciliation()
        other = await only(running)
        assert (other.can_refund, other.refundable) == (False, PRICE * 8)
        with pytest.raises(ProblemError, match=r"channel\.state"):
            await running.fronted.wallet.refund(other.id)
        await running.fronted.playback.buy(film.content, first_chunk=3, max_deposit=PRICE)
        assert len(await running.fronted.wallet.channels()) == 2
        await running.fronted.wallet.withdraw(other.id)
        hand_clock.advance(DELAY)
        await look_after(running.front_desk)
        assert balance(running) == VIEWER_MONEY - PRICE * 3


def _backup(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(target)) as there:
        here.backup(there)


@pytest.mark.parametrize("count", [1, 10, 100])
@pytest.mark.parametrize("is_old", [True, False], ids=["what was bought", "what was not"])
async def test_books_restored_from_some_purchases_ago_find_their_place(
    world_profile: Path, hand_clock: HandClock, tmp_path: Path, count: int, is_old: bool
) -> None:
    books = world_profile / "desks" / "viewer" / "desk.db"
    async with running_world(world_profile, hand_clock) as running:
        film = await running.publish(chunks=count + 4)
        await running.fronted.playback.buy(film.content, first_chunk=1)
        await running.settled()
        _backup(books, tmp_path / "desk.db")
        for index in range(2, count + 2):
            await running.fronted.playback.buy(film.content, first_chunk=index)
        await running.settled()
        total = (await only(running)).spent
    for left_over in books.parent.glob("desk.db*"):
        left_over.unlink()
    (tmp_path / "desk.db").rename(books)
    async with running_world(world_profile, hand_clock) as running:
        if is_old:
            # What was bought after the copy was made is not bought again.
            await running.fronted.playback.buy(film.content, first_chunk=count + 1)
            await running.settled()
            assert (await only(running)).spent == total
        bought = await running.fronted.playback.buy(film.content, first_chunk=count + 2)
        assert (bought.state, bought.amount) == ("keyed", PRICE)
        await running.settled()
        assert (await only(running)).spent == total + PRICE
        assert len(running.front.vouchers) == 2
        for index in range(1, count + 3):
            await running.fronted.playback.buy(film.content, first_chunk=index)
            assert await running.fronted.playback.chunk(film.content, index) == film.plain[index]
        assert len(running.front.vouchers) == 2
        await running.assert_reconciled()
