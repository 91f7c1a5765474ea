"""A node that lies to a channel: nothing is signed over other terms, and no total is believed without our signature."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from services.chain.channels import sign_voucher
from services.desk.channels.keys import session_key
from services.desk.purchases.resume import finish_open
from services.desk.tables import Channel, Purchase
from services.units.address import address
from services.units.money import ZERO, Money
from services.wire.problems import ProblemError
from services.wire.x402 import (
    PAYMENT_REQUIRED,
    PAYMENT_RESPONSE,
    PAYMENT_SIGNATURE,
    PaymentRequired,
    Settled,
    decode,
    encode,
)
from tests.fixtures.world import PRICE, Answer, RunningWorld, SealedFilm

ELSEWHERE = address("0x" + "ab" * 20)
Change = Callable[[dict[str, Any]], None]


def channel_of(running: RunningWorld) -> Channel:
    with running.front_desk.database.read() as session:
        return session.scalars(select(Channel)).one()


def money_of(running: RunningWorld) -> list[tuple[int, str, str]]:
    with running.front_desk.database.read() as session:
        rows = session.scalars(select(Purchase).order_by(Purchase.first_chunk))
        return [(row.first_chunk, row.state, row.money) for row in rows]


async def opened(running: RunningWorld, *, bought: int = 1) -> SealedFilm:
    """Publish a film and buy its first parts."""
    film = await running.publish(chunks=12)
    for index in range(1, bought + 1):
        await running.fronted.playback.buy(film.content, first_chunk=index)
    await running.settled()
    running.front.seen.clear()
    return film


def with_offer(real: httpx.Response, change: Change) -> httpx.Response:
    """Change the channel's offer in a 402."""
    offer = decode(PaymentRequired, real.headers[PAYMENT_REQUIRED]).model_dump(mode="json", by_alias=True)
    change(offer["accepts"][0])
    changed = PaymentRequired.model_validate(offer)
    return httpx.Response(402, json=real.json(), headers={PAYMENT_REQUIRED: encode(changed)})


def correcting(
    running: RunningWorld, total: Money, *, key: bytes | None = None, change: Change | None = None
) -> Answer:
    """Answer every payment by a corrective 402 that claims a total, signed with a key or as the desk would."""
    desk, creator = running.front_desk, running.desk("creator").keyring.owner()

    async def answer(request: httpx.Request) -> httpx.Response | None:
        if PAYMENT_SIGNATURE not in request.headers:
            return None
        row = channel_of(running)
        bare = httpx.Request("POST", request.url, content=request.content, headers={"content-type": "application/json"})
        real = await running.front.pass_on(bare)
        signed = sign_voucher(desk.chain.chain_id, row.id, total, key or session_key(desk, creator))

        def states(offer: dict[str, Any]) -> None:
            offer["extra"]["channelState"] = {
                "channelId": row.id,
                "balance": str(row.balance.micros),
                "totalClaimed": "0",
                "withdrawRequestedAt": 0,
                "refundNonce": "0",
                "chargedCumulativeAmount": str(total.micros),
            }
            proof = {"signedMaxClaimable": str(total.micros), "signature": "0x" + signed.signature.hex()}
            offer["extra"]["voucherState"] = proof
            if change is not None:
                change(offer)

        wrong = with_offer(real, states)
        body = dict(ProblemError("channel.total").body())
        return httpx.Response(402, json=body, headers={PAYMENT_REQUIRED: wrong.headers[PAYMENT_REQUIRED]})

    return answer


TERMS: dict[str, Change] = {
    "dearer": lambda offer: offer.update(amount="10001"),
    "cheaper": lambda offer: offer.update(amount="1"),
    "payee": lambda offer: offer.update(payTo=ELSEWHERE),
    "token": lambda offer: offer.update(asset=ELSEWHERE),
    "chain": lambda offer: offer.update(network="eip155:5042002"),
    "domain": lambda offer: offer["extra"].update(name="USD Coin"),
    "a longer delay": lambda offer: offer["extra"].update(withdrawDelay=86_401),
    "no delay": lambda offer: offer["extra"].update(withdrawDelay=0),
    "nobody's signature": lambda offer: offer["extra"].update(receiverAuthorizer="0x" + "00" * 20),
}
LATER_TERMS = TERMS | {
    "another signer": lambda offer: offer["extra"].update(receiverAuthorizer=ELSEWHERE),
    "another delay": lambda offer: offer["extra"].update(withdrawDelay=900),
}


async def test_other_terms_get_no_deposit(running: RunningWorld) -> None:
    film = await running.publish()

    def lying(change: Change) -> Answer:
        async def answer(request: httpx.Request) -> httpx.Response | None:
            if not request.url.path.endswith("/pay") or PAYMENT_SIGNATURE in request.headers:
                return None
            return with_offer(await running.front.pass_on(request), change)

        return answer

    for lie, change in TERMS.items():
        running.front.answer = lying(change)
        with pytest.raises(ProblemError, match=r"payment\.terms_changed"):
            await running.fronted.playback.buy(film.content, first_chunk=1)
        assert running.front.vouchers == [], lie
    running.front.answer = None
    await running.fronted.playback.buy(film.content, first_chunk=1, max_deposit=PRICE)
    await running.settled()
    running.front.seen.clear()
    for lie, change in LATER_TERMS.items():
        running.front.answer = lying(change)
        with pytest.raises(ProblemError, match=r"payment\.terms_changed"):
            await running.fronted.playback.buy(film.content, first_chunk=2)
        assert running.front.vouchers == [], lie
    assert (await running.fronted.wallet.state()).in_flight == ZERO


async def test_other_terms_in_a_correction_get_no_second_signature(running: RunningWorld) -> None:
    film = await opened(running)
    for lie, change in LATER_TERMS.items():
        running.front.answer = correcting(running, PRICE * 3, change=change)
        with pytest.raises(ProblemError, match=r"payment\.terms_changed"):
            await running.fronted.playback.buy(film.content, first_chunk=2)
        assert len(running.front.signatures) == 1, lie
    assert money_of(running)[1:] == [(2, "unknown", "in_flight")]
    running.front.answer = None
    assert (await running.fronted.playback.buy(film.content, first_chunk=2)).state == "keyed"
    assert len(running.front.signatures) == 1
    await running.assert_reconciled()


@pytest.mark.parametrize("parts", [0, 3, 8, 40])
async def test_a_total_without_our_signature_is_not_believed(running: RunningWorld, parts: int) -> None:
    film = await opened(running)
    running.front.answer = correcting(running, PRICE * parts, key=b"\x01" * 32)
    for _ in range(3):
        with pytest.raises(ProblemError, match=r"channel\.refused"):
            await running.fronted.playback.buy(film.content, first_chunk=2)
    assert len(running.front.signatures) == 1
    assert channel_of(running).total == PRICE
    assert money_of(running)[1:] == [(2, "unknown", "in_flight")]
    running.front.answer = None
    await finish_open(running.front_desk)
    await running.assert_reconciled()


async def test_a_total_beyond_the_deposit_is_not_believed_even_signed(running: RunningWorld) -> None:
    film = await opened(running)
    beyond = channel_of(running).balance + Money(1)
    running.front.answer = correcting(running, beyond)
    with pytest.raises(ProblemError, match=r"channel\.refused"):
        await running.fronted.playback.buy(film.content, first_chunk=2)
    assert len(running.front.signatures) == 1


async def test_an_endless_correction_gets_two_attempts_a_click(running: RunningWorld) -> None:
    film = await opened(running)
    row = channel_of(running)
    totals = [PRICE * 4, PRICE * 5, PRICE * 4, PRICE * 5]

    async def endless(request: httpx.Request) -> httpx.Response | None:
        answer = correcting(running, totals[len(running.front.vouchers) % 2])
        return await answer(request)

    running.front.answer = endless
    for click in (1, 2):
        with pytest.raises(ProblemError, match=r"channel\.refused|payment\.unknown"):
            await running.fronted.playback.buy(film.content, first_chunk=2)
        assert len(running.front.vouchers) <= 2 * click
    signed = {Money(int(sent.payload.voucher.max_claimable_amount)) for sent in running.front.vouchers}
    # Whatever it keeps, it can claim no more than what it proved and one part.
    assert max(signed) <= PRICE * 6 <= row.balance


async def test_an_endless_402_gets_one_signature(running: RunningWorld) -> None:
    film = await opened(running)

    async def again(request: httpx.Request) -> httpx.Response | None:
        if PAYMENT_SIGNATURE not in request.headers:
            return None
        bare = httpx.Request("POST", request.url, content=request.content, headers={"content-type": "application/json"})
        return await running.front.pass_on(bare)

    running.front.answer = again
    for clicks in (1, 2, 3):
        with pytest.raises(ProblemError, match=r"payment\.required"):
            await running.fronted.playback.buy(film.content, first_chunk=2)
        assert len(running.front.vouchers) == clicks
    assert len(running.front.signatures) == 1
    assert money_of(running)[1:] == [(2, "unknown", "in_flight")]
    running.front.answer = None
    await finish_open(running.front_desk)
    await running.assert_reconciled()


@pytest.mark.parametrize("status", [500, 302, 200, 404, 402])
async def test_nonsense_leaves_the_promise_until_it_is_known(running: RunningWorld, status: int) -> None:
    film = await opened(running)
    headers = {"location": "https://elsewhere.example/"} if status == 302 else {}

    async def nonsense(request: httpx.Request) -> httpx.Response | None:
        is_payment = PAYMENT_SIGNATURE in request.headers
        return httpx.Response(status, text="<html>", headers=headers) if is_payment else None

    running.front.answer = nonsense
    for index in (2, 3, 2):
        with pytest.raises(ProblemError):
            await running.fronted.playback.buy(film.content, first_chunk=index)
    assert len(running.front.signatures) == 1
    wallet = await running.fronted.wallet.state()
    assert (wallet.promised, wallet.spent) == (PRICE, PRICE)
    running.front.answer = None
    await finish_open(running.front_desk)
    assert (await running.fronted.wallet.state()).promised == ZERO
    await running.assert_reconciled()


async def test_a_wrong_key_stops_the_channel(running: RunningWorld) -> None:
    film = await opened(running)

    async def wrong(request: httpx.Request) -> httpx.Response | None:
        if PAYMENT_SIGNATURE not in request.headers:
            return None
        real = await running.front.pass_on(request)
        body = real.json()
        if "keys" in body:
            body["keys"][0]["key"] = "00" * 32
        return httpx.Response(
            real.status_code, json=body, headers={PAYMENT_RESPONSE: real.headers.get(PAYMENT_RESPONSE, "")}
        )

    running.front.answer = wrong
    for index in (2, 3, 2):
        with pytest.raises(ProblemError, match=r"content\.wrong_key"):
            await running.fronted.playback.buy(film.content, first_chunk=index)
    assert len(running.front.signatures) == 1
    assert money_of(running)[1:] == [(2, "disputed", "spent")]
    with pytest.raises(ProblemError, match=r"content\.locked"):
        await running.fronted.playback.chunk(film.content, 2)
    running.front.answer = None
    assert (await running.fronted.playback.buy(film.content, first_chunk=3)).state == "keyed"
    assert await running.fronted.playback.chunk(film.content, 2) == film.plain[2]
    await running.assert_reconciled()


async def test_a_refusal_gives_the_promise_back_and_its_voucher_is_covered_by_the_next(running: RunningWorld) -> None:
    film = await opened(running)
    refused = json.dumps(ProblemError("channel.refused", reason="signature").body())

    async def refuse(request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(402, text=refused) if PAYMENT_SIGNATURE in request.headers else None

    running.front.answer = refuse
    with pytest.raises(ProblemError, match=r"channel\.refused"):
        await running.fronted.playback.buy(film.content, first_chunk=2)
    assert money_of(running)[1:] == [(2, "refused", "released")]
    assert (await running.fronted.wallet.state()).promised == ZERO
    running.front.answer = None
    await finish_open(running.front_desk)
    assert len(running.front.vouchers) == 1
    await running.fronted.playback.buy(film.content, first_chunk=3)
    totals = {sent.payload.voucher.max_claimable_amount for sent in running.front.vouchers}
    assert totals == {str(PRICE.micros * 2)}
    await running.assert_reconciled()


async def test_a_node_that_takes_a_voucher_and_denies_it_is_found_out_and_gets_no_more(running: RunningWorld) -> None:
    film = await opened(running)
    refused = json.dumps(ProblemError("channel.refused", reason="signature").body())

    async def deny(request: httpx.Request) -> httpx.Response | None:
        if PAYMENT_SIGNATURE not in request.headers:
            return None
        await running.front.pass_on(request)
        return httpx.Response(402, text=refused)

    running.front.answer = deny
    with pytest.raises(ProblemError, match=r"channel\.refused"):
        await running.fronted.playback.buy(film.content, first_chunk=2)
    running.front.answer = correcting(running, PRICE * 2)
    with pytest.raises(ProblemError):
        await running.fronted.playback.buy(film.content, first_chunk=3, chunk_count=2)
    for index in (5, 6):
        with pytest.raises(ProblemError):
            await running.fronted.playback.buy(film.content, first_chunk=index)
    with running.front_desk.database.read() as session:
        assert session.get_one(Channel, channel_of(running).id).open_intent is not None
    signed = max(int(sent.payload.voucher.max_claimable_amount) for sent in running.front.vouchers)
    assert signed <= PRICE.micros * 4
    running.front.answer = None
    await finish_open(running.front_desk)
    assert await running.fronted.playback.chunk(film.content, 2) == film.plain[2]
    assert (await running.fronted.playback.buy(film.content, first_chunk=5)).state == "keyed"
    await running.assert_reconciled()


async def test_a_node_restored_from_a_backup_goes_on_from_its_own_proof(running: RunningWorld) -> None:
    """It forgot two sales: what was paid for them is not charged again, and nothing is lost."""
    film = await opened(running, bought=4)
    row = channel_of(running)
    real = running.front.pass_on

    async def forgetful(request: httpx.Request) -> httpx.Response | None:
        if len(running.front.vouchers) == 1:
            return await correcting(running, PRICE * 2)(request)
        return None

    running.front.answer = forgetful
    with pytest.raises(ProblemError):
        # The node in this test has not really forgotten: it corrects the second attempt with what it has.
        await running.fronted.playback.buy(film.content, first_chunk=5)
    totals = [int(sent.payload.voucher.max_claimable_amount) for sent in running.front.vouchers]
    assert totals == [PRICE.micros * 5, PRICE.micros * 3]
    running.front.answer = None
    assert real is not None
    assert (await running.fronted.playback.buy(film.content, first_chunk=5)).state == "keyed"
    await running.settled()
    assert channel_of(running).total == row.total + PRICE
    await running.assert_reconciled()


async def test_what_the_node_says_it_charged_is_not_taken_on_trust(running: RunningWorld) -> None:
    film = await opened(running)

    async def dear(request: httpx.Request) -> httpx.Response | None:
        if PAYMENT_SIGNATURE not in request.headers:
            return None
        real = await running.front.pass_on(request)
        settled = decode(Settled, real.headers[PAYMENT_RESPONSE]).model_dump(mode="json", by_alias=True)
        settled["extra"]["channelState"]["chargedCumulativeAmount"] = str(PRICE.micros * 5)
        header = encode(Settled.model_validate(settled))
        return httpx.Response(200, content=real.content, headers={PAYMENT_RESPONSE: header})

    running.front.answer = dear
    await running.fronted.playback.buy(film.content, first_chunk=2)
    await running.settled()
    assert channel_of(running).total == PRICE * 2
    running.front.answer = None
    await running.fronted.playback.buy(film.content, first_chunk=3)
    await running.settled()
    assert len(running.front.vouchers) == 2
    await running.assert_reconciled()
