"""Selling by x402's exact: one signed transfer into the creator's till buys one thing, once."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from services.chain.authorization import TransferTerms, transfer_digest
from services.chain.calls import transfer_authorized_call
from services.chain.hashing import sign_digest
from services.db.ledger import balance
from services.node.channels.claims import ClaimRules
from services.node.channels.watch import make_round
from services.node.sales.booking import sync
from services.node.till import TIPS, pending
from services.units.address import bytes32
from services.units.ids import ContentId, named_intent
from services.units.money import ZERO, Money
from services.wire.x402 import (
    PAYMENT_REQUIRED,
    PAYMENT_RESPONSE,
    PAYMENT_SIGNATURE,
    Authorization,
    ExactPayment,
    Payload,
    PaymentRequired,
    Settled,
    decode,
    encode,
)
from tests.fixtures.chain import STRANGER, VIEWER, Person
from tests.fixtures.node_caller import NodeCaller, at_the_door
from tests.fixtures.world import PRICE, RunningWorld

MONEY = Money(1_000_000)
NONCE = bytes32(b"\x05" * 32)


async def offered(caller: NodeCaller, content: ContentId, chunk: int) -> PaymentRequired:
    answer = await caller.http.post(f"/content/{content}/stream", json={"chunk": chunk})
    return decode(PaymentRequired, answer.headers[PAYMENT_REQUIRED])


def signed(running: RunningWorld, required: PaymentRequired, who: Person = VIEWER, **changes: Any) -> ExactPayment:
    """Sign the exact offer; changes are to what is signed."""
    offer = required.exact
    assert offer is not None
    now = running.world.chain.head().timestamp
    fields: dict[str, Any] = {
        "payer": who.address,
        "payee": offer.pay_to,
        "amount": offer.money,
        "valid_after": 0,
        "valid_before": now + 120,
        "nonce": NONCE,
    }
    terms = TransferTerms(**{**fields, **changes})
    digest = transfer_digest(running.world.chain.chain_id, running.world.chain.token, terms)
    message = Authorization(
        payer=terms.payer,
        to=terms.payee,
        value=str(terms.amount.micros),
        valid_after=str(terms.valid_after),
        valid_before=str(terms.valid_before),
        nonce=terms.nonce,
    )
    return ExactPayment(
        accepted=offer,
        payload=Payload(signature="0x" + sign_digest(digest, who.key).hex(), authorization=message),
    )


async def pay(caller: NodeCaller, content: ContentId, payment: ExactPayment, chunk: int) -> httpx.Response:
    headers = {PAYMENT_SIGNATURE: encode(payment)}
    return await caller.http.post(f"/content/{content}/stream", json={"chunk": chunk}, headers=headers)


def keys(answer: httpx.Response) -> dict[int, str]:
    assert answer.status_code == 200, answer.text
    return {key["index"]: key["key"] for key in answer.json()["keys"]}


def books(running: RunningWorld, *accounts: str) -> list[Money]:
    with running.world.node.database.read() as session:
        return [balance(session, account) for account in accounts]


async def test_a_transfer_buys_a_chunk_and_ends_in_the_creators_ninety(running: RunningWorld) -> None:
    film = await running.publish()
    running.chain.fund(VIEWER.address, usdc=MONEY, gas_wei=0)
    owner, chain = running.desk("creator").keyring.owner(), running.world.chain
    async with at_the_door(running.world, VIEWER, signed_in=False) as (viewer,):
        payment = signed(running, await offered(viewer, film.content, 1))
        answer = await pay(viewer, film.content, payment, 1)
        assert keys(answer) == {1: film.keys[1]}
        said = decode(Settled, answer.headers[PAYMENT_RESPONSE])
        receipt = chain.receipt(bytes32(said.transaction))
        assert receipt is not None
        assert receipt.is_ok
        assert books(running, f"payer:{VIEWER.address}", pending(owner)) == [-PRICE, Money(9_000)]
    await running.desk("creator").node.send_proven("POST", "/creators/collect")
    assert (chain.creator_balance(owner), chain.platform_balance()) == (Money(9_000), Money(1_000))
    assert books(running, pending(owner), f"creator:{owner}", TIPS) == [ZERO, Money(9_000), ZERO]
    running.verify_books()


async def test_one_transfer_for_four_chunks_buys_one(running: RunningWorld) -> None:
    film = await running.publish()
    running.chain.fund(VIEWER.address, usdc=MONEY, gas_wei=0)
    async with at_the_door(running.world, VIEWER, signed_in=False) as (viewer,):
        payment = signed(running, await offered(viewer, film.content, 1))
        answers = await asyncio.gather(*(pay(viewer, film.content, payment, chunk) for chunk in range(1, 5)))
        assert sorted(answer.status_code for answer in answers) == [200, 402, 402, 402]
        for answer in answers:
            if answer.status_code == httpx.codes.PAYMENT_REQUIRED:
                assert not decode(Settled, answer.headers[PAYMENT_RESPONSE]).success
        repeated = await pay(viewer, film.content, payment, 5)
        assert repeated.json()["params"] == {"reason": "nonce"}
    assert running.world.chain.token_balance(VIEWER.address) == MONEY - PRICE


async def test_what_is_signed_is_what_is_offered(running: RunningWorld) -> None:
    film = await running.publish()
    running.chain.fund(VIEWER.address, usdc=MONEY, gas_wei=0)
    async with at_the_door(running.world, VIEWER, STRANGER, signed_in=False) as (viewer, _):
        required = await offered(viewer, film.content, 1)
        now = running.world.chain.head().timestamp
        wrong: dict[str, dict[str, Any]] = {
            "less": {"amount": Money(1)},
            "more": {"amount": PRICE + Money(1)},
            "another payee": {"payee": STRANGER.address},
            "the escrow": {"payee": running.world.chain.escrow},
            "another's money": {"payer": STRANGER.address},
            "run out": {"valid_before": now + 1},
            "not yet": {"valid_after": now + 60},
        }
        for name, changes in wrong.items():
            answer = await pay(viewer, film.content, signed(running, required, **changes), 1)
            assert answer.status_code in (402, 409), name
            assert answer.json()["code"] in ("payment.terms_changed", "payment.refused"), name
        good = signed(running, required)
        for field, value in (("amount", "1"), ("payTo", STRANGER.address), ("network", "eip155:1")):
            data = good.model_dump(mode="json", by_alias=True)
            data["accepted"][field] = value
            answer = await pay(viewer, film.content, ExactPayment.model_validate(data), 1)
            assert answer.json()["code"] == "payment.terms_changed", field
    assert running.world.chain.token_balance(VIEWER.address) == MONEY


async def test_a_transfer_that_somebody_else_brought_still_buys(running: RunningWorld) -> None:
    """Anybody may bring a signed transfer to the token: it is found by its nonce, and the key is given."""
    film = await running.publish()
    running.chain.fund(VIEWER.address, usdc=MONEY, gas_wei=0)
    owner, node = running.desk("creator").keyring.owner(), running.world.node
    async with at_the_door(running.world, VIEWER, signed_in=False) as (viewer,):
        payment = signed(running, await offered(viewer, film.content, 1))
        _bring(running, payment)
        assert keys(await pay(viewer, film.content, payment, 1)) == {1: film.keys[1]}
    assert node.chain.token_balance(VIEWER.address) == MONEY - PRICE
    assert books(running, f"payer:{VIEWER.address}", pending(owner), TIPS) == [-PRICE, Money(9_000), ZERO]


async def test_a_sale_that_was_taken_for_a_tip_is_put_right(running: RunningWorld) -> None:
    film = await running.publish()
    running.chain.fund(VIEWER.address, usdc=MONEY, gas_wei=0)
    owner, node = running.desk("creator").keyring.owner(), running.world.node
    async with at_the_door(running.world, VIEWER, signed_in=False) as (viewer,):
        payment = signed(running, await offered(viewer, film.content, 1))
        _bring(running, payment)
        make_round(node, rules=ClaimRules(collect_from=Money(1)), for_tips=True)
        assert books(running, TIPS, f"creator:{owner}") == [-PRICE, Money(9_000)]
        assert keys(await pay(viewer, film.content, payment, 1)) == {1: film.keys[1]}
    sync(node)
    assert books(running, f"payer:{VIEWER.address}", TIPS, pending(owner), f"creator:{owner}") == [
        -PRICE, ZERO, ZERO, Money(9_000),
    ]  # fmt: skip
    running.verify_books()


async def test_too_little_money_says_so_and_the_same_chunk_can_be_paid_later(running: RunningWorld) -> None:
    film = await running.publish()
    async with at_the_door(running.world, VIEWER, signed_in=False) as (viewer,):
        required = await offered(viewer, film.content, 1)
        answer = await pay(viewer, film.content, signed(running, required), 1)
        assert (answer.status_code, answer.json()["code"]) == (402, "payment.insufficient")
        failed = decode(Settled, answer.headers[PAYMENT_RESPONSE])
        assert (failed.success, failed.error_reason) == (False, "insufficient_funds")
        running.chain.fund(VIEWER.address, usdc=MONEY, gas_wei=0)
        other = signed(running, required, nonce=bytes32(b"\x06" * 32))
        assert keys(await pay(viewer, film.content, other, 1)) == {1: film.keys[1]}


@pytest.mark.parametrize("again", [False, True])
async def test_the_answer_that_was_lost_is_given_again_to_the_payer_only(running: RunningWorld, again: bool) -> None:
    film = await running.publish()
    running.chain.fund(VIEWER.address, usdc=MONEY, gas_wei=0)
    async with at_the_door(running.world, VIEWER, signed_in=again) as (viewer,):
        payment = signed(running, await offered(viewer, film.content, 1))
        assert keys(await pay(viewer, film.content, payment, 1))
        answer = await pay(viewer, film.content, payment, 1)
        if again:
            assert keys(answer) == {1: film.keys[1]}
        else:
            assert (answer.status_code, answer.json()["code"]) == (409, "content.owned")
    assert running.world.chain.token_balance(VIEWER.address) == MONEY - PRICE


def _bring(running: RunningWorld, payment: ExactPayment) -> None:
    message = payment.payload.authorization
    terms = TransferTerms(
        payer=message.payer,
        payee=message.to,
        amount=Money(int(message.value)),
        valid_after=int(message.valid_after),
        valid_before=int(message.valid_before),
        nonce=message.nonce,
    )
    call = transfer_authorized_call(running.world.chain.token, terms, bytes.fromhex(payment.payload.signature[2:]))
    running.world.node.relayer.submit(named_intent("front run"), call)
