"""The demo chain as a web3 provider: importing this loads web3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from web3.providers.base import JSONBaseProvider
from web3.types import RPCEndpoint, RPCResponse

if TYPE_CHECKING:
    from services.chain.demo.rpc import DemoRpc


class DemoProvider(JSONBaseProvider):
    """Hands web3's requests to the chain in this process."""

    def __init__(self, rpc: DemoRpc) -> None:
        super().__init__()
        self._rpc = rpc

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        return cast("RPCResponse", self._rpc.make_request(method, params))

    def is_connected(self, show_traceback: bool = False) -> bool:
        return True
