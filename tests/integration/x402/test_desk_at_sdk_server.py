"""Our desk buys from a seller made of the published Python SDK: by channel and by one transfer, refunded, corrected."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import select

from services.chain.channel_calls import channel_call, read_channel
from services.desk.tables import Channel, Purchase
from services.units.address import bytes32
from services.units.money import ZERO, Money
from services.wire.desk import Method
from services.wire.problems import ProblemError
from services.wire.x402 import PAYMENT_RESPONSE, PAYMENT_SIGNATURE, VoucherPayload
from tests.fixtures.world import PRICE, VIEWER_MONEY, Answer, SealedFilm
from tests.fixtures.world_served import ServedNode
from tests.integration.x402.sdk_server import SdkSeller, sdk_seller


@pytest.fixture
async def film(served: ServedNode) -> SealedFilm:
    return await served.running.publish(chunks=12)


@pytest.fixture
def seller(served: ServedNode, film: SealedFilm) -> Iterator[SdkSeller]:
    with sdk_seller(served, film) as seller:
        yield seller


def sold_by(seller: SdkSeller, film: SealedFilm) -> Answer:
    """Send to the seller what is about money; its refunds are asked for where it sells. The catalogue is our node's."""

    async def answer(request: httpx.Request) -> httpx.Response | None:
        path = request.url.path
        if not path.endswith(("/pay", "/channels/refund")):
            return None
        headers = {name: request.headers[name] for name in (PAYMENT_SIGNATURE,) if name in request.headers}
        is_refund = path.endswith("/channels/refund")
        async with httpx.AsyncClient(timeout=30) as http:
            body = {"first_chunk": 0} if is_refund else None
            said = await http.post(
                seller.pay_url(film.content),
                content=None if is_refund else request.content,
                json=body,
                headers={**headers, "Content-Type": "application/json"},
            )
        kept = {name: said.headers[name] for name in ("PAYMENT-REQUIRED", PAYMENT_RESPONSE) if name in said.headers}
        if is_refund and said.status_code == 200:
            return httpx.Response(200, json={"success": True, "transaction": "", "network": "x"}, headers=kept)
        return httpx.Response(said.status_code, content=said.content, headers=kept, request=request)

    return answer


def channel_of(served: ServedNode) -> Channel:
    with served.running.front_desk.database.read() as session:
        return session.scalars(select(Channel)).one()


def on_chain(served: ServedNode) -> tuple[Money, Money]:
    found = read_channel(served.node.chain.ask(channel_call(bytes32(channel_of(served).id))))
    return found.balance, found.total_claimed


async def test_a_deposit_vouchers_and_a_refund(served: ServedNode, seller: SdkSeller, film: SealedFilm) -> None:
    running = served.running
    running.front.answer = sold_by(seller, film)
    head = running.chain.head.number
    for chunk in (1, 2, 3):
        bought = await running.fronted.playback.buy(film.content, first_chunk=chunk)
        assert bought.state == "keyed"
        assert await running.fronted.playback.chunk(film.content, chunk) == film.plain[chunk]
    await running.settled()
    # The price once, then one request a chunk.
    assert [line.partition("/pay")[2] for line in seller.log.seen] == ["", " paid", " paid", " paid"]
    assert [type(sent.payload) for sent in running.front.vouchers[1:]] == [VoucherPayload, VoucherPayload]
    assert len(served.transactions(head)) == 1
    assert (channel_of(served).total, on_chain(served)) == (PRICE * 3, (PRICE * 11, ZERO))
    await running.fronted.wallet.refund(bytes32(channel_of(served).id))
    assert on_chain(served) == (PRICE * 3, PRICE * 3)
    assert len(served.transactions(head)) == 2
    wallet = await running.fronted.wallet.state()
    assert (wallet.available, wallet.spent, wallet.in_channels) == (VIEWER_MONEY - PRICE * 3, PRICE * 3, ZERO)


async def test_a_restored_desk_follows_its_correction(served: ServedNode, seller: SdkSeller, film: SealedFilm) -> None:
    running = served.running
    running.front.answer = sold_by(seller, film)
    for chunk in (1, 2):
        await running.fronted.playback.buy(film.content, first_chunk=chunk)
    await running.settled()
    with running.front_desk.database.write() as session:
        # As after a restored backup: these books know nothing of the two chunks that the seller sold.
        row = session.scalars(select(Channel)).one()
        row.total = ZERO
    bought = await running.fronted.playback.buy(film.content, first_chunk=3)
    assert bought.state == "keyed"
    await running.settled()
    assert channel_of(served).total == PRICE * 3
    totals = [int(sent.payload.voucher.max_claimable_amount) for sent in running.front.vouchers]
    assert totals == [PRICE.micros * count for count in (1, 2, 1, 3)]


async def test_a_restarted_desk_learns_the_offer_again(served: ServedNode, seller: SdkSeller, film: SealedFilm) -> None:
    """What the seller offered was in memory only: it is refused once, and its 402 says what it wants back."""
    running = served.running
    running.front.answer = sold_by(seller, film)
    await running.fronted.playback.buy(film.content, first_chunk=1)
    await running.settled()
    running.front_desk.memory.offers.forget((running.front_desk.node.uri, seller.till))
    assert (await running.fronted.playback.buy(film.content, first_chunk=2)).state == "keyed"
    assert (await running.fronted.playback.buy(film.content, first_chunk=3)).state == "keyed"
    await running.settled()
    assert [line.partition("/pay")[2] for line in seller.log.seen] == ["", *[" paid"] * 4]
    totals = [int(sent.payload.voucher.max_claimable_amount) for sent in running.front.vouchers]
    assert totals == [PRICE.micros * count for count in (1, 2, 2, 3)]
    running.front_desk.memory.offers.forget((running.front_desk.node.uri, seller.till))
    await running.fronted.wallet.refund(bytes32(channel_of(served).id))
    assert on_chain(served) == (PRICE * 3, PRICE * 3)
    wallet = await running.fronted.wallet.state()
    assert (wallet.available, wallet.spent) == (VIEWER_MONEY - PRICE * 3, PRICE * 3)


def nothing_but_x402(seller: SdkSeller, film: SealedFilm) -> Answer:
    """Be a seller who has no accounts and no lists of what was sold: only a price, and what is paid for."""
    selling = sold_by(seller, film)

    async def answer(request: httpx.Request) -> httpx.Response | None:
        if request.url.path.startswith(("/auth", "/users", "/channels")) or request.url.path.endswith("/keys"):
            return await selling(request) or httpx.Response(404, json={"detail": "Not Found"}, request=request)
        return await selling(request)

    return answer


async def test_one_chunk_behind_a_seller_who_cannot_be_asked_ends(
    served: ServedNode, seller: SdkSeller, film: SealedFilm
) -> None:
    """The next voucher is for a total that the seller has sold for already: paid or not, it is not paid twice."""
    running = served.running
    running.front.answer = sold_by(seller, film)
    for chunk in (1, 2):
        await running.fronted.playback.buy(film.content, first_chunk=chunk)
    await running.settled()
    with running.front_desk.database.write() as session:
        row = session.scalars(select(Channel)).one()
        row.total = PRICE
    running.front.answer = nothing_but_x402(seller, film)
    for _ in range(2):
        with pytest.raises(ProblemError, match=r"payment\.unknown"):
            await running.fronted.playback.buy(film.content, first_chunk=3)
    with running.front_desk.database.read() as session:
        behind = session.scalars(select(Purchase).where(Purchase.first_chunk == 3)).one()
    assert (behind.state, behind.money) == ("disputed", "spent")
    assert (channel_of(served).total, channel_of(served).open_intent) == (PRICE * 2, None)
    # The channel goes on.
    assert (await running.fronted.playback.buy(film.content, first_chunk=4)).state == "keyed"
    await running.settled()
    assert channel_of(served).total == PRICE * 3
    assert {int(sent.payload.voucher.max_claimable_amount) for sent in running.front.vouchers} == {
        PRICE.micros * count for count in (1, 2, 3)
    }


@pytest.fixture
def exact_seller(served: ServedNode, film: SealedFilm) -> Iterator[SdkSeller]:
    with sdk_seller(served, film, schemes=("exact",)) as seller:
        yield seller


@pytest.mark.parametrize("method", ["channel", "chain"])
async def test_one_transfer_a_chunk(
    served: ServedNode, exact_seller: SdkSeller, film: SealedFilm, method: Method
) -> None:
    running, chain = served.running, served.node.chain
    await running.fronted.wallet.set_payment(method=method)
    running.front.answer = sold_by(exact_seller, film)
    head = running.chain.head.number
    for chunk in (1, 2):
        bought = await running.fronted.playback.buy(film.content, first_chunk=chunk)
        assert (bought.state, bought.available) == ("keyed", VIEWER_MONEY - PRICE * chunk)
        assert await running.fronted.playback.chunk(film.content, chunk) == film.plain[chunk]
    assert [line.partition("/pay")[2] for line in exact_seller.log.seen] == ["", " paid", "", " paid"]
    assert len(served.transactions(head)) == 2
    assert chain.token_balance(exact_seller.till) == PRICE * 2
    wallet = await running.fronted.wallet.state()
    assert (wallet.available, wallet.spent, wallet.in_flight) == (VIEWER_MONEY - PRICE * 2, PRICE * 2, ZERO)
    paid = (await running.fronted.wallet.reconciliation()).rows[0]
    assert (paid.name, paid.chain, paid.desk) == ("paid", PRICE * 2, PRICE * 2)


@pytest.mark.logs("x402")
async def test_a_transfer_whose_answer_was_lost_is_never_paid_again(
    served: ServedNode, exact_seller: SdkSeller, film: SealedFilm
) -> None:
    """The SDK's server sells a nonce once and keeps no keys: the money is known to be spent, and stays spent once."""
    running = served.running
    selling = sold_by(exact_seller, film)

    async def lost(request: httpx.Request) -> httpx.Response | None:
        answer = await selling(request)
        if PAYMENT_SIGNATURE in request.headers:
            raise httpx.ReadError("cut", request=request)
        return answer

    running.front.answer = lost
    with pytest.raises(ProblemError, match=r"node\.unreachable"):
        await running.fronted.playback.buy(film.content, first_chunk=1)
    running.front.answer = selling
    for _ in range(2):
        with pytest.raises(ProblemError, match=r"payment\.unknown"):
            await running.fronted.playback.buy(film.content, first_chunk=1)
    assert len(running.front.signatures) == 1
    assert served.node.chain.token_balance(running.front_desk.keyring.owner()) == VIEWER_MONEY - PRICE
    wallet = await running.fronted.wallet.state()
    assert (wallet.spent, wallet.in_flight) == (PRICE, ZERO)
    assert (await running.fronted.playback.buy(film.content, first_chunk=2)).state == "keyed"
