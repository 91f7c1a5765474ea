"""Tips: money for nothing in return, with a few words; once, whatever fails on the way."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.client import DeskClient
from services.desk.tips import giving
from services.desk.wallet import outside
from services.units.address import Address
from services.units.money import ZERO, Money
from services.units.period import Period
from services.wire.problems import ProblemError
from services.wire.tips import OwnTipOut
from tests.fixtures.chain import HandClock
from tests.fixtures.world import PRICE, VIEWER_MONEY, RunningWorld

SUM = Money(1_500_000)


def creator_of(running: RunningWorld) -> Address:
    return running.desk("creator").keyring.owner()


async def tip(
    running: RunningWorld, desk: DeskClient, *, ordinal: int = 1, amount: Money = SUM, message: str = "More ice!"
) -> OwnTipOut:
    return await desk.tips.give(creator_of(running), amount=amount, message=message, ordinal=ordinal)


async def code(work: Any) -> str:
    with pytest.raises(ProblemError) as caught:
        await work
    return caught.value.code


async def test_a_tip_arrives_with_its_words_and_all_books_agree(running: RunningWorld) -> None:
    film = await running.publish()
    await running.viewer.playback.buy(film.content, first_chunk=1)
    assert (await running.viewer.tips.next()).ordinal == 1
    before = (await running.viewer.wallet.state()).available
    assert before is not None
    done = await tip(running, running.viewer, message="  More\nice!  ")
    assert (done.state, done.amount) == ("paid", SUM)
    assert done.transaction is not None
    after = await running.viewer.wallet.state()
    assert (after.available, after.in_flight) == (before - SUM, ZERO)
    (got,) = await running.creator.tips.received()
    assert (got.message, got.amount, got.payer) == ("More ice!", SUM, running.desk("viewer").keyring.owner())
    assert await running.viewer.tips.received() == ()
    assert [one.state for one in await running.viewer.tips.to(creator_of(running))] == ["paid"]
    lines = {line.kind: line.amount for line in (await running.viewer.wallet.balance()).lines}
    assert lines["tip.signed"] == -SUM
    await running.assert_reconciled()
    # What the till brings into the Escrow is this tip, and none besides.
    channels = running.world.channels
    await asyncio.to_thread(channels.look)
    await running.assert_reconciled()
    last = running.world.node.clock.now().date()
    week = Period(first=last - timedelta(days=6), last=last)
    income = await running.creator.figures.lines(week, source="tips")
    assert [row.gross for row in income.rows] == [SUM]


async def test_the_same_tip_again_moves_nothing_and_another_under_its_number_is_refused(running: RunningWorld) -> None:
    answers = await asyncio.gather(*(tip(running, running.viewer) for _ in range(4)))
    assert {answer.state for answer in answers} == {"paid"}
    assert await code(tip(running, running.viewer, amount=SUM + SUM)) == "payment.terms_changed"
    assert (await running.viewer.wallet.state()).available == VIEWER_MONEY - SUM
    assert len(await running.creator.tips.received()) == 1


async def test_limits_and_the_balance_hold_for_tips(running: RunningWorld) -> None:
    for amount in (ZERO, -SUM):
        assert await code(tip(running, running.viewer, amount=amount)) == "send.amount"
    assert await code(tip(running, running.viewer, amount=VIEWER_MONEY + SUM)) == "payment.insufficient"
    await running.viewer.wallet.set_budgets(creator=SUM + Money(1))
    await tip(running, running.viewer)
    assert await code(tip(running, running.viewer, ordinal=2, amount=Money(2))) == "budget.creator"
    await tip(running, running.viewer, ordinal=2, amount=Money(1))
    own = running.creator.tips.give(creator_of(running), amount=SUM, message="", ordinal=1)
    assert await code(own) == "send.amount"


@pytest.mark.parametrize("limit", ["day", "creator"])
async def test_what_was_tipped_today_counts_for_what_is_bought_after_it(
    running: RunningWorld, hand_clock: HandClock, limit: str
) -> None:
    film = await running.publish()
    room = SUM + PRICE + PRICE - Money(1)
    is_day = limit == "day"
    await running.viewer.wallet.set_budgets(day=room if is_day else None, creator=None if is_day else room)
    await tip(running, running.viewer)
    budgets = await running.viewer.wallet.budgets()
    assert budgets.day.spent == SUM
    assert [(one.creator, one.spent) for one in budgets.creators] == [(creator_of(running), SUM)]
    await running.viewer.playback.buy(film.content, first_chunk=1)
    with pytest.raises(ProblemError) as caught:
        await running.viewer.playback.buy(film.content, first_chunk=2)
    assert caught.value.code == f"budget.{limit}"
    assert caught.value.params["spent"] == str((SUM + PRICE).micros)
    # A tip counts on its day only, and one that came to nothing not at all.
    hand_clock.advance(timedelta(hours=25))
    assert (await running.viewer.playback.buy(film.content, first_chunk=2)).state == "keyed"
    await running.assert_reconciled()


async def test_a_lost_answer_is_looked_up_and_never_paid_again(running: RunningWorld) -> None:
    async def lost(request: httpx.Request) -> httpx.Response | None:
        if not request.url.path.endswith("/tips"):
            return None
        await running.front.pass_on(request)
        raise httpx.ReadError("lost", request=request)

    running.front.answer = lost
    found = await tip(running, running.fronted)
    # The chain says that it happened, whatever the answer was.
    assert found.state == "paid"
    running.front.answer = None
    assert (await tip(running, running.fronted)).state == "paid"
    assert (await running.fronted.wallet.state()).available == VIEWER_MONEY - SUM


async def test_a_tip_that_nobody_brings_is_back_after_its_time(running: RunningWorld, hand_clock: HandClock) -> None:
    async def silent(request: httpx.Request) -> httpx.Response | None:
        if request.url.path.endswith("/tips"):
            raise httpx.ConnectError("gone", request=request)
        return None

    running.front.answer = silent
    assert await code(tip(running, running.fronted)) == "node.unreachable"
    assert (await running.fronted.wallet.state()).in_flight == SUM
    assert (await running.fronted.wallet.budgets()).day.spent == SUM
    assert not outside.note(running.front_desk)
    hand_clock.advance(timedelta(minutes=10))
    running.chain.fund(running.desk("creator").keyring.owner(), usdc=ZERO, gas_wei=1)
    await giving.finish_open(running.front_desk)
    (row,) = await running.fronted.tips.to(creator_of(running))
    assert row.state == "refused"
    assert (await running.fronted.wallet.budgets()).day.spent == ZERO
    assert (await running.fronted.wallet.state()).available == VIEWER_MONEY
