"""The whole journey through the real host application, desks, node and chain."""

from __future__ import annotations

from tests.fixtures.world import PRICE, RunningWorld


async def test_buying_a_chunk_pays_once_and_gives_its_plaintext(running: RunningWorld) -> None:
    film = await running.publish()
    bought = await running.viewer.playback.buy(film.content, first_chunk=1)
    assert (bought.state, bought.amount, bought.spent) == ("keyed", PRICE, PRICE)
    assert await running.viewer.playback.chunk(film.content, 1) == film.plain[1]
    (paid,) = running.payments()
    assert (paid.amount, paid.first_chunk, paid.chunk_count) == (PRICE, 1, 1)
    await running.assert_reconciled()


async def test_through_the_front(running: RunningWorld) -> None:
    film = await running.publish()
    bought = await running.fronted.playback.buy(film.content, first_chunk=1)
    assert bought.state == "keyed"
    assert len(running.front.signatures) == 1
