"""The whole journey through the real host application, desks, node and chain."""

from __future__ import annotations

from services.units.money import ZERO, Money
from tests.fixtures.world import PRICE, RunningWorld


async def test_buying_a_chunk_pays_once_and_gives_its_plaintext(running_on_chain: RunningWorld) -> None:
    running = running_on_chain
    film = await running.publish()
    bought = await running.viewer.playback.buy(film.content, first_chunk=1)
    assert (bought.state, bought.amount, bought.spent) == ("keyed", PRICE, PRICE)
    assert await running.viewer.playback.chunk(film.content, 1) == film.plain[1]
    (paid,) = running.payments()
    assert (paid.amount, paid.first_chunk, paid.chunk_count) == (PRICE, 1, 1)
    await running.assert_reconciled()


async def test_a_film_by_vouchers_is_one_deposit_and_comes_home_by_one_collection(running: RunningWorld) -> None:
    film = await running.publish()
    for index in range(1, 6):
        bought = await running.viewer.playback.buy(film.content, first_chunk=index)
        assert (bought.state, bought.amount, bought.spent) == ("keyed", PRICE, PRICE * index)
        assert await running.viewer.playback.chunk(film.content, index) == film.plain[index]
    await running.settled()
    await running.assert_reconciled()
    assert running.payments() == []
    (row, deposited) = (await running.viewer.wallet.reconciliation()).rows
    assert (row.chain, row.waiting, row.desk) == (ZERO, PRICE * 5, PRICE * 5)
    assert deposited.desk == PRICE * 5
    before = await running.creator.payouts.state()
    share = Money(PRICE.micros * 5 * 9 // 10)
    assert (before.available, before.pending) == (ZERO, share)
    after = await running.creator.payouts.collect()
    assert (after.available, after.pending) == (share, ZERO)
    await running.assert_reconciled()
    assert (await running.viewer.wallet.reconciliation()).rows[0].waiting == ZERO


async def test_through_the_front(running: RunningWorld) -> None:
    film = await running.publish()
    bought = await running.fronted.playback.buy(film.content, first_chunk=1)
    assert bought.state == "keyed"
    assert len(running.front.signatures) == 1
