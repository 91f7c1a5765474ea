"""A seller made of the published Python SDK: its middleware, its facilitator in the same process, our demo chain."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request

with warnings.catch_warnings():
    # web3 7 imports a part of websockets that is on its way out.
    warnings.simplefilter("ignore", DeprecationWarning)
    from eth_account import Account
    from web3 import Web3
    from x402 import x402Facilitator, x402ResourceServer
    from x402.http.middleware.fastapi import payment_middleware
    from x402.http.types import PaymentOption, RouteConfig
    from x402.mechanisms.evm.batch_settlement.authorizer_signer import LocalAuthorizerSigner
    from x402.mechanisms.evm.batch_settlement.facilitator import BatchSettlementEvmFacilitator
    from x402.mechanisms.evm.batch_settlement.server import (
        BatchSettlementChannelManager,
        BatchSettlementEvmScheme,
        BatchSettlementEvmSchemeServerConfig,
        ChannelManagerConfig,
    )
    from x402.mechanisms.evm.constants import MULTICALL3_ADDRESS
    from x402.mechanisms.evm.exact.facilitator import ExactEvmScheme as ExactEvmFacilitator
    from x402.mechanisms.evm.exact.server import ExactEvmScheme
    from x402.mechanisms.evm.signers import FacilitatorWeb3Signer

from services.chain.till import till_address
from services.units.address import Address
from services.wire.node import ChunkKey, KeysOut, PayIn
from tests.fixtures.chain import person
from tests.fixtures.world import PRICE, RELAYER_GAS, SealedFilm
from tests.fixtures.world_served import RequestLog, ServedNode, serving

FACILITATOR, AUTHORIZER = person("facilitator of the SDK"), person("authorizer of the SDK")
_GAS = 1_000_000
_DELAY_S = 86_400


class DemoChainSigner(FacilitatorWeb3Signer):
    """The facilitator's way to the demo chain, which takes EIP-1559 transactions and has no Multicall3."""

    def read_contract(self, address: str, abi: list[dict[str, Any]], function_name: str, *args: Any) -> Any:
        if address != MULTICALL3_ADDRESS:
            return super().read_contract(address, abi, function_name, *args)
        _, calls = args
        return [self._try(target, data) for target, data in calls]

    def write_contract(
        self, address: str, abi: list[dict[str, Any]], function_name: str, *args: Any, data_suffix: str | None = None
    ) -> str:
        contract = self._w3.eth.contract(address=Web3.to_checksum_address(address), abi=abi)
        transaction = getattr(contract.functions, function_name)(*args).build_transaction(
            {
                "from": self._account.address,
                "nonce": self._reserve_nonce(),
                "gas": _GAS,
                "maxFeePerGas": self._w3.eth.gas_price,
                "maxPriorityFeePerGas": 0,
            }
        )
        signed = self._account.sign_transaction(transaction)
        return Web3.to_hex(self._w3.eth.send_raw_transaction(signed.raw_transaction))

    def _try(self, target: str, data: bytes) -> tuple[bool, bytes]:
        try:
            return True, bytes(self._w3.eth.call({"to": Web3.to_checksum_address(target), "data": Web3.to_hex(data)}))
        except ValueError as refused:
            return False, str(refused).encode()


@dataclass(frozen=True, slots=True)
class SdkSeller:
    """The seller on its port. It sells one film's chunks at PRICE each, into the creator's till."""

    url: str
    till: Address
    log: RequestLog
    manager: BatchSettlementChannelManager
    scheme: BatchSettlementEvmScheme

    def pay_url(self, content: str) -> str:
        return f"{self.url}/content/{content}/pay"


@contextmanager
def sdk_seller(
    served: ServedNode, film: SealedFilm, *, schemes: tuple[str, ...] = ("batch-settlement", "exact")
) -> Iterator[SdkSeller]:
    """Set the server up as its documentation says."""
    served.running.chain.fund(FACILITATOR.address, usdc=PRICE, gas_wei=RELAYER_GAS)
    token = Web3.to_checksum_address(served.running.chain.token)
    till = till_address(served.node.chain.escrow, served.running.desk("creator").keyring.owner())
    payee = Web3.to_checksum_address(till)
    signer = DemoChainSigner(FACILITATOR.key.hex(), served.rpc)
    facilitator = x402Facilitator()
    facilitator.register([served.network], ExactEvmFacilitator(signer))
    facilitator.register([served.network], BatchSettlementEvmFacilitator(signer))
    scheme = BatchSettlementEvmScheme(
        payee,
        BatchSettlementEvmSchemeServerConfig(
            receiver_authorizer_signer=LocalAuthorizerSigner(Account.from_key(AUTHORIZER.key)), withdraw_delay=_DELAY_S
        ),
    )
    server = x402ResourceServer(facilitator)
    # The SDK's own types do not agree with each other here.
    exact: Any = ExactEvmScheme
    channels: Any = scheme
    server.register(served.network, exact())
    server.register(served.network, channels)
    price: Any = {"amount": str(PRICE.micros), "asset": token, "extra": {"name": "USDC", "version": "2"}}
    accepts = [PaymentOption(scheme=name, pay_to=payee, price=price, network=served.network) for name in schemes]
    log = RequestLog(_app(film, payment_middleware({"POST /content/*": RouteConfig(accepts=accepts)}, server)))
    manager = BatchSettlementChannelManager(
        ChannelManagerConfig(
            scheme=scheme, facilitator=facilitator, receiver=payee, token=token, network=served.network
        )
    )
    with serving(log) as url:
        yield SdkSeller(url, till, log, manager, scheme)


def _app(film: SealedFilm, middleware: Any) -> FastAPI:
    app = FastAPI()
    app.middleware("http")(middleware)

    @app.post("/content/{content_id}/pay")
    async def pay(request: Request, content_id: str) -> KeysOut:
        wanted = PayIn.model_validate(await request.json())
        index = wanted.first_chunk or 0
        key = ChunkKey(index=index, key=film.keys[index])
        return KeysOut(content_id=film.content, keys=(key,), amount=PRICE, transaction=None)

    return app
