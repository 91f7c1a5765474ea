"""The demo chain's JSON-RPC: the methods that wallets and libraries use, answered as geth and Arc's nodes do."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable
from typing import Any, Protocol

from services.chain.demo import shapes
from services.chain.demo.admission import RefusedError
from services.chain.demo.chain import DemoChain, MinedBlock
from services.chain.demo.evm import BASE_FEE_WEI, BLOCK_GAS, Account, Message, Outcome, floor_gas, intrinsic_gas
from services.chain.demo.journal import result_parts
from services.chain.demo.shapes import RequestError
from services.units.address import Bytes32, address

_ANYBODY = address("0x" + 40 * "0")
_METHOD_NOT_FOUND, _INVALID_PARAMS, _INTERNAL, _SERVER, _REVERTED = -32601, -32602, -32603, -32000, 3
# eth_estimateGas may be this much above the least gas that works, as geth's is.
_ESTIMATE_TOLERANCE = 0.015


class _RevertedError(Exception):
    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.halt or "execution reverted")
        self.outcome = outcome


class DemoRpc:
    """Answers requests in the caller's thread; thread-safe as the chain is."""

    def __init__(self, chain: DemoChain) -> None:
        self._chain = chain
        self._ids = itertools.count(1)
        self._methods: dict[str, Callable[..., Any]] = {
            "web3_clientVersion": lambda: "Museclock demo chain",
            "net_version": lambda: str(chain.chain_id),
            "eth_chainId": lambda: hex(chain.chain_id),
            "eth_syncing": lambda: False,
            "eth_accounts": list,
            "eth_gasPrice": lambda: hex(BASE_FEE_WEI),
            "eth_maxPriorityFeePerGas": lambda: "0x0",
            "eth_feeHistory": self._fee_history,
            "eth_blockNumber": lambda: hex(chain.head.number),
            "eth_getBlockByNumber": self._block_by_number,
            "eth_getBlockByHash": self._block_by_hash,
            "eth_getBalance": lambda owner, at="latest": hex(self._account(owner, at).balance),
            "eth_getTransactionCount": lambda owner, at="latest": hex(self._account(owner, at).nonce),
            "eth_getCode": lambda owner, at="latest": "0x" + self._account(owner, at).code.hex(),
            "eth_getStorageAt": self._storage_at,
            "eth_call": self._call,
            "eth_estimateGas": self._estimate_gas,
            "eth_sendRawTransaction": lambda encoded: chain.send(shapes.read_data(encoded)),
            "eth_getTransactionByHash": self._transaction,
            "eth_getTransactionReceipt": self._receipt,
            "eth_getLogs": self._logs,
            "museclock_proof": self._proof,
        }

    def make_request(self, method: str, params: Any) -> dict[str, Any]:
        """Answer one request as JSON-RPC does, failures included."""
        return {"jsonrpc": "2.0", "id": next(self._ids)} | self._answer(method, params)

    def _answer(self, method: str, params: Any) -> dict[str, Any]:
        handler = self._methods.get(method)
        if handler is None:
            return _error(_METHOD_NOT_FOUND, f"the method {method} does not exist/is not available")
        try:
            return {"result": handler(*params)}
        except _RevertedError as reverted:
            return _revert(reverted.outcome)
        except RefusedError as refused:
            return _error(_SERVER, str(refused))
        except sqlite3.Error as error:
            return _error(_INTERNAL, f"the journal cannot be written: {error}")
        except (RequestError, ValueError, TypeError) as error:
            return _error(_INVALID_PARAMS, f"invalid argument: {error}")

    def _fee_history(self, count: object, newest: object = "latest", percentiles: object = ()) -> dict[str, Any]:
        blocks = min(shapes.read_quantity(count), 1024, self._chain.head.number + 1)
        rewards = [["0x0"] * len(percentiles) if isinstance(percentiles, list | tuple) else []] * blocks
        return {
            "oldestBlock": hex(self._chain.head.number + 1 - blocks),
            "baseFeePerGas": [hex(BASE_FEE_WEI)] * (blocks + 1),
            "gasUsedRatio": [0.0] * blocks,
            "reward": rewards,
        }

    def _block_by_number(self, number: object, is_full: bool = False) -> dict[str, Any] | None:
        if number == "pending":  # hidden, as Arc hides it
            return None
        block = self._chain.fresh_head() if number in shapes.HEAD_TAGS else self._chain.block(self._number(number))
        return None if block is None else shapes.block(block, is_full=is_full)

    def _block_by_hash(self, wanted: object, is_full: bool = False) -> dict[str, Any] | None:
        block = self._chain.block_by_hash(shapes.read_data(wanted))
        return None if block is None else shapes.block(block, is_full=is_full)

    def _storage_at(self, owner: object, slot: object, at: object = "latest") -> str:
        self._require_present(at)
        return f"0x{self._chain.storage(address(str(owner)), shapes.read_quantity(slot)):064x}"

    def _call(self, request: dict[str, Any], at: object = "latest") -> str:
        self._require_present(at)
        outcome = self._chain.call(_message(request))
        if not outcome.is_ok:
            raise _RevertedError(outcome)
        return "0x" + outcome.output.hex()

    def _estimate_gas(self, request: dict[str, Any], at: object = "latest") -> str:
        """Find the least gas limit that works, by halving: a call may need more than it uses (EIP-150, refunds)."""
        self._require_present(at)
        message = _message(request)
        outcome = self._chain.call(message)
        if not outcome.is_ok:
            raise _RevertedError(outcome)
        least = max(intrinsic_gas(message), floor_gas(message.data), outcome.gas_used)
        # Nothing works with less than it uses; with refunds (a fifth at most, EIP-3529) and gas held back, it may want
        # more.
        low, high, guess = least - 1, message.gas, least
        while high - low > max(1, int(high * _ESTIMATE_TOLERANCE)):
            if self._chain.call(_with_gas(message, guess)).is_ok:
                high = guess
            else:
                low = guess
            guess = min((low + high) // 2, low * 13 // 10)
        return hex(high)

    def _transaction(self, tx: object) -> dict[str, Any] | None:
        name = Bytes32(str(tx).lower())
        block = self._chain.mined(name)
        if block is not None:
            return shapes.transaction(block)
        waiting = self._chain.queued(name)
        return None if waiting is None else shapes.queued(waiting)

    def _receipt(self, tx: object) -> dict[str, Any] | None:
        block = self._chain.mined(Bytes32(str(tx).lower()))
        return None if block is None else shapes.receipt(block)

    def _proof(self, tx: object) -> dict[str, Any] | None:
        """Give what a block's hash is made of: anybody can put it together again."""
        block = self._chain.mined(Bytes32(str(tx).lower()))
        if block is None or block.transaction is None or block.outcome is None:
            return None
        return {
            "transaction": "0x" + block.transaction.encoded.hex(),
            "block": "0x" + block.hash.hex(),
            "parent": "0x" + block.parent.hex(),
            "number": block.number,
            "timestamp": block.timestamp,
            "result": result_parts(block.outcome),
        }

    def _logs(self, query: dict[str, Any]) -> list[dict[str, Any]]:
        if "blockHash" in query:
            block = self._chain.block_by_hash(shapes.read_data(query["blockHash"]))
            blocks = [] if block is None else [block]
        else:
            blocks = self._span(query.get("fromBlock", "latest"), query.get("toBlock", "latest"))
        wanted = shapes.LogFilter.read(query)
        return [log for block in blocks for log in shapes.logs(block) if wanted.matches(log)]

    def _span(self, first: object, last: object) -> list[MinedBlock]:
        found = (self._chain.block(number) for number in range(self._number(first), self._number(last) + 1))
        return [block for block in itertools.takewhile(lambda block: block is not None, found) if block is not None]

    def _number(self, tag: object) -> int:
        if tag in shapes.HEAD_TAGS:
            return self._chain.head.number
        return 0 if tag == "earliest" else shapes.read_quantity(tag)

    def _account(self, owner: object, at: object) -> Account:
        self._require_present(at)
        return self._chain.account(address(str(owner)))

    def _require_present(self, at: object) -> None:
        """Only the present state is kept; asking for another says so, as a pruned node does."""
        if at is not None and at != "pending" and self._number(at) != self._chain.head.number:
            raise RefusedError("missing trie node: historical state is not available")


class RpcHandler(Protocol):
    """What answers JSON-RPC requests."""

    def make_request(self, method: str, params: Any) -> dict[str, Any]: ...


def _message(request: dict[str, Any]) -> Message:
    data = request.get("input", request.get("data", "0x"))
    to = request.get("to")
    sender = request.get("from")
    gas = shapes.read_quantity(request["gas"]) if "gas" in request else BLOCK_GAS
    return Message(
        sender=_ANYBODY if sender is None else address(str(sender)),
        to=None if to is None else address(str(to)),
        data=shapes.read_data(data),
        value=shapes.read_quantity(request.get("value", "0x0")),
        gas=min(gas, BLOCK_GAS),
    )


def _with_gas(message: Message, gas: int) -> Message:
    return Message(message.sender, message.to, message.data, message.value, gas)


def _revert(outcome: Outcome) -> dict[str, Any]:
    if outcome.halt:
        return _error(_SERVER, f"out of gas or invalid code: {outcome.halt}")
    return _error(_REVERTED, "execution reverted", "0x" + outcome.output.hex())


def _error(code: int, message: str, data: str | None = None) -> dict[str, Any]:
    body: dict[str, Any] = {"code": code, "message": message}
    return {"error": body if data is None else body | {"data": data}}
