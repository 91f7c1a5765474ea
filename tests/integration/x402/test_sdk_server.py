"""What our functions write and sign, a server made of the published Python SDK takes: ``exact`` and channels."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from services.chain.authorization import TransferTerms, transfer_digest
from services.chain.channel_calls import channel_call, read_channel
from services.chain.channels import ChannelConfig, Deposit, channel_id, sign_deposit, sign_voucher
from services.chain.hashing import sign_digest
from services.chain.message import checksum
from services.units.address import Bytes32, address, bytes32
from services.units.money import ZERO, Money
from services.wire.x402 import (
    PAYMENT_REQUIRED,
    PAYMENT_RESPONSE,
    PAYMENT_SIGNATURE,
    TOTAL_MISMATCH,
    Authorization,
    ChannelPayload,
    ConfigFields,
    DepositAuthorization,
    DepositConsent,
    DepositFields,
    DepositPayload,
    Payload,
    PaymentRequired,
    RefundPayload,
    Settled,
    VoucherFields,
    VoucherPayload,
    decode,
)
from tests.fixtures.chain import VIEWER, person
from tests.fixtures.world import PRICE, SealedFilm
from tests.fixtures.world_served import ServedNode
from tests.integration.x402.sdk_server import AUTHORIZER, SdkSeller, sdk_seller

MONEY = Money(5_000_000)
SESSION = person("session of our desk")


@pytest.fixture
async def film(served: ServedNode) -> SealedFilm:
    served.give(VIEWER.address, MONEY)
    return await served.running.publish(chunks=12)


@pytest.fixture
def seller(served: ServedNode, film: SealedFilm) -> Iterator[SdkSeller]:
    with sdk_seller(served, film) as seller:
        yield seller


@dataclass(slots=True)
class Buyer:
    """Pays with what the desk pays with: the functions of services.chain and the messages of services.wire."""

    served: ServedNode
    seller: SdkSeller
    film: SealedFilm
    offers: dict[str, dict[str, Any]]
    """What was offered, by scheme, as it was sent."""
    required: PaymentRequired
    total: Money = ZERO

    @property
    def chain_id(self) -> int:
        return self.served.running.chain.chain_id

    @property
    def now(self) -> int:
        return self.served.node.chain.head().timestamp

    @property
    def config(self) -> ChannelConfig:
        offer = self.required.channel
        assert offer is not None
        return ChannelConfig(
            payer=VIEWER.address,
            payer_authorizer=SESSION.address,
            receiver=offer.pay_to,
            receiver_authorizer=offer.extra.receiver_authorizer,
            token=offer.asset,
            withdraw_delay_s=offer.extra.withdraw_delay,
            salt=bytes32(b"\x05" * 32),
        )

    @property
    def channel(self) -> Bytes32:
        return channel_id(self.chain_id, self.config)

    def fields(self) -> ConfigFields:
        config = self.config
        return ConfigFields(
            payer=config.payer,
            payer_authorizer=config.payer_authorizer,
            receiver=config.receiver,
            receiver_authorizer=config.receiver_authorizer,
            token=config.token,
            withdraw_delay=config.withdraw_delay_s,
            salt=config.salt,
        )

    def voucher(self, total: Money) -> VoucherFields:
        signed = sign_voucher(self.chain_id, self.channel, total, SESSION.key)
        return VoucherFields(
            channel_id=self.channel,
            max_claimable_amount=str(total.micros),
            signature="0x" + signed.signature.hex(),
        )

    def deposit(self, amount: Money, *, salt: int) -> DepositFields:
        unsigned = Deposit(self.config, amount, valid_after=0, valid_before=self.now + 120, salt=salt)
        signed = sign_deposit(self.chain_id, unsigned, VIEWER.key)
        consent = DepositAuthorization(
            valid_after="0",
            valid_before=str(signed.valid_before),
            salt=str(signed.salt),
            signature="0x" + signed.signature.hex(),
        )
        return DepositFields(amount=str(amount.micros), authorization=DepositConsent(erc3009_authorization=consent))

    async def send(self, scheme: str, payload: ChannelPayload | Payload, chunk: int) -> httpx.Response:
        """Bring a payment with the offer as it was sent, as x402 asks for."""
        content = payload.model_dump(mode="json", by_alias=True, exclude_none=True)
        if isinstance(payload, Payload):
            # The SDK hands these to web3 as they are, which takes addresses with their checksum only.
            signed = content["authorization"]
            signed["from"], signed["to"] = (checksum(address(signed[name])) for name in ("from", "to"))
        message = {"x402Version": 2, "accepted": self.offers[scheme], "payload": content}
        header = base64.b64encode(json.dumps(message).encode()).decode()
        async with httpx.AsyncClient(timeout=30) as http:
            return await http.post(
                self.seller.pay_url(self.film.content),
                json={"first_chunk": chunk},
                headers={PAYMENT_SIGNATURE: header},
            )

    async def buy(self, chunk: int, *, deposit: Money | None = None) -> httpx.Response:
        """Buy by the next voucher, with a deposit or without."""
        total = self.total + PRICE
        payload: ChannelPayload = VoucherPayload(channel_config=self.fields(), voucher=self.voucher(total))
        if deposit is not None:
            payload = DepositPayload(
                channel_config=self.fields(), voucher=self.voucher(total), deposit=self.deposit(deposit, salt=chunk)
            )
        answer = await self.send("batch-settlement", payload, chunk)
        if answer.status_code == 200:
            self.total = total
        return answer

    async def refund(self) -> httpx.Response:
        payload = RefundPayload(channel_config=self.fields(), voucher=self.voucher(self.total))
        return await self.send("batch-settlement", payload, 0)


async def buyer_at(served: ServedNode, seller: SdkSeller, film: SealedFilm) -> Buyer:
    """Ask for the price first, as everybody does."""
    async with httpx.AsyncClient() as http:
        asked = await http.post(seller.pay_url(film.content), json={"first_chunk": 1})
    assert asked.status_code == 402
    header = asked.headers[PAYMENT_REQUIRED]
    sent = {offer["scheme"]: offer for offer in json.loads(base64.b64decode(header))["accepts"]}
    return Buyer(served, seller, film, sent, decode(PaymentRequired, header))


def settled(answer: httpx.Response) -> Settled:
    assert answer.status_code == 200, (answer.status_code, answer.text, dict(answer.headers))
    return decode(Settled, answer.headers[PAYMENT_RESPONSE])


async def test_its_offer_is_read(served: ServedNode, seller: SdkSeller, film: SealedFilm) -> None:
    required = (await buyer_at(served, seller, film)).required
    assert required.channel is not None
    assert required.exact is not None
    assert required.escrow is None
    for offer in (required.channel, required.exact):
        assert (offer.network, offer.money, offer.asset) == (served.network, PRICE, served.running.chain.token)
        assert offer.pay_to == seller.till
    assert required.channel.extra.receiver_authorizer == AUTHORIZER.address


async def test_it_takes_our_exact(served: ServedNode, seller: SdkSeller, film: SealedFilm) -> None:
    buyer = await buyer_at(served, seller, film)
    terms = TransferTerms(VIEWER.address, seller.till, PRICE, 0, buyer.now + 120, bytes32(b"\x07" * 32))
    digest = transfer_digest(buyer.chain_id, served.running.chain.token, terms)
    payload = Payload(
        signature="0x" + sign_digest(digest, VIEWER.key).hex(),
        authorization=Authorization(
            payer=terms.payer,
            to=terms.payee,
            value=str(terms.amount.micros),
            valid_after="0",
            valid_before=str(terms.valid_before),
            nonce=terms.nonce,
        ),
    )
    said = settled(await buyer.send("exact", payload, 1))
    assert (said.success, said.payer) == (True, VIEWER.address)
    assert served.node.chain.token_balance(seller.till) == PRICE


async def test_it_takes_our_deposit_vouchers_and_refund(
    served: ServedNode, seller: SdkSeller, film: SealedFilm
) -> None:
    buyer = await buyer_at(served, seller, film)
    head = served.running.chain.head.number
    opened = await buyer.buy(1, deposit=Money(100_000))
    assert opened.json()["keys"][0]["key"] == film.keys[1]
    assert settled(opened).amount == "100000"
    for chunk in (2, 3):
        extra = settled(await buyer.buy(chunk)).extra
        assert extra is not None
        assert extra.charged_amount == str(PRICE.micros)
        assert extra.channel_state is not None
        assert extra.channel_state.charged_cumulative_amount == str(buyer.total.micros)
    said = settled(await buyer.refund())
    assert (said.success, said.amount) == (True, "70000")
    found = read_channel(served.node.chain.ask(channel_call(buyer.channel)))
    assert (found.balance, found.total_claimed) == (Money(30_000), Money(30_000))
    assert len(served.transactions(head)) == 2
    assert served.node.chain.token_balance(VIEWER.address) == MONEY - Money(30_000)


async def test_it_claims_and_settles_what_we_signed(served: ServedNode, seller: SdkSeller, film: SealedFilm) -> None:
    buyer = await buyer_at(served, seller, film)
    settled(await buyer.buy(1, deposit=Money(20_000)))
    settled(await buyer.buy(2))
    settled(await buyer.buy(3, deposit=Money(50_000)))
    done = await seller.manager.claim_and_settle()
    assert len(done["claims"]) == 1
    assert served.node.chain.token_balance(seller.till) == Money(30_000)


async def test_its_correction_is_read(served: ServedNode, seller: SdkSeller, film: SealedFilm) -> None:
    buyer = await buyer_at(served, seller, film)
    settled(await buyer.buy(1, deposit=Money(100_000)))
    settled(await buyer.buy(2))
    buyer.total = ZERO
    answer = await buyer.buy(3)
    assert answer.status_code == 402
    assert PAYMENT_RESPONSE not in answer.headers
    required = decode(PaymentRequired, answer.headers[PAYMENT_REQUIRED])
    assert required.error == TOTAL_MISMATCH
    assert required.channel is not None
    state, voucher = required.channel.extra.channel_state, required.channel.extra.voucher_state
    assert state is not None
    assert voucher is not None
    assert (state.channel_id, state.charged_cumulative_amount) == (buyer.channel, "20000")
    mine = buyer.voucher(Money(20_000))
    assert (voucher.signed_max_claimable, voucher.signature) == (mine.max_claimable_amount, mine.signature)
    buyer.total = Money(20_000)
    settled(await buyer.buy(3))
