"""A node that lies: at most one signature, over the manifest's own terms; money keeps its true state."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.desk.purchases.resume import finish_open
from services.units.address import address
from services.units.ids import ContentId
from services.units.money import ZERO, Money
from services.wire.problems import ProblemError
from services.wire.x402 import (
    PAYMENT_REQUIRED,
    PAYMENT_SIGNATURE,
    EscrowExtension,
    EscrowExtra,
    EscrowOffer,
    EscrowRequirements,
    Extensions,
    OtherRequirements,
    PaymentRequired,
    Resource,
    decode,
    encode,
    network,
)
from tests.fixtures.chain import HandClock
from tests.fixtures.world import PRICE, Answer, RunningWorld

ELSEWHERE = address("0x" + "ab" * 20)
Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def running(running_on_chain: RunningWorld) -> RunningWorld:
    """Everything here is about single payments into the Escrow."""
    return running_on_chain


def _is_pay(request: httpx.Request) -> bool:
    return request.url.path.endswith("/pay")


def _is_paying(request: httpx.Request) -> bool:
    return _is_pay(request) and PAYMENT_SIGNATURE in request.headers


def offer_changed(running: RunningWorld, change: Change) -> Answer:
    """Change the terms of every 402."""

    async def answer(request: httpx.Request) -> httpx.Response | None:
        if not _is_pay(request) or _is_paying(request):
            return None
        real = await running.front.pass_on(request)
        offer = decode(PaymentRequired, real.headers[PAYMENT_REQUIRED]).model_dump(mode="json", by_alias=True)
        change(offer["extensions"]["museclock"]["info"]["escrow"])
        return httpx.Response(
            402, json=real.json(), headers={PAYMENT_REQUIRED: encode(PaymentRequired.model_validate(offer))}
        )

    return answer


def on_payment(answered: Callable[[httpx.Request], httpx.Response | Awaitable[httpx.Response]]) -> Answer:
    """Answer payments, and nothing else, as told."""

    async def answer(request: httpx.Request) -> httpx.Response | None:
        if not _is_paying(request):
            return None
        made = answered(request)
        return made if isinstance(made, httpx.Response) else await made

    return answer


def offering_again(running: RunningWorld, content: ContentId, *, first_chunk: int) -> Answer:
    """Offer a chunk for sale whatever the account owns."""
    chain, creator = running.world.chain, running.desk("creator").keyring.owner()
    extra = EscrowExtra(
        name="USDC", version="2", creator=creator, content_id=content, first_chunk=first_chunk, chunk_count=1
    )
    offer = EscrowRequirements(
        network=network(chain.chain_id),
        amount=str(PRICE.micros),
        asset=chain.token,
        pay_to=chain.escrow,
        max_timeout_seconds=120,
        extra=extra,
    )
    escrow = Extensions(museclock=EscrowExtension(info=EscrowOffer(escrow=offer)))
    other = OtherRequirements(
        scheme="other", network=offer.network, amount=offer.amount, asset=offer.asset, pay_to=offer.pay_to,
        max_timeout_seconds=120,
    )  # fmt: skip
    resource = Resource(url="x", description="x")
    required = PaymentRequired(error="pay", resource=resource, accepts=(other,), extensions=escrow)

    async def answer(request: httpx.Request) -> httpx.Response | None:
        if not _is_pay(request):
            return None
        body = ProblemError("payment.required").body()
        return httpx.Response(402, json=dict(body), headers={PAYMENT_REQUIRED: encode(required)})

    return answer


def _money_state(running: RunningWorld, content: ContentId) -> list[tuple[str, str]]:
    from services.desk.tables import Purchase

    with running.front_desk.database.read() as session:
        rows = session.query(Purchase).where(Purchase.content_id == content).order_by(Purchase.first_chunk).all()
        return [(row.state, row.money) for row in rows]


LIES: dict[str, Change] = {
    "dearer": lambda offer: offer.update(amount="10001"),
    "cheaper": lambda offer: offer.update(amount="1"),
    "payee": lambda offer: offer.update(payTo=ELSEWHERE),
    "token": lambda offer: offer.update(asset=ELSEWHERE),
    "chain": lambda offer: offer.update(network="eip155:5042002"),
    "creator": lambda offer: offer["extra"].update(creator=ELSEWHERE),
    "content": lambda offer: offer["extra"].update(contentId="0x" + "00" * 32),
    "range": lambda offer: offer["extra"].update(firstChunk=2),
    "count": lambda offer: offer["extra"].update(chunkCount=2),
    "domain": lambda offer: offer["extra"].update(name="USD Coin"),
}


async def test_other_terms_are_never_signed(running: RunningWorld) -> None:
    film = await running.publish()
    for lie, change in LIES.items():
        running.front.answer = offer_changed(running, change)
        with pytest.raises(ProblemError, match=r"payment\.terms_changed"):
            await running.fronted.playback.buy(film.content, first_chunk=1)
        assert running.front.payments == [], lie
    assert _money_state(running, film.content) == []
    assert (await running.fronted.wallet.state()).in_flight == ZERO


async def test_the_signature_is_over_the_manifest_s_terms(running: RunningWorld) -> None:
    film = await running.publish()
    await running.fronted.playback.buy(film.content, first_chunk=1, chunk_count=3)
    (payment,) = running.front.payments
    message, chain = payment.payload.authorization, running.world.chain
    assert (message.value, message.to) == (str(PRICE.micros * 3), chain.escrow)
    assert payment.accepted.extra.creator == running.desk("creator").keyring.owner()
    assert int(message.valid_before) - chain.head().timestamp <= 120


async def test_an_endless_402_gets_one_signature(running: RunningWorld) -> None:
    film = await running.publish()

    async def again(request: httpx.Request) -> httpx.Response:
        del request.headers[PAYMENT_SIGNATURE]
        return await running.front.pass_on(request)

    running.front.answer = on_payment(
        lambda request: again(
            httpx.Request(request.method, request.url, headers=dict(request.headers), content=request.content)
        )
    )
    for _ in range(3):
        with pytest.raises(ProblemError, match=r"payment\.required"):
            await running.fronted.playback.buy(film.content, first_chunk=1)
    assert len(running.front.signatures) == 1
    assert _money_state(running, film.content) == [("unknown", "in_flight")]
    assert running.payments() == []


@pytest.mark.parametrize("status", [500, 302, 200, 404])
async def test_nonsense_after_the_payment_leaves_it_in_flight_until_it_is_void(
    running: RunningWorld, hand_clock: HandClock, status: int
) -> None:
    film = await running.publish()
    headers = {"location": "https://elsewhere.example/"} if status == 302 else {}
    running.front.answer = on_payment(lambda _request: httpx.Response(status, text="<html>", headers=headers))
    for _ in range(2):
        with pytest.raises(ProblemError):
            await running.fronted.playback.buy(film.content, first_chunk=1)
    assert len(running.front.signatures) == 1
    assert _money_state(running, film.content) == [("unknown", "in_flight")]
    assert (await running.fronted.wallet.state()).in_flight == PRICE
    hand_clock.advance(timedelta(seconds=200))
    await finish_open(running.front_desk)
    assert _money_state(running, film.content) == [("refused", "released")]
    assert (await running.fronted.wallet.state()).in_flight == ZERO
    assert running.payments() == []


async def test_no_answer_after_having_been_paid_is_looked_up_and_finished_with_the_same_bytes(
    running: RunningWorld,
) -> None:
    film = await running.publish()

    async def lost(request: httpx.Request) -> httpx.Response:
        await running.front.pass_on(request)
        raise httpx.ReadError("cut", request=request)

    running.front.answer = on_payment(lost)
    with pytest.raises(ProblemError, match=r"node\.unreachable"):
        await running.fronted.playback.buy(film.content, first_chunk=1)
    assert _money_state(running, film.content) == [("unknown", "spent")]
    assert (await running.fronted.wallet.state()).spent == PRICE
    running.front.answer = None
    bought = await running.fronted.playback.buy(film.content, first_chunk=1)
    assert bought.state == "keyed"
    assert len(running.front.signatures) == 1
    assert len(running.payments()) == 1
    await running.assert_reconciled()


async def _with_keys(
    running: RunningWorld, request: httpx.Request, change: Callable[[dict[str, Any]], None]
) -> httpx.Response:
    answer = await running.front.pass_on(request)
    body = answer.json()
    change(body)
    return httpx.Response(answer.status_code, json=body)


async def test_a_wrong_key_is_disputed_and_paid_once(running: RunningWorld) -> None:
    film = await running.publish()
    wrong = on_payment(lambda request: _with_keys(running, request, lambda body: body["keys"][0].update(key="00" * 32)))
    running.front.answer = wrong
    for _ in range(2):
        with pytest.raises(ProblemError, match=r"content\.wrong_key"):
            await running.fronted.playback.buy(film.content, first_chunk=1)
    assert _money_state(running, film.content) == [("disputed", "spent")]
    assert len(running.front.signatures) == len(running.payments()) == 1
    (receipt,) = await running.fronted.wallet.receipts()
    assert (receipt.state, receipt.amount) == ("disputed", PRICE)
    with pytest.raises(ProblemError, match=r"content\.locked"):
        await running.fronted.playback.chunk(film.content, 1)
    running.front.answer = None
    assert (await running.fronted.playback.buy(film.content, first_chunk=1)).state == "keyed"
    await running.assert_reconciled()


@pytest.mark.parametrize("state", ["disputed", "unknown"])
async def test_what_is_paid_and_not_keyed_is_not_sold_again_in_another_range(running: RunningWorld, state: str) -> None:
    film = await running.publish()

    async def lost(request: httpx.Request) -> httpx.Response:
        await running.front.pass_on(request)
        raise httpx.ReadError("cut", request=request)

    wrong = on_payment(lambda request: _with_keys(running, request, lambda body: body["keys"][0].update(key="00" * 32)))
    running.front.answer = wrong if state == "disputed" else on_payment(lost)
    with pytest.raises(ProblemError):
        await running.fronted.playback.buy(film.content, first_chunk=1, chunk_count=3)
    assert _money_state(running, film.content) == [(state, "spent")]
    running.front.answer = offering_again(running, film.content, first_chunk=2)
    with pytest.raises(ProblemError, match=r"payment\.in_progress"):
        await running.fronted.playback.buy(film.content, first_chunk=2)
    assert len(running.front.signatures) == 1


async def test_a_key_without_a_payment_on_the_chain_is_kept_and_its_money_comes_back(
    running: RunningWorld, hand_clock: HandClock
) -> None:
    film = await running.publish()

    def gift(_request: httpx.Request) -> httpx.Response:
        keys = [{"index": 1, "key": film.key(1).hex()}]
        body = {"content_id": film.content, "keys": keys, "amount": "10000", "transaction": "0x" + "11" * 32}
        return httpx.Response(200, json=body)

    running.front.answer = on_payment(gift)
    assert (await running.fronted.playback.buy(film.content, first_chunk=1)).state == "keyed"
    assert await running.fronted.playback.chunk(film.content, 1) == film.plain[1]
    wallet = await running.fronted.wallet.state()
    assert (wallet.spent, wallet.in_flight) == (ZERO, PRICE)
    hand_clock.advance(timedelta(seconds=200))
    await finish_open(running.front_desk)
    wallet = await running.fronted.wallet.state()
    assert (wallet.spent, wallet.in_flight) == (ZERO, ZERO)
    assert await running.fronted.playback.chunk(film.content, 1) == film.plain[1]
    await running.assert_reconciled()


async def test_a_sign_in_for_another_node_is_not_signed(running: RunningWorld) -> None:
    film = await running.publish()

    async def relay(request: httpx.Request) -> httpx.Response | None:
        if not request.url.path.endswith("/auth/nonce"):
            return None
        answer = await running.front.pass_on(request)
        return httpx.Response(200, json={**answer.json(), "domain": "bank.example", "uri": "https://bank.example"})

    running.front.answer = relay
    with pytest.raises(ProblemError, match=r"account\.sign_in_refused"):
        await running.fronted.playback.buy(film.content, first_chunk=1)
    assert not any(request.url.path.endswith("/auth/sign-in") for request in running.front.seen)


async def test_a_refused_purchase_is_not_bought_behind_the_person_s_back(running: RunningWorld) -> None:
    film = await running.publish()
    refused = json.dumps(ProblemError("payment.insufficient", amount=1, available=0).body())
    running.front.answer = on_payment(lambda _request: httpx.Response(402, text=refused))
    with pytest.raises(ProblemError, match=r"payment\.insufficient"):
        await running.fronted.playback.buy(film.content, first_chunk=1)
    assert _money_state(running, film.content) == [("refused", "in_flight")]
    running.front.answer = None
    await finish_open(running.front_desk)
    assert len(running.front.payments) == 1
    assert running.payments() == []


async def test_an_owned_chunk_is_never_signed_for_again(running: RunningWorld, hand_clock: HandClock) -> None:
    """A desk that lost its books (an old copy was restored) learns from the node what it owns."""
    from services.desk.tables import OwnedChunk, Purchase

    film = await running.publish()
    await running.viewer.playback.buy(film.content, first_chunk=1, chunk_count=3)
    with running.front_desk.database.write() as session:
        session.query(OwnedChunk).delete()
        session.query(Purchase).delete()
    assert (await running.fronted.playback.buy(film.content, first_chunk=2)).amount == ZERO
    assert await running.fronted.playback.chunk(film.content, 2) == film.plain[2]
    assert running.front.payments == []
    assert [paid.amount for paid in running.payments()] == [Money(3 * PRICE.micros)]
