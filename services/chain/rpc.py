"""Ethereum's JSON-RPC over any web3 provider: one request at a time, answers checked, failures typed."""

from __future__ import annotations

import json
from typing import Any, Protocol

from services.chain.errors import ChainRefused, ChainUnreachable
from services.chain.events import read_revert
from services.units.address import Address, Bytes32, address, bytes32

# What geth and its kin answer a call that reverted (go-ethereum internal/ethapi/errors.go).
_REVERTED = 3
# A method that there is not (JSON-RPC 2.0), or is not supported (EIP-1474).
_UNKNOWN_METHOD = (-32601, -32004)


class RpcProvider(Protocol):
    """The part of a web3 provider that is used; web3's own providers have it."""

    def make_request(self, method: Any, params: Any) -> Any:
        """Send one request and give the whole JSON-RPC answer."""


class RpcClient:
    """Typed access to a provider; as thread-safe as the provider is."""

    def __init__(self, provider: RpcProvider) -> None:
        self._provider = provider

    def request(self, method: str, *params: object) -> Any:
        """Give the ``result`` of a request.

        Raises ChainUnreachable when no usable answer came, ChainReverted when a contract refused, ChainRefused when
        the node did.
        """
        answer = self._ask(method, params)
        if "error" not in answer and "result" in answer:
            return answer["result"]
        error = answer.get("error")
        if not isinstance(error, dict):
            raise ChainUnreachable(f"{method}: the node's answer has neither result nor error")
        raise _failure(method, error)

    def quantity(self, method: str, *params: object) -> int:
        """Give a result that is a whole number."""
        return read_quantity(self.request(method, *params))

    def data(self, method: str, *params: object) -> bytes:
        """Give a result that is bytes."""
        return read_data(self.request(method, *params))

    def _ask(self, method: str, params: tuple[object, ...]) -> dict[str, Any]:
        # requests (under web3's HTTPProvider) and its urllib3 raise subclasses of OSError; a body that is no JSON is
        # a ValueError.
        try:
            answer = self._provider.make_request(method, list(params))
        except (OSError, ValueError) as exc:
            raise ChainUnreachable(f"{method}: {type(exc).__name__}") from exc
        if not isinstance(answer, dict):
            raise ChainUnreachable(f"{method}: the node's answer is not JSON-RPC")
        return answer


def read_quantity(value: object) -> int:
    """Read a hexadecimal number; raises ChainUnreachable."""
    if isinstance(value, str) and value.startswith("0x"):
        try:
            return int(value, 16)
        except ValueError as exc:
            raise ChainUnreachable("the node gave a malformed number") from exc
    raise ChainUnreachable("the node gave no number")


def read_data(value: object) -> bytes:
    """Read hexadecimal bytes; raises ChainUnreachable."""
    if isinstance(value, str) and value.startswith("0x"):
        try:
            return bytes.fromhex(value[2:])
        except ValueError as exc:
            raise ChainUnreachable("the node gave malformed bytes") from exc
    raise ChainUnreachable("the node gave no bytes")


def read_bytes32(value: object) -> Bytes32:
    """Read a hash; raises ChainUnreachable."""
    try:
        return bytes32(read_data(value))
    except ValueError as exc:
        raise ChainUnreachable("the node gave a malformed hash") from exc


def read_address(value: object) -> Address:
    """Read an address; raises ChainUnreachable."""
    try:
        return address(str(value))
    except ValueError as exc:
        raise ChainUnreachable("the node gave a malformed address") from exc


def _failure(method: str, error: dict[str, Any]) -> Exception:
    message, data = str(error.get("message", "")), error.get("data")
    if isinstance(data, dict):  # some nodes wrap it
        data = data.get("data") or data.get("result")
    if error.get("code") == _REVERTED or "revert" in message:
        return read_revert(read_data(data) if isinstance(data, str) and data.startswith("0x") else b"")
    if method == "eth_sendRawTransaction" or error.get("code") in _UNKNOWN_METHOD:
        return ChainRefused(message[:200])
    return ChainUnreachable(f"{method}: {message[:200] or json.dumps(error)[:200]}")
