"""The published Python client, unmodified: a wallet, its channels, and an HTTP client that pays."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

with warnings.catch_warnings():
    # web3 7 imports a part of websockets that is on its way out.
    warnings.simplefilter("ignore", DeprecationWarning)
    from eth_account import Account
    from x402 import SpendControlAsset, x402Client
    from x402.http.clients.httpx import x402AsyncTransport
    from x402.http.utils import decode_payment_required_header
    from x402.mechanisms.evm.batch_settlement.client import (
        BatchSettlementClientContext,
        BatchSettlementEvmScheme,
        BatchSettlementEvmSchemeOptions,
        RefundOptions,
    )
    from x402.mechanisms.evm.exact import ExactEvmScheme
    from x402.mechanisms.evm.signers import EthAccountSigner, EthAccountSignerWithRPC
    from x402.schemas import PaymentRequired, PaymentRequirements, SettleResponse

from services.units.ids import ContentId
from services.wire.x402 import PAYMENT_RESPONSE, PAYMENT_SIGNATURE, Settled, decode
from tests.fixtures.chain import Person
from tests.fixtures.world_served import ServedNode

_TIMEOUT_S = 30.0
SPEND_LIMIT = "1000000"


class ChannelMemory:
    """The client's storage, as its protocol asks: what it knows of each channel."""

    def __init__(self) -> None:
        self.contexts: dict[str, BatchSettlementClientContext] = {}

    def get(self, key: str) -> BatchSettlementClientContext | None:
        return self.contexts.get(key)

    def set(self, key: str, context: BatchSettlementClientContext) -> None:
        self.contexts[key] = context

    def delete(self, key: str) -> None:
        self.contexts.pop(key, None)


class Recorder(httpx.AsyncHTTPTransport):
    """Keeps the payments that left the client."""

    def __init__(self) -> None:
        super().__init__()
        self.paid: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        header = request.headers.get(PAYMENT_SIGNATURE)
        if header:
            self.paid.append(header)
        return await super().handle_async_request(request)


@dataclass(slots=True)
class StockClient:
    """One wallet with its own memory of its channels."""

    served: ServedNode
    http: httpx.AsyncClient
    channels: BatchSettlementEvmScheme
    memory: ChannelMemory
    recorder: Recorder

    async def buy(self, content: ContentId, chunk: int | None = None, *, count: int = 1) -> httpx.Response:
        """Ask for chunks, and pay as the answer says."""
        body: dict[str, int] = {"chunk_count": count} if chunk is None else {"first_chunk": chunk, "chunk_count": count}
        return await self.http.post(self.served.pay_url(content), json=body)

    async def refund(self, content: ContentId, *, amount: str | None = None) -> SettleResponse:
        """Ask for what is left in the channel, by the client's own blocking code."""
        options = RefundOptions(amount=amount)
        return await asyncio.to_thread(self.channels.refund, self.served.pay_url(content), options)

    @property
    def charged(self) -> int:
        """What the client itself believes to owe on its only channel, in micro-USDC."""
        (context,) = self.memory.contexts.values()
        return int(context.charged_cumulative_amount or "0")


@asynccontextmanager
async def stock_client(
    served: ServedNode,
    who: Person,
    *,
    schemes: tuple[str, ...] = ("batch-settlement", "exact"),
    session: Person | None = None,
) -> AsyncIterator[StockClient]:
    """Set the client up as its documentation says. session: whose key signs vouchers, None for the wallet's own."""
    wallet = EthAccountSignerWithRPC(Account.from_key(who.key), served.rpc)
    memory = ChannelMemory()
    signer = EthAccountSigner(Account.from_key(session.key)) if session else None
    channels = BatchSettlementEvmScheme(wallet, BatchSettlementEvmSchemeOptions(storage=memory, voucher_signer=signer))
    client = x402Client()
    if "batch-settlement" in schemes:
        client.register(served.network, channels)
    if "exact" in schemes:
        client.register(served.network, ExactEvmScheme(wallet))
    asset: SpendControlAsset = {
        "network": served.network,
        "asset": served.running.chain.token,
        "max_amount_per_payment": SPEND_LIMIT,
    }
    client.set_spend_controls({"allowed_assets": [asset]})
    recorder = Recorder()
    async with httpx.AsyncClient(transport=x402AsyncTransport(client, recorder), timeout=_TIMEOUT_S) as http:
        yield StockClient(served, http, channels, memory, recorder)


def settled(answer: httpx.Response) -> Settled:
    """Read what became of a payment."""
    return decode(Settled, answer.headers[PAYMENT_RESPONSE])


def read_offer(header: str) -> list[PaymentRequirements]:
    """Read a 402 by the client's own types."""
    required = decode_payment_required_header(header)
    assert isinstance(required, PaymentRequired)
    return required.accepts
