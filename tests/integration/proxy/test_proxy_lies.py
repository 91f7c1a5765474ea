"""The paying proxy before nodes that lie, and callers that have no business: nothing is signed for them."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from services.proxy.app import MAX_REQUEST_BYTES, PAYABLE_BYTES
from services.proxy.purse import Limits
from services.proxy.transfers import look_up_all
from services.units.money import ZERO
from services.wire.x402 import PAYMENT_REQUIRED, PAYMENT_RESPONSE, TOTAL_MISMATCH, ChannelPayment, DepositPayload
from tests.fixtures.world import PRICE
from tests.fixtures.world_with_pay_proxy import MONEY, PROXY_LIMITS, PayWorld, SeenAnswer, keys_of, refused

EXACT = replace(PROXY_LIMITS, by_channel=False)
METHODS = pytest.mark.parametrize("limits", [PROXY_LIMITS, EXACT], ids=["channel", "exact"])
ELSEWHERE = "0x" + "ab" * 20
Offer = dict[str, Any]


def in_each(**changes: Any) -> Callable[[Offer], None]:
    def change(content: Offer) -> None:
        for one in content["accepts"]:
            one.update(changes)

    return change


def in_extra(**changes: Any) -> Callable[[Offer], None]:
    def change(content: Offer) -> None:
        for one in content["accepts"]:
            one["extra"].update(changes)

    return change


def another_escrow(content: Offer) -> None:
    content["extensions"]["museclock"]["info"]["escrow"]["payTo"] = ELSEWHERE


def another_creator(content: Offer) -> None:
    content["extensions"]["museclock"]["info"]["escrow"]["extra"]["creator"] = ELSEWHERE


def no_creator(content: Offer) -> None:
    del content["extensions"]


def only_unknown_ways(content: Offer) -> None:
    content["accepts"] = [{**content["accepts"][-1], "scheme": "upto"}]


LIES = {
    "another chain": (in_each(network="eip155:1"), "offer"),
    "another token": (in_each(asset=ELSEWHERE), "offer"),
    "another token's name": (in_extra(name="USD Coin"), "offer"),
    "another token's version": (in_extra(version="1"), "offer"),
    "another payee": (in_each(payTo=ELSEWHERE), "offer"),
    "another Escrow": (another_escrow, "offer"),
    "another creator": (another_creator, "offer"),
    "no creator": (no_creator, "offer"),
    "no known way": (only_unknown_ways, "offer"),
    "nothing": (in_each(amount="0"), "offer"),
    "more than one request may cost": (in_each(amount="100001"), "price"),
    "more than there is": (in_each(amount=str(2**63 - 1)), "price"),
    "more than can be counted": (in_each(amount="9" * 19), "offer"),
}
CHANNEL_LIES = {
    "a month's delay": (in_extra(withdrawDelay=2_592_000), "offer"),
    "no delay": (in_extra(withdrawDelay=1), "offer"),
    "nobody who signs refunds": (in_extra(receiverAuthorizer="0x" + "00" * 20), "offer"),
}


@METHODS
@pytest.mark.parametrize("lie", LIES)
async def test_no_lie_is_signed(pay_world: PayWorld, limits: Limits, lie: str) -> None:
    change, word = LIES[lie]
    await _assert_nothing_is_signed(pay_world, limits, change, word)


@pytest.mark.parametrize("lie", CHANNEL_LIES)
async def test_no_lie_about_a_channel_is_signed(pay_world: PayWorld, lie: str) -> None:
    change, word = CHANNEL_LIES[lie]
    await _assert_nothing_is_signed(pay_world, PROXY_LIMITS, change, word)


async def _assert_nothing_is_signed(
    pay_world: PayWorld, limits: Limits, change: Callable[[Offer], None], word: str
) -> None:
    film = await pay_world.served.running.publish()
    pay_world.front.change = lambda answer: answer.edit_offer(change)
    async with pay_world.proxy(limits) as proxy:
        assert refused(await proxy.buy(film.content, 1)) == word
        assert (pay_world.front.paid, proxy.rows(), proxy.standing().committed) == ([], [], ZERO)
        pay_world.front.change = lambda _: None
        assert keys_of(await proxy.buy(film.content, 1))


async def test_a_402_without_an_offer_is_passed_on(pay_world: PayWorld) -> None:
    film = await pay_world.served.running.publish()
    for held in ([], [(PAYMENT_REQUIRED.lower().encode(), b"e30=")]):

        def strip(answer: SeenAnswer, held: list[tuple[bytes, bytes]] = held) -> None:
            answer.headers = held

        pay_world.front.change = strip
        async with pay_world.proxy() as proxy:
            answer = await proxy.buy(film.content, 1)
            assert (answer.status_code, answer.headers.get("pay-proxy")) == (402, None)
            assert answer.json()["code"] == "payment.required"
            assert proxy.rows() == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_not_followed(pay_world: PayWorld, status: int) -> None:
    film = await pay_world.served.running.publish()

    def send_away(answer: SeenAnswer) -> None:
        answer.status = status
        answer.headers.append((b"location", f"{pay_world.served.url}/health".encode()))

    pay_world.front.change = send_away
    async with pay_world.proxy() as proxy:
        answer = await proxy.buy(film.content, 1)
        assert (refused(answer), "location" in answer.headers) == ("redirect", False)
        assert (len(pay_world.front.requests), proxy.rows()) == (1, [])


async def test_a_redirected_payment_is_unclear(pay_world: PayWorld) -> None:
    film = await pay_world.served.running.publish()

    def send_away(answer: SeenAnswer) -> None:
        if answer.is_paid:
            answer.status, pay_world.front.change = 307, lambda _: None

    pay_world.front.change = send_away
    async with pay_world.proxy() as proxy:
        assert refused(await proxy.buy(film.content, 1)) == "unclear"
        assert keys_of(await proxy.buy(film.content, 1))
        assert len(set(pay_world.front.paid)) == 1


@METHODS
async def test_an_endless_402_gets_two_payments_at_most(pay_world: PayWorld, limits: Limits) -> None:
    film = await pay_world.served.running.publish()
    asked: list[SeenAnswer] = []

    def ask_again(answer: SeenAnswer) -> None:
        if not answer.is_paid and answer.status == 402:
            asked.append(answer)
        elif answer.is_paid:
            answer.status, answer.headers, answer.body = 402, asked[0].headers, b"{}"

    pay_world.front.change = ask_again
    async with pay_world.proxy(limits) as proxy:
        for _again in range(4):
            assert (await proxy.buy(film.content, 1)).status_code == 402
        assert len(proxy.rows()) <= 4
        # The node had the money at the first payment, whatever it said: never is more promised than two prices.
        assert proxy.standing().spent <= PRICE * 2
    assert pay_world.wallet >= MONEY - PRICE * 5


async def _mismatch(pay_world: PayWorld, said: str, signature: str | None) -> Callable[[SeenAnswer], None]:
    """Answer every voucher by a total of the node's own invention."""
    asked: list[Offer] = []

    def lie(answer: SeenAnswer) -> None:
        if not answer.is_paid:
            answer.edit_offer(asked.append)
            return
        payment = pay_world.front.payments[-1]
        assert isinstance(payment, ChannelPayment)
        content = json.loads(json.dumps(asked[-1]))
        content["error"] = TOTAL_MISMATCH
        extra = content["accepts"][0]["extra"]
        extra["channelState"] = {
            "channelId": payment.payload.voucher.channel_id, "balance": "900000", "totalClaimed": "0",
            "withdrawRequestedAt": 0, "refundNonce": "0", "chargedCumulativeAmount": said,
        }  # fmt: skip
        if signature is not None:
            extra["voucherState"] = {"signedMaxClaimable": said, "signature": signature}
        header = base64.b64encode(json.dumps(content).encode())
        answer.status, answer.body = 402, b"{}"
        answer.headers = [(PAYMENT_REQUIRED.lower().encode(), header)]

    return lie


@pytest.mark.parametrize("signature", [None, "0x" + "11" * 65], ids=["none", "a stranger's"])
async def test_a_total_without_our_signature_is_not_believed(pay_world: PayWorld, signature: str | None) -> None:
    film = await pay_world.served.running.publish()
    async with pay_world.proxy() as proxy:
        assert keys_of(await proxy.buy(film.content, 1))
        pay_world.front.change = await _mismatch(pay_world, "30000", signature)
        answer = await proxy.buy(film.content, 2)
        assert refused(answer) == "channel"
        assert len(pay_world.front.paid) == 2
        assert proxy.standing().spent <= PRICE * 2
        pay_world.front.change = lambda _: None
        assert keys_of(await proxy.buy(film.content, 2))
        assert proxy.standing().spent == PRICE * 2


async def test_a_price_that_changes_with_a_correction_is_not_paid(pay_world: PayWorld) -> None:
    film = await pay_world.served.running.publish()
    async with pay_world.proxy() as proxy:
        assert keys_of(await proxy.buy(film.content, 1))
    dearer = in_each(amount="20000")

    def raise_price(answer: SeenAnswer) -> None:
        if answer.is_paid:
            answer.edit_offer(dearer)

    pay_world.front.change = raise_price
    # A new profile does not know the total, and gets an honest correction with a dishonest price.
    async with pay_world.proxy(profile="new") as proxy:
        assert refused(await proxy.buy(film.content, 2)) == "offer"
        assert len(pay_world.front.paid) == 2


async def test_a_deposit_that_was_refused_goes_along_next_time(pay_world: PayWorld) -> None:
    film = await pay_world.served.running.publish()

    def refuse(answer: SeenAnswer) -> None:
        if answer.is_paid:
            answer.status, answer.headers, answer.body = 400, [], b'{"code": "request.invalid"}'

    inner, pay_world.front.app = pay_world.front.app, _closed(pay_world.front.app)
    pay_world.front.change = refuse
    async with pay_world.proxy() as proxy:
        assert (await proxy.buy(film.content, 1)).status_code == 400
        before = proxy.standing()
        pay_world.front.app, pay_world.front.change = inner, lambda _: None
        assert keys_of(await proxy.buy(film.content, 1))
        assert proxy.standing() == before
    first, second = pay_world.front.payments
    assert isinstance(first, ChannelPayment)
    assert isinstance(second, ChannelPayment)
    assert isinstance(first.payload, DepositPayload)
    assert first.payload == second.payload


def _closed(app: Any) -> Any:
    """Keep payments from the node."""

    async def closed(scope: Any, receive: Any, send: Any) -> None:
        if any(name == b"payment-signature" for name, _ in scope["headers"]):
            await send({"type": "http.response.start", "status": 400, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        await app(scope, receive, send)

    return closed


async def test_strangers_and_pages_reach_no_node(pay_world: PayWorld) -> None:
    film = await pay_world.served.running.publish()
    async with pay_world.proxy() as proxy:
        path = f"/content/{film.content}/pay"
        tried = [
            await proxy.buy(film.content, 1, Origin="https://evil.example"),
            await proxy.buy(film.content, 1, **{"Sec-Fetch-Site": "cross-site"}),
            await proxy.buy(film.content, 1, Host="evil.example"),
            await proxy.http.post(f"{proxy.url}/other.example{path}", json={"first_chunk": 1}),
            await proxy.http.post(proxy.base.replace("5" * 32, "6" * 32) + path, json={"first_chunk": 1}),
            await proxy.http.options(proxy.base + path, headers={"Origin": "https://evil.example"}),
        ]
        assert [answer.status_code for answer in tried] == [403] * 6
        assert [refused(answer) for answer in tried] == ["page", "page", "address", "node", "address", "page"]
        assert not any(name.startswith("access-control") for answer in tried for name in answer.headers)
        assert (pay_world.front.requests, proxy.rows()) == ([], [])


async def test_what_a_client_sends_of_its_own_stays_here(pay_world: PayWorld) -> None:
    film = await pay_world.served.running.publish()
    async with pay_world.proxy() as proxy:
        answer = await proxy.buy(
            film.content, 1, **{"Payment-Signature": "e30=", "Cookie": "a=b", "Referer": f"{proxy.base}/x"}
        )
        assert keys_of(answer)
        # Who is told what was paid may not be a page that the node sent.
        assert answer.headers["content-security-policy"].startswith("sandbox")
        assert answer.headers[PAYMENT_RESPONSE]
    sent = json.dumps(pay_world.front.requests)
    assert "5" * 32 not in sent
    assert len(pay_world.front.paid) == 1
    assert not any("cookie" in headers or "referer" in headers for _, headers in pay_world.front.requests)


async def test_long_requests_pass_and_are_not_paid_for(pay_world: PayWorld) -> None:
    film = await pay_world.served.running.publish()
    asked: list[SeenAnswer] = []
    async with pay_world.proxy() as proxy:
        path = f"{proxy.base}/content/{film.content}/pay"
        pay_world.front.change = asked.append
        body = json.dumps({"first_chunk": 1}).encode()
        long = body + b" " * (PAYABLE_BYTES * 3)
        answer = await proxy.http.post(path, content=long, headers={"Content-Type": "application/json"})
        assert (refused(answer), asked[0].status) == ("too_large", 402)
        url = httpx.URL(path)
        reader, writer = await asyncio.open_connection(url.host, url.port)
        head = f"POST {url.path} HTTP/1.1\r\nHost: {url.netloc.decode()}\r\nContent-Length: {MAX_REQUEST_BYTES + 1}"
        writer.write(head.encode() + b"\r\n\r\n")
        assert b" 413 " in await reader.readline()
        writer.close()
        await writer.wait_closed()
        assert (len(asked), pay_world.front.paid) == (1, [])


async def test_long_answers_come_as_they_are(pay_world: PayWorld) -> None:
    film = await pay_world.served.running.publish()
    long = bytes(range(256)) * 20_000

    def lengthen(answer: SeenAnswer) -> None:
        if answer.status == 200:
            answer.body, answer.status = long, 200

    pay_world.front.change = lengthen
    async with pay_world.proxy() as proxy:
        assert (await proxy.http.get(f"{proxy.base}/health")).content == long
        assert (await proxy.buy(film.content, 1)).content == long
        (row,) = await proxy.handed_over()
        assert (row.state, row.delivered, row.answer) == ("paid", 1, None)
        assert proxy.standing().spent == PRICE


async def test_a_node_that_is_gone_is_said_so(pay_world: PayWorld) -> None:
    async with pay_world.proxy(nodes=("http://127.0.0.1:9",)) as proxy:
        answer = await proxy.http.get(f"{proxy.url}/127.0.0.1:9/health")
        assert (answer.status_code, refused(answer)) == (502, "unreachable")


async def test_a_transfer_that_never_came_frees_the_budget_when_it_cannot_come_any_more(pay_world: PayWorld) -> None:
    film = await pay_world.served.running.publish()
    inner, pay_world.front.app = pay_world.front.app, _closed(pay_world.front.app)
    async with pay_world.proxy(replace(EXACT, budget=PRICE)) as proxy:
        assert (await proxy.buy(film.content, 1)).status_code == 400
        pay_world.front.app = inner
        # Until its time is over the node could still bring it.
        assert refused(await proxy.buy(film.content, 2)) == "budget"
        later = replace(proxy.purse, chain=_Later(proxy.purse.chain))
        look_up_all(later)
        assert (proxy.standing().spent, proxy.rows()[0].state) == (ZERO, "void")
        assert keys_of(await proxy.buy(film.content, 2))
        assert proxy.standing().spent == PRICE


class _Later:
    """The chain, two hours on."""

    def __init__(self, chain: Any) -> None:
        self._chain = chain

    def head(self) -> Any:
        head = self._chain.head()
        return replace(head, timestamp=head.timestamp + 7_200)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._chain, name)
