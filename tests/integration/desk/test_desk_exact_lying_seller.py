"""A seller by transfer who lies: only the manifest's own terms are signed, once, and the money keeps its true state."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from services.desk.purchases.resume import finish_open
from services.desk.tables import Purchase
from services.units.address import address
from services.units.money import ZERO
from services.wire.problems import ProblemError
from services.wire.x402 import PAYMENT_REQUIRED, PAYMENT_RESPONSE, Settled, encode, network
from tests.fixtures.chain import HandClock
from tests.fixtures.world import PRICE, VIEWER_MONEY, RunningWorld
from tests.fixtures.world_exact import Offers, exact_offered, exact_only, is_pay, is_paying, viewer_money

ELSEWHERE = address("0x" + "ab" * 20)


def on_first(**changes: object) -> Callable[[Offers], None]:
    return lambda offers: offers[0].update(changes)


LIES: dict[str, Callable[[Offers], None]] = {
    "dearer": on_first(amount="10001"),
    "cheaper": on_first(amount="1"),
    "payee": on_first(payTo=ELSEWHERE),
    "token": on_first(asset=ELSEWHERE),
    "chain": on_first(network="eip155:5042002"),
    "domain": lambda offers: offers[0]["extra"].update(name="USD Coin"),
    "version": lambda offers: offers[0]["extra"].update(version="1"),
}


def rows(running: RunningWorld) -> list[tuple[str, str]]:
    with running.front_desk.database.read() as session:
        return [(row.state, row.money) for row in session.query(Purchase).order_by(Purchase.first_chunk)]


def refusal(running: RunningWorld) -> httpx.Response:
    """Refuse in the standard's words only."""
    failed = Settled(success=False, transaction="", network=network(running.chain.chain_id), error_reason="no")
    offered = exact_offered(running, PRICE).headers[PAYMENT_REQUIRED]
    return httpx.Response(402, json={}, headers={PAYMENT_REQUIRED: offered, PAYMENT_RESPONSE: encode(failed)})


async def test_other_terms_are_never_signed(running: RunningWorld) -> None:
    film = await running.publish()
    for lie, change in LIES.items():
        running.front.answer = exact_only(running, change)
        with pytest.raises(ProblemError, match=r"payment\.terms_changed"):
            await running.fronted.playback.buy(film.content, first_chunk=1)
        assert running.front.signatures == set(), lie
    assert rows(running) == []
    assert (await running.fronted.wallet.state()).in_flight == ZERO


@pytest.mark.parametrize(
    "extra", [{"paymentFlow": "escrow"}, {"paymentFlow": 1}, {"assetTransferMethod": "permit2"}], ids=str
)
async def test_another_flow_or_method_is_not_signed(running: RunningWorld, extra: dict[str, object]) -> None:
    film = await running.publish()
    running.front.answer = exact_only(running, lambda offers: offers[0]["extra"].update(extra))
    with pytest.raises(ProblemError, match=r"payment\.terms_changed"):
        await running.fronted.playback.buy(film.content, first_chunk=1)
    assert running.front.signatures == set()


async def test_the_offer_that_fits_is_taken_and_given_back_word_for_word(running: RunningWorld) -> None:
    film = await running.publish()

    def with_others(offers: Offers) -> None:
        (fits,) = offers
        fits["extra"]["assetTransferMethod"] = "eip3009"
        fits["note"] = "kept as it is"
        offers.insert(0, {**fits, "network": "eip155:8453"})
        offers.insert(1, {**fits, "extra": {"name": "GatewayWalletBatched", "version": "1"}})

    running.front.answer = exact_only(running, with_others)
    await running.fronted.playback.buy(film.content, first_chunk=1)
    with running.front_desk.database.read() as session:
        accepted = session.query(Purchase).one().payment["accepted"]
    assert accepted["network"] == network(running.chain.chain_id)
    assert accepted["extra"] == {"name": "USDC", "version": "2", "assetTransferMethod": "eip3009"}
    assert accepted["note"] == "kept as it is"


async def test_an_endless_402_gets_one_signature(running: RunningWorld, hand_clock: HandClock) -> None:
    film = await running.publish()
    running.front.answer = exact_only(running, on_payment=lambda _request: exact_offered(running, PRICE))
    for _ in range(3):
        with pytest.raises(ProblemError, match=r"payment\.required"):
            await running.fronted.playback.buy(film.content, first_chunk=1)
    assert len(running.front.signatures) == 1
    assert rows(running) == [("unknown", "in_flight")]
    hand_clock.advance(timedelta(seconds=200))
    await finish_open(running.front_desk)
    assert rows(running) == [("refused", "released")]
    assert viewer_money(running) == VIEWER_MONEY


async def test_a_refusal_in_the_standard_s_words_is_not_sent_again_by_itself(running: RunningWorld) -> None:
    film = await running.publish()
    running.front.answer = exact_only(running, on_payment=lambda _request: refusal(running))
    with pytest.raises(ProblemError, match=r"payment\.refused"):
        await running.fronted.playback.buy(film.content, first_chunk=1)
    assert rows(running) == [("refused", "in_flight")]
    await finish_open(running.front_desk)
    assert len(running.front.transfers) == 1


async def test_a_refusal_after_the_money_was_taken_is_not_believed(running: RunningWorld) -> None:
    film = await running.publish()

    async def taking(request: httpx.Request) -> httpx.Response | None:
        if not is_paying(request):
            return await exact_only(running)(request)
        await running.front.pass_on(request)
        return refusal(running)

    async def offering(request: httpx.Request) -> httpx.Response | None:
        return exact_offered(running, PRICE * 2) if is_pay(request) else None

    running.front.answer = taking
    for _ in range(3):
        with pytest.raises(ProblemError, match=r"payment\.unknown"):
            await running.fronted.playback.buy(film.content, first_chunk=1)
    assert rows(running) == [("unknown", "spent")]
    assert (len(running.front.signatures), viewer_money(running)) == (1, VIEWER_MONEY - PRICE)
    assert (await running.fronted.wallet.state()).spent == PRICE
    running.front.answer = offering
    with pytest.raises(ProblemError, match=r"payment\.in_progress"):
        await running.fronted.playback.buy(film.content, first_chunk=1, chunk_count=2)
    assert len(running.front.signatures) == 1
    running.front.answer = None
    assert (await running.fronted.playback.buy(film.content, first_chunk=1)).state == "keyed"
    await running.assert_reconciled()


@pytest.mark.parametrize("status", [500, 302, 200, 404])
async def test_nonsense_after_the_payment_leaves_it_in_flight_until_it_is_void(
    running: RunningWorld, hand_clock: HandClock, status: int
) -> None:
    film = await running.publish()
    headers = {"location": "https://elsewhere.example/"} if status == 302 else {}
    nonsense = httpx.Response(status, text="<html>", headers=headers)
    running.front.answer = exact_only(running, on_payment=lambda _request: nonsense)
    for _ in range(2):
        with pytest.raises(ProblemError):
            await running.fronted.playback.buy(film.content, first_chunk=1)
    assert len(running.front.signatures) == 1
    assert rows(running) == [("unknown", "in_flight")]
    hand_clock.advance(timedelta(seconds=200))
    await finish_open(running.front_desk)
    assert rows(running) == [("refused", "released")]
    assert viewer_money(running) == VIEWER_MONEY


async def test_a_wrong_key_is_disputed_and_paid_once(running: RunningWorld) -> None:
    film = await running.publish()

    async def wrong(request: httpx.Request) -> httpx.Response | None:
        if not is_paying(request):
            return await exact_only(running)(request)
        body = (await running.front.pass_on(request)).json()
        body["keys"][0]["key"] = "00" * 32
        return httpx.Response(200, json=body)

    running.front.answer = wrong
    for _ in range(2):
        with pytest.raises(ProblemError, match=r"content\.wrong_key"):
            await running.fronted.playback.buy(film.content, first_chunk=1)
    assert rows(running) == [("disputed", "spent")]
    assert (len(running.front.signatures), viewer_money(running)) == (1, VIEWER_MONEY - PRICE)
    await running.assert_reconciled()


async def test_a_key_without_a_transfer_is_kept_and_its_money_comes_back(
    running: RunningWorld, hand_clock: HandClock
) -> None:
    film = await running.publish()
    gift = {
        "content_id": film.content,
        "keys": [{"index": 1, "key": film.key(1).hex()}],
        "amount": "10000",
        "transaction": "0x" + "11" * 32,
    }
    running.front.answer = exact_only(running, on_payment=lambda _request: httpx.Response(200, json=gift))
    assert (await running.fronted.playback.buy(film.content, first_chunk=1)).state == "keyed"
    wallet = await running.fronted.wallet.state()
    assert (wallet.spent, wallet.in_flight) == (ZERO, PRICE)
    await running.assert_reconciled()
    hand_clock.advance(timedelta(seconds=200))
    await finish_open(running.front_desk)
    wallet = await running.fronted.wallet.state()
    assert (wallet.spent, wallet.in_flight) == (ZERO, ZERO)
    assert await running.fronted.playback.chunk(film.content, 1) == film.plain[1]
    await running.assert_reconciled()
