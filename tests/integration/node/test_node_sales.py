"""Selling: exactly what was offered, once, and the keys to nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx

from services.chain.authorization import PaymentTerms, sign_authorization
from services.chain.calls import pay_call
from services.chain.gateway import CreatorWithdrawn
from services.chain.relayer import OwnKeyRelayer
from services.db.ledger import balance
from services.db.transactions import SqlTransactionBook
from services.node.sales.booking import sync
from services.units.ids import ContentId, IntentId
from services.units.money import Money
from services.wire.x402 import PAYMENT_RESPONSE, PAYMENT_SIGNATURE, EscrowPayment, Settled, decode, encode
from tests.fixtures.chain import STRANGER, VIEWER, HandClock
from tests.fixtures.node_caller import NodeCaller, at_the_door, edited
from tests.fixtures.world import PRICE, RunningWorld, SealedFilm

MONEY = Money(1_000_000)


def give(running: RunningWorld, *, to: object = VIEWER.address, amount: Money = MONEY) -> None:
    running.chain.fund(to, usdc=amount, gas_wei=0)  # type: ignore[arg-type]


def keys(answer: httpx.Response) -> dict[int, str]:
    assert answer.status_code == 200, answer.text
    return {key["index"]: key["key"] for key in answer.json()["keys"]}


async def test_a_chunk_is_sold_for_its_price(running: RunningWorld) -> None:
    film = await running.publish()
    give(running)
    async with at_the_door(running.world, VIEWER) as (viewer,):
        answer = await viewer.buy(film.content)
        assert keys(answer) == {1: film.keys[1]}
        settled = decode(Settled, answer.headers[PAYMENT_RESPONSE])
        (paid,) = running.payments()
        assert (settled.success, settled.transaction, settled.payer) == (True, paid.tx, VIEWER.address)
        assert (await viewer.http.get("/users/me/spending")).json()["paid"] == str(PRICE.micros)
    running.verify_books()


async def test_stream_gives_the_free_and_the_own_and_offers_the_rest(running: RunningWorld) -> None:
    film = await running.publish()
    give(running)
    path = f"/content/{film.content}/stream"
    async with at_the_door(running.world, VIEWER, STRANGER) as (viewer, stranger):
        assert keys(await viewer.http.post(path, json={"chunk": 0})) == {0: film.keys[0]}
        refused = await viewer.http.post(path, json={"chunk": 2})
        assert (refused.status_code, refused.json()["code"]) == (402, "payment.required")
        assert refused.headers["cache-control"] == "no-store"
        assert "keys" not in refused.json()
        first_paid = await viewer.http.post(path, json={})
        assert first_paid.status_code == 402
        await viewer.buy(film.content)
        assert keys(await viewer.http.post(path, json={"chunk": 1})) == {1: film.keys[1]}
        assert (await stranger.http.post(path, json={"chunk": 1})).status_code == 402
        for chunk in (6, 10_000):
            assert (await viewer.http.post(path, json={"chunk": chunk})).status_code == 404
        for nonsense in (-1, 10**9, "x"):
            assert (await viewer.http.post(path, json={"chunk": nonsense})).status_code == 422


async def test_keys_are_for_the_entitled_only(running: RunningWorld) -> None:
    film = await running.publish()
    give(running)
    path = f"/content/{film.content}/keys"
    async with at_the_door(running.world, VIEWER, STRANGER) as (viewer, stranger):
        await viewer.buy(film.content, first=2, count=2)
        assert keys(await viewer.http.get(path)) == {index: film.keys[index] for index in (0, 2, 3)}
        assert keys(await stranger.http.get(path)) == {0: film.keys[0]}
    own = await running.desk("creator").node.send("GET", path)
    assert keys(own) == dict(enumerate(film.keys))


Change = Callable[[dict[str, Any]], None]
ELSEWHERE = STRANGER.address


def _accepted(**changes: Any) -> Change:
    return lambda data: data["accepted"].update(changes)


def _extra(**changes: Any) -> Change:
    return lambda data: data["accepted"]["extra"].update(changes)


def _message(**changes: Any) -> Change:
    return lambda data: data["payload"]["authorization"].update(changes)


ALTERED: dict[str, Change] = {
    "price accepted": _accepted(amount="1"),
    "payee accepted": _accepted(payTo=ELSEWHERE),
    "token accepted": _accepted(asset=ELSEWHERE),
    "chain accepted": _accepted(network="eip155:1"),
    "creator accepted": _extra(creator=ELSEWHERE),
    "content accepted": _extra(contentId="0x" + "11" * 32),
    "range accepted": _extra(firstChunk=2),
    "count accepted": _extra(chunkCount=2),
    "value": _message(value="1"),
    "more value": _message(value="10001"),
    "to": _message(to=ELSEWHERE),
    "from": _message(**{"from": ELSEWHERE}),
    "nonce": _message(nonce="0x" + "22" * 32),
    "never valid": _message(validAfter="10", validBefore="10"),
    "run out": _message(validBefore="1700000000"),
    "not yet": _message(validAfter="1900000000", validBefore="1900000100"),
    "longer": _message(validBefore="9999999999"),
    "signature": lambda data: data["payload"].update(signature="0x" + "11" * 65),
    "high s": lambda data: data["payload"].update(signature="0x" + "11" * 32 + "ff" * 32 + "1b"),
}


async def test_an_altered_payment_is_refused_and_nothing_is_sent(running: RunningWorld) -> None:
    film = await running.publish()
    give(running)
    async with at_the_door(running.world, VIEWER) as (viewer,):
        payment = viewer.payment(await viewer.offer(film.content))
        for how, change in ALTERED.items():
            answer = await _pay_for_one(viewer, film, edited(payment, change))
            assert answer.json()["code"] in ("payment.terms_changed", "payment.refused"), how
            assert running.world.node.book.list_open(running.world.node.relayer.sender) == [], how
        assert running.payments() == []
        assert keys(await viewer.pay(film.content, payment)) == {1: film.keys[1]}


async def _pay_for_one(viewer: NodeCaller, film: SealedFilm, payment: EscrowPayment) -> httpx.Response:
    headers = {PAYMENT_SIGNATURE: encode(payment)}
    body = {"first_chunk": 1, "chunk_count": 1}
    return await viewer.http.post(f"/content/{film.content}/pay", json=body, headers=headers)


SIGNED_OTHERWISE: dict[str, dict[str, Any]] = {
    "price": {"amount": Money(1)},
    "creator": {"creator": ELSEWHERE},
    "content": {"content_id": ContentId("0x" + "33" * 32)},  # type: ignore[arg-type]
    "range": {"first_chunk": 2},
    "chain": {"chain_id": 5042002},
    "token": {"token": ELSEWHERE},
    "escrow": {"escrow": ELSEWHERE},
    "payer": {"payer": ELSEWHERE},
}


async def test_a_signature_over_other_terms_is_refused(running: RunningWorld) -> None:
    film = await running.publish()
    give(running)
    async with at_the_door(running.world, VIEWER) as (viewer,):
        offer = await viewer.offer(film.content)
        for what, terms in SIGNED_OTHERWISE.items():
            answer = await _pay_for_one(viewer, film, viewer.payment(offer, **terms))
            assert answer.json()["code"] in ("payment.terms_changed", "payment.refused"), what
    assert running.payments() == []


async def test_a_nonsense_header_is_refused(running: RunningWorld) -> None:
    film = await running.publish()
    path = f"/content/{film.content}/pay"
    async with at_the_door(running.world, VIEWER) as (viewer,):
        for header in ("", "x", "e30=", "é", "W10=", "A" * 20_000, "bnVsbA=="):
            headers = {PAYMENT_SIGNATURE.encode(): header.encode("latin-1")}
            answer = await viewer.http.post(path, json={"first_chunk": 1}, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid"), header[:10]


async def test_the_same_payment_again_gives_the_same_answer_and_no_charge(running: RunningWorld) -> None:
    film = await running.publish()
    give(running)
    async with at_the_door(running.world, VIEWER) as (viewer,):
        payment = viewer.payment(await viewer.offer(film.content))
        answers = [(await viewer.pay(film.content, payment)).json() for _ in range(3)]
        assert answers[0] == answers[1] == answers[2]
        offered = await viewer.http.post(f"/content/{film.content}/pay", json={"first_chunk": 1})
        assert offered.json()["code"] == "content.owned"
    assert len(running.payments()) == 1


async def test_a_foreign_account_cannot_use_a_payment(running: RunningWorld) -> None:
    film = await running.publish()
    give(running)
    async with at_the_door(running.world, VIEWER, STRANGER) as (viewer, stranger):
        payment = viewer.payment(await viewer.offer(film.content))
        assert (await stranger.pay(film.content, payment)).json()["params"] == {"reason": "payer"}
        await viewer.pay(film.content, payment)
        assert (await stranger.pay(film.content, payment)).json()["params"] == {"reason": "payer"}
    async with at_the_door(running.world, STRANGER, signed_in=False) as (stranger,):
        # The authorization is public now that it is on the chain: it proves nothing about who brings it.
        answer = await stranger.pay(film.content, payment)
        assert (answer.status_code, answer.json()["code"]) == (409, "content.owned")
    assert len(running.payments()) == 1


async def test_sixty_four_requests_at_once_are_one_charge(running: RunningWorld) -> None:
    film = await running.publish()
    give(running)
    async with at_the_door(running.world, VIEWER) as (viewer,):
        payment = viewer.payment(await viewer.offer(film.content))
        answers = await asyncio.gather(*(viewer.pay(film.content, payment) for _ in range(64)))
    assert all(keys(answer) == {1: film.keys[1]} for answer in answers)
    assert len(running.payments()) == 1
    running.verify_books()


async def test_ranges_that_overlap_are_not_both_sold(running: RunningWorld) -> None:
    film = await running.publish()
    give(running)
    async with at_the_door(running.world, VIEWER) as (viewer,):
        ranges = ((1, 1), (1, 3), (2, 2), (3, 1), (1, 5))
        payments = [viewer.payment(await viewer.offer(film.content, first=f, count=c)) for f, c in ranges]
        answers = await asyncio.gather(*(viewer.pay(film.content, payment) for payment in payments))
    assert {answer.status_code for answer in answers} <= {200, 409}
    bought = [
        index for paid in running.payments() for index in range(paid.first_chunk, paid.first_chunk + paid.chunk_count)
    ]
    assert len(bought) == len(set(bought)) > 0


async def test_who_has_too_little_is_told_and_can_try_again(running: RunningWorld) -> None:
    film = await running.publish()
    async with at_the_door(running.world, VIEWER) as (viewer,):
        payment = viewer.payment(await viewer.offer(film.content))
        assert (await viewer.pay(film.content, payment)).json()["code"] == "payment.insufficient"
        assert running.payments() == []
        give(running)
        assert keys(await viewer.pay(film.content, payment)) == {1: film.keys[1]}
    assert len(running.payments()) == 1


async def test_a_new_signature_after_the_old_one_ran_out(running: RunningWorld, hand_clock: HandClock) -> None:
    film = await running.publish()
    async with at_the_door(running.world, VIEWER) as (viewer,):
        offer = await viewer.offer(film.content)
        old = viewer.payment(offer)
        await viewer.pay(film.content, old)
        hand_clock.advance(timedelta(minutes=5))
        give(running)
        assert (await viewer.pay(film.content, old)).json()["code"] == "payment.refused"
        assert keys(await viewer.pay(film.content, viewer.payment(offer))) == {1: film.keys[1]}
    assert len(running.payments()) == 1


def pay_directly(running: RunningWorld, film: SealedFilm, amount: Money, *, count: int = 1) -> None:
    """Bring a payment to the Escrow without asking the node, as anybody may."""
    chain, node = running.world.chain, running.world.node
    now = chain.head().timestamp
    terms = PaymentTerms(
        chain_id=chain.chain_id, token=chain.token, escrow=chain.escrow, payer=VIEWER.address,
        creator=running.desk("creator").keyring.owner(), content_id=film.content, first_chunk=1, chunk_count=count,
        amount=amount, valid_after=now - 60, valid_before=now + 100,
    )  # fmt: skip
    relayer = OwnKeyRelayer(chain, STRANGER.key, SqlTransactionBook(node.database))
    running.chain.fund(STRANGER.address, usdc=Money(0), gas_wei=10**18)
    call = pay_call(sign_authorization(terms, VIEWER.key))
    assert relayer.wait(relayer.submit(IntentId("directly"), call), timeout_s=60).is_ok


async def test_a_direct_payment_below_the_price_opens_nothing(running: RunningWorld) -> None:
    film = await running.publish()
    give(running)
    pay_directly(running, film, Money(PRICE.micros - 1))
    async with at_the_door(running.world, VIEWER) as (viewer,):
        await viewer.http.get("/users/me/spending")
        assert keys(await viewer.http.get(f"/content/{film.content}/keys")) == {0: film.keys[0]}
        assert (await viewer.http.get("/users/me/spending")).json()["paid"] == str(PRICE.micros - 1)


async def test_a_direct_payment_of_the_price_opens_the_chunks(running: RunningWorld) -> None:
    film = await running.publish()
    give(running)
    pay_directly(running, film, PRICE * 2, count=2)
    async with at_the_door(running.world, VIEWER) as (viewer,):
        await viewer.http.get("/users/me/spending")
        found = keys(await viewer.http.get(f"/content/{film.content}/keys"))
        assert found == {index: film.keys[index] for index in range(3)}


async def test_who_was_overtaken_by_an_own_payment_gets_the_key(running: RunningWorld) -> None:
    """Anybody may bring an authorization to the Escrow first; the node then looks instead of refusing."""
    film = await running.publish()
    give(running)
    pay_directly(running, film, PRICE)
    async with at_the_door(running.world, VIEWER) as (viewer,):
        offer = await viewer.offer(film.content)
        assert keys(await viewer.pay(film.content, viewer.payment(offer))) == {1: film.keys[1]}
    assert len(running.payments()) == 1


async def test_the_ledger_is_the_chain(running: RunningWorld) -> None:
    """Odd prices, several films: the sums on the dashboard are creatorBalances to the unit."""
    films = [await running.publish(price=Money(price)) for price in (1, 7, 3_333)]
    give(running)
    async with at_the_door(running.world, VIEWER) as (viewer,):
        for film in films:
            for first, count in ((1, 1), (2, 3)):
                assert (await viewer.buy(film.content, first=first, count=count)).status_code == 200
    await running.creator.payouts.withdraw()
    async with at_the_door(running.world, VIEWER) as (viewer,):
        assert (await viewer.buy(films[2].content, first=5)).status_code == 200
    sync(running.world.node)
    creator, chain, node = running.desk("creator").keyring.owner(), running.world.chain, running.world.node
    events = chain.escrow_events(0, chain.head().number)
    withdrawn = sum((e.amount for e in events if isinstance(e, CreatorWithdrawn)), Money(0))
    with node.database.read() as session:
        assert balance(session, f"creator:{creator}") == chain.creator_balance(creator)
        assert balance(session, f"withdrawn:{creator}") == withdrawn
        assert balance(session, "platform") == chain.platform_balance()
        assert -balance(session, f"payer:{VIEWER.address}") == chain.creator_gross(creator)
    overview = await running.creator.earnings.overview()
    tiles = {tile.name: tile.value for tile in overview.tiles}
    assert tiles["available"] == chain.creator_balance(creator)
    assert tiles["today"] == sum((sale.share for sale in overview.sales), Money(0)) == tiles["available"] + withdrawn
    running.verify_books()
