"""Limits hold where it is signed: whoever asks the service, by click or by itself, by voucher or on the chain."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest

from services.desk.wallet.keyring import Keyring
from services.units.address import bytes32
from services.units.ids import ContentId
from services.units.money import ZERO, Money
from services.wire.desk import Method
from services.wire.problems import ProblemError
from tests.fixtures.chain import HandClock
from tests.fixtures.world import PRICE, RunningWorld

DAY, CREATOR = Money(20_000_000), Money(12_000_000)


def signed(running: RunningWorld) -> int:
    return len(running.front.vouchers) + len(running.front.payments)


@pytest.mark.parametrize("method", ["channel", "chain"])
@pytest.mark.parametrize("limit", ["day", "creator"])
async def test_no_request_passes_a_limit_of_the_day(
    running: RunningWorld, hand_clock: HandClock, method: Method, limit: str
) -> None:
    film = await running.publish(chunks=9)
    await running.fronted.wallet.set_payment(method=method)
    low = PRICE * 3 + Money(9_999)
    await running.fronted.wallet.set_budgets(
        day=low if limit == "day" else None, creator=low if limit == "creator" else None
    )
    asked = (running.fronted.playback.buy(film.content, first_chunk=index, auto=False) for index in range(1, 9))
    answers = await asyncio.gather(*asked, return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, ProblemError)]
    assert {problem.code for problem in refused} == {f"budget.{limit}"}
    assert refused[0].params == {"limit": "39999", "spent": "30000", "amount": "10000"}
    assert (len(refused), len(running.front.signatures)) == (5, 3)
    await running.settled()
    budgets = await running.fronted.wallet.budgets()
    assert budgets.day.spent == PRICE * 3
    assert [one.spent for one in budgets.creators] == [PRICE * 3]
    # Which three came first is nobody's promise; of the five others two lie side by side.
    is_unbought = [False, *(isinstance(answer, ProblemError) for answer in answers)]
    unbought = next(index for index in range(1, 8) if is_unbought[index] and is_unbought[index + 1])
    with pytest.raises(ProblemError, match=rf"budget\.{limit}"):
        await running.fronted.playback.buy(film.content, first_chunk=unbought, chunk_count=2)
    assert len(running.front.signatures) == 3
    hand_clock.advance(timedelta(hours=-1))
    with pytest.raises(ProblemError, match=rf"budget\.{limit}"):
        # A clock put back makes no room.
        await running.fronted.playback.buy(film.content, first_chunk=unbought)
    hand_clock.advance(timedelta(hours=25))
    assert (await running.fronted.playback.buy(film.content, first_chunk=unbought)).state == "keyed"
    assert (await running.fronted.wallet.budgets()).day.spent == PRICE
    await running.assert_reconciled()


async def test_the_limits_are_twenty_and_twelve_dollars_until_one_says_otherwise(running: RunningWorld) -> None:
    budgets = await running.fronted.wallet.budgets()
    assert (budgets.day.limit, budgets.creator_limit, budgets.day.spent) == (DAY, CREATOR, ZERO)
    film = await running.publish(chunks=9, price=Money(2_000_000))
    await running.fronted.playback.buy(film.content, first_chunk=1, chunk_count=5)
    with pytest.raises(ProblemError, match=r"budget\.creator"):
        await running.fronted.playback.buy(film.content, first_chunk=6, chunk_count=2)
    await running.fronted.wallet.set_budgets(creator=Money(14_000_000))
    assert (await running.fronted.playback.buy(film.content, first_chunk=6)).state == "keyed"
    await running.assert_reconciled()


async def test_what_was_refused_is_not_counted(running: RunningWorld) -> None:
    film = await running.publish()
    await running.fronted.playback.buy(film.content, first_chunk=1)
    await running.fronted.wallet.set_budgets(day=PRICE * 2)
    running.world.node.channels.is_offered = False
    with pytest.raises(ProblemError, match=r"payment\.scheme"):
        await running.fronted.playback.buy(film.content, first_chunk=2)
    running.world.node.channels.is_offered = True
    assert (await running.fronted.wallet.budgets()).day.spent == PRICE
    assert (await running.fronted.playback.buy(film.content, first_chunk=2)).state == "keyed"


async def test_raising_a_limit_needs_the_passphrase_and_lowering_does_not(
    running: RunningWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def confirm(_keyring: Keyring, passphrase: str) -> None:
        asked.append(passphrase)
        if passphrase != "correct horse":
            raise ProblemError("wallet.wrong_passphrase")

    monkeypatch.setattr(Keyring, "confirm", confirm)
    wallet = running.fronted.wallet
    for day, creator in ((DAY + Money(1), None), (None, CREATOR + Money(1)), (ZERO, CREATOR + Money(1))):
        for wrong in (None, "", "wrong"):
            with pytest.raises(ProblemError, match=r"wallet\.wrong_passphrase"):
                await wallet.set_budgets(day=day, creator=creator, passphrase=wrong)
    assert (await wallet.budgets()).day.limit == DAY
    asked.clear()
    lower = await wallet.set_budgets(day=Money(5), creator=ZERO)
    assert (lower.day.limit, lower.creator_limit, asked) == (Money(5), ZERO, [])
    higher = await wallet.set_budgets(day=DAY, passphrase="correct horse")
    assert (higher.day.limit, higher.creator_limit, asked) == (DAY, ZERO, ["correct horse"])
    for limit in (Money(-1), Money(1_000_000_001)):
        with pytest.raises(ProblemError, match=r"budget\.invalid"):
            await wallet.set_budgets(day=limit, passphrase="correct horse")


async def test_an_automatic_purchase_obeys_the_film_s_budget_by_voucher(running: RunningWorld) -> None:
    film = await running.publish(chunks=9)
    await running.fronted.playback.set_budget(film.content, PRICE * 3 + Money(9_999))
    asked = (running.fronted.playback.buy(film.content, first_chunk=index, auto=True) for index in range(1, 9))
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert {answer.code for answer in answers if isinstance(answer, ProblemError)} == {"budget.session"}
    await running.settled()
    budget = (await running.fronted.playback.open(film.content)).budget
    assert budget is not None
    assert (budget.spent, len(running.front.signatures)) == (PRICE * 3, 3)
    # Its deposit stayed inside the film's budget, too.
    (channel,) = await running.fronted.wallet.channels()
    assert channel.deposited == PRICE * 3 + Money(9_999)
    await running.assert_reconciled()


async def test_films_that_buy_by_themselves_are_told_and_ended_without_their_node(running: RunningWorld) -> None:
    desk, film = running.fronted, await running.publish(chunks=9)
    await desk.playback.set_budget(film.content, PRICE * 3)
    await desk.playback.buy(film.content, first_chunk=1, auto=True)
    await running.settled()
    (told,) = (await desk.wallet.budgets()).films
    title = (await desk.playback.open(film.content)).item.title
    assert (told.content_id, told.title, told.limit, told.spent) == (film.content, title, PRICE * 3, PRICE)

    async def gone(request: httpx.Request) -> None:
        raise httpx.ConnectError("gone", request=request)

    running.front.answer = gone
    assert await desk.playback.set_budget(film.content, ZERO) is None
    assert (await desk.wallet.budgets()).films == ()
    # Ending what there is not is no mistake.
    assert await desk.playback.set_budget(ContentId(bytes32(bytes(32))), ZERO) is None
    running.front.answer = None
    with pytest.raises(ProblemError, match=r"budget\.session"):
        await desk.playback.buy(film.content, first_chunk=2, auto=True)
