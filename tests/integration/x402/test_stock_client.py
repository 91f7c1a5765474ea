"""The published Python client buys from our node without signing in: ``exact``, and channels from deposit to refund."""

from __future__ import annotations

import asyncio
import base64
import json

import httpx
import pytest
from sqlalchemy import delete, select

from services.chain.channel_calls import channel_call, read_channel
from services.chain.till import till_address
from services.node.channels.claims import claim_creator
from services.node.tables import Channel, Charge
from services.units.address import bytes32
from services.units.ids import ContentId
from services.units.money import ZERO, Money
from services.wire.x402 import (
    CHANNEL_BUSY,
    PAYMENT_REQUIRED,
    PAYMENT_RESPONSE,
    PAYMENT_SIGNATURE,
    TOTAL_MISMATCH,
    PaymentRequired,
    decode,
)
from tests.fixtures.chain import VIEWER, Person, person
from tests.fixtures.world import PRICE
from tests.fixtures.world_served import ServedNode
from tests.integration.x402.stock import read_offer, settled, stock_client

MONEY = Money(5_000_000)
POOR = person("poor")


@pytest.fixture(autouse=True)
def _money(served: ServedNode) -> None:
    served.give(VIEWER.address, MONEY)


def keys(answer: httpx.Response) -> dict[int, str]:
    assert answer.status_code == 200, answer.text
    return {key["index"]: key["key"] for key in answer.json()["keys"]}


def balance(served: ServedNode, who: Person = VIEWER) -> Money:
    return served.node.chain.token_balance(who.address)


def channel_row(served: ServedNode) -> Channel:
    with served.node.database.read() as session:
        return session.scalars(select(Channel)).one()


def on_chain(served: ServedNode) -> tuple[Money, Money]:
    found = read_channel(served.node.chain.ask(channel_call(bytes32(channel_row(served).id))))
    return found.balance, found.total_claimed


async def collected(served: ServedNode) -> tuple[Money, Money]:
    """Bring the creator's money home; gives what the creator and the platform have then."""
    answer = await served.running.desk("creator").node.send_proven("POST", "/creators/collect")
    assert answer.status_code == 200, answer.text
    owner = served.running.desk("creator").keyring.owner()
    return served.node.chain.creator_balance(owner), served.node.chain.platform_balance()


async def raw(served: ServedNode, content: ContentId, chunk: int, header: str) -> httpx.Response:
    """Bring a payment by hand."""
    async with httpx.AsyncClient() as http:
        return await http.post(
            served.pay_url(content), json={"first_chunk": chunk}, headers={PAYMENT_SIGNATURE: header}
        )


def error(answer: httpx.Response) -> str:
    assert answer.status_code == 402, answer.text
    return decode(PaymentRequired, answer.headers[PAYMENT_REQUIRED]).error


async def test_the_offer_is_one_that_strangers_read(served: ServedNode) -> None:
    film = await served.running.publish()
    async with httpx.AsyncClient() as http:
        posted = await http.post(served.pay_url(film.content), json={"first_chunk": 1})
        fetched = await http.get(served.pay_url(film.content), params={"first_chunk": 1})
    assert (posted.status_code, fetched.status_code) == (402, 402)
    assert posted.headers[PAYMENT_REQUIRED] == fetched.headers[PAYMENT_REQUIRED]
    assert (posted.headers["Cache-Control"], PAYMENT_RESPONSE in posted.headers) == ("no-store", False)
    offer = read_offer(posted.headers[PAYMENT_REQUIRED])
    till = till_address(served.node.chain.escrow, served.running.desk("creator").keyring.owner())
    assert [one.scheme for one in offer] == ["batch-settlement", "exact"]
    for one in offer:
        assert (one.network, one.amount, one.pay_to) == (served.network, str(PRICE.micros), till)
        assert one.max_timeout_seconds == 120
        assert (one.extra["name"], one.extra["version"]) == ("USDC", "2")
    assert offer[0].extra["receiverAuthorizer"] == served.node.authorizer.address
    assert offer[0].extra["withdrawDelay"] == 86_400


async def test_exact_is_one_transfer_into_the_creators_ninety_per_cent(served: ServedNode) -> None:
    film = await served.running.publish()
    head = served.running.chain.head.number
    async with stock_client(served, VIEWER, schemes=("exact",)) as client:
        answer = await client.buy(film.content, 1)
    assert keys(answer) == {1: film.keys[1]}
    said = settled(answer)
    assert (said.success, said.payer) == (True, VIEWER.address)
    assert served.node.chain.receipt(bytes32(said.transaction)) is not None
    assert len(served.log.seen) == 2
    assert len(served.transactions(head)) == 1
    assert balance(served) == MONEY - PRICE
    assert await collected(served) == (Money(9_000), Money(1_000))


async def test_a_film_is_two_transactions(served: ServedNode) -> None:
    film = await served.running.publish(chunks=12)
    head = served.running.chain.head.number
    async with stock_client(served, VIEWER) as client:
        for chunk in range(1, 12):
            answer = await client.buy(film.content, chunk)
            assert keys(answer) == {chunk: film.keys[chunk]}
            # The client believes its own sums only, and goes on from them.
            assert client.charged == chunk * PRICE.micros
            assert channel_row(served).charged.micros == client.charged
            extra = settled(answer).extra
            assert extra is not None
            assert extra.charged_amount == str(PRICE.micros)
        # It owns the whole film now, and gets back what the film did not cost.
        assert on_chain(served) == (Money(110_000), ZERO)
        with pytest.raises(RuntimeError, match="no remaining balance"):
            await client.refund(film.content)
    assert len(served.log.seen) == 2 * 11 + 1
    assert len(served.transactions(head)) == 1
    assert balance(served) == MONEY - Money(110_000)
    # One transaction claims and settles, the next brings the till into the Escrow.
    assert await collected(served) == (Money(99_000), Money(11_000))
    assert len(served.transactions(head)) == 3


async def test_a_refund_gives_back_what_was_not_watched(served: ServedNode) -> None:
    film = await served.running.publish(chunks=12)
    head = served.running.chain.head.number
    async with stock_client(served, VIEWER) as client:
        for chunk in (1, 2, 3):
            assert keys(await client.buy(film.content, chunk))
        back = await client.refund(film.content, amount="30000")
        assert (back.success, back.amount) == (True, "30000")
        assert on_chain(served) == (Money(80_000), Money(30_000))
        assert keys(await client.buy(film.content, 4)) == {4: film.keys[4]}
        back = await client.refund(film.content)
        assert (back.success, back.amount) == (True, "40000")
        assert on_chain(served) == (Money(40_000), Money(40_000))
        assert balance(served) == MONEY - Money(40_000)
        # The channel is empty, not gone: the next deposit fills it up again.
        assert keys(await client.buy(film.content, 5)) == {5: film.keys[5]}
        assert client.charged == 50_000
    assert len(served.transactions(head)) == 4
    assert await collected(served) == (Money(45_000), Money(5_000))


async def test_who_owns_the_whole_film_still_gets_the_rest_back(served: ServedNode) -> None:
    film, other = await served.running.publish(chunks=4), await served.running.publish(chunks=12)
    async with stock_client(served, VIEWER) as client:
        assert keys(await client.buy(other.content, 1))  # the deposit is for the longer one
        assert keys(await client.buy(film.content, 1, count=3))
        back = await client.refund(film.content)
    assert back.amount == "70000"
    assert balance(served) == MONEY - Money(40_000)


async def test_any_client_s_session_key_signs_the_vouchers(served: ServedNode) -> None:
    film = await served.running.publish()
    session = person("session of a stock client")
    async with stock_client(served, VIEWER, session=session) as client:
        for chunk in (1, 2):
            assert keys(await client.buy(film.content, chunk)) == {chunk: film.keys[chunk]}
    assert channel_row(served).payer_authorizer == session.address
    assert await collected(served) == (Money(18_000), Money(2_000))


@pytest.mark.parametrize("is_claimed", [False, True])
async def test_a_client_that_lost_its_state_goes_on_where_it_was(served: ServedNode, is_claimed: bool) -> None:
    film = await served.running.publish()
    head = served.running.chain.head.number
    async with stock_client(served, VIEWER) as client:
        for chunk in (1, 2):
            assert keys(await client.buy(film.content, chunk))
        if is_claimed:
            claim_creator(served.node, served.running.desk("creator").keyring.owner())
            assert keys(await client.buy(film.content, 3))
    bought = 2 + is_claimed
    served.log.seen.clear()
    async with stock_client(served, VIEWER) as client:
        answer = await client.buy(film.content, 4)
        assert keys(answer) == {4: film.keys[4]}
        assert client.charged == (bought + 1) * PRICE.micros
        assert keys(await client.buy(film.content, 5)) == {5: film.keys[5]}
    # The price, a total from the chain, the right total; then the price and a total.
    assert len(served.log.seen) == 5
    assert channel_row(served).charged == Money((bought + 2) * PRICE.micros)
    assert len(served.transactions(head)) == 1 + is_claimed


async def test_a_client_that_lost_its_state_gets_its_refund(served: ServedNode) -> None:
    film = await served.running.publish()
    async with stock_client(served, VIEWER) as client:
        assert keys(await client.buy(film.content, 1))
    async with stock_client(served, VIEWER) as client:
        back = await client.refund(film.content)
    assert (back.success, back.amount) == (True, "40000")
    assert balance(served) == MONEY - PRICE


async def test_a_correction_carries_what_the_client_signed(served: ServedNode) -> None:
    film = await served.running.publish()
    async with stock_client(served, VIEWER) as client:
        for chunk in (1, 2):
            assert keys(await client.buy(film.content, chunk))
        last = client.recorder.paid[-1]
    answer = await raw(served, film.content, 3, last)
    assert error(answer) == TOTAL_MISMATCH
    assert PAYMENT_RESPONSE not in answer.headers  # with it the clients would not try again
    offer = decode(PaymentRequired, answer.headers[PAYMENT_REQUIRED]).channel
    assert offer is not None
    assert offer.extra.channel_state is not None
    assert offer.extra.channel_state.charged_cumulative_amount == "20000"
    assert offer.extra.voucher_state is not None
    assert offer.extra.voucher_state.signed_max_claimable == "20000"


async def test_a_node_that_lost_its_state_is_healed_by_an_honest_client(served: ServedNode) -> None:
    film = await served.running.publish()
    async with stock_client(served, VIEWER) as client:
        for chunk in (1, 2):
            assert keys(await client.buy(film.content, chunk))
        with served.node.database.write() as session:
            session.execute(delete(Charge))
            session.execute(delete(Channel))
        assert keys(await client.buy(film.content, 3)) == {3: film.keys[3]}
        assert client.charged == 30_000
    assert channel_row(served).charged == Money(30_000)
    assert (await collected(served))[0] == Money(27_000)


async def test_one_payment_at_a_time_on_a_channel(served: ServedNode) -> None:
    film = await served.running.publish(chunks=12)
    async with stock_client(served, VIEWER) as client:
        assert keys(await client.buy(film.content, 1))
        with served.node.vouchers.turn(channel_row(served).id):
            answers = await asyncio.gather(*(client.buy(film.content, chunk) for chunk in range(2, 6)))
            assert [error(answer) for answer in answers] == [CHANNEL_BUSY] * 4
            assert all(PAYMENT_RESPONSE not in answer.headers for answer in answers)
        assert channel_row(served).charged == PRICE
        assert keys(await client.buy(film.content, 2)) == {2: film.keys[2]}


async def test_parallel_requests_are_charged_for_what_they_got(served: ServedNode) -> None:
    film = await served.running.publish(chunks=12)
    async with stock_client(served, VIEWER) as client:
        assert keys(await client.buy(film.content, 1))
        answers = await asyncio.gather(*(client.buy(film.content, chunk) for chunk in range(2, 10)))
    paid = [answer for answer in answers if answer.status_code == 200]
    refused = {error(answer) for answer in answers if answer.status_code != 200}
    assert len(paid) >= 1
    assert refused <= {CHANNEL_BUSY, TOTAL_MISMATCH}
    assert channel_row(served).charged == Money((1 + len(paid)) * PRICE.micros)


@pytest.mark.parametrize("scheme", ["exact", "batch-settlement"])
async def test_a_payment_seen_by_others_is_worth_nothing_to_them(served: ServedNode, scheme: str) -> None:
    film = await served.running.publish()
    async with stock_client(served, VIEWER, schemes=(scheme,)) as client:
        assert keys(await client.buy(film.content, 1))
        if scheme == "batch-settlement":
            assert keys(await client.buy(film.content, 2))
        paid = list(client.recorder.paid)
    head, before = served.running.chain.head.number, balance(served)
    for header in paid:
        for chunk in (1, 3):
            answer = await raw(served, film.content, chunk, header)
            assert answer.status_code in (402, 409)
            assert "keys" not in answer.json()
    assert served.transactions(head) == []
    assert balance(served) == before


@pytest.mark.parametrize(
    ("scheme", "reason"),
    [("exact", "insufficient_funds"), ("batch-settlement", "invalid_batch_settlement_evm_insufficient_balance")],
)
async def test_a_payment_that_does_not_settle_says_so(served: ServedNode, scheme: str, reason: str) -> None:
    film = await served.running.publish()
    served.give(POOR.address, Money(PRICE.micros - 1))
    async with stock_client(served, POOR, schemes=(scheme,)) as client:
        answer = await client.buy(film.content, 1)
    assert error(answer) == reason
    said = settled(answer)
    assert (said.success, said.error_reason, said.transaction) == (False, reason, "")
    assert balance(served, POOR) == Money(PRICE.micros - 1)


def altered(header: str, *path: str, to: object) -> str:
    """Change one field of a payment after it was signed."""
    message = json.loads(base64.b64decode(header))
    place = message["payload"]
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = to
    return base64.b64encode(json.dumps(message).encode()).decode()


async def refused(served: ServedNode, content: ContentId, header: str) -> str:
    """Bring a payment that must not work, and give the reason as stock clients read it."""
    answer = await raw(served, content, 3, header)
    assert answer.status_code == 402, answer.text
    said = settled(answer)
    assert not said.success
    assert said.error_reason == error(answer)
    return said.error_reason


async def test_refusals_are_told_in_the_standard_s_words(served: ServedNode) -> None:
    film = await served.running.publish()
    async with stock_client(served, VIEWER, schemes=("exact",)) as client:
        assert keys(await client.buy(film.content, 1))
        (exact,) = client.recorder.paid
    async with stock_client(served, VIEWER) as client:
        assert keys(await client.buy(film.content, 2))
        (opened,) = client.recorder.paid
    head = served.running.chain.head.number
    other = "0x" + "11" * 64 + "1b"
    wanted = {
        "invalid_exact_evm_nonce_already_used": exact,
        "invalid_exact_evm_payload_signature": altered(exact, "signature", to=other),
        "invalid_exact_evm_payload_authorization_valid_before": altered(exact, "authorization", "validBefore", to="9"),
        "invalid_batch_settlement_evm_voucher_signature": altered(opened, "voucher", "signature", to=other),
        "invalid_batch_settlement_evm_channel_id_mismatch": altered(
            opened, "channelConfig", "salt", to="0x" + "22" * 32
        ),
    }
    for reason, header in wanted.items():
        assert await refused(served, film.content, header) == reason
    assert served.transactions(head) == []


async def test_the_next_chunk_is_sold_to_who_names_none(served: ServedNode) -> None:
    film = await served.running.publish()
    async with stock_client(served, VIEWER) as client:
        bought = [keys(await client.buy(film.content)) for _ in range(3)]
    assert bought == [{1: film.keys[1]}, {2: film.keys[2]}, {3: film.keys[3]}]
