"""JSON-RPC's forms of blocks, transactions, receipts and logs, and its parameters (Ethereum execution APIs)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.chain.demo.admission import message_of
from services.chain.demo.chain import MinedBlock
from services.chain.demo.evm import BASE_FEE_WEI, BLOCK_GAS, Outcome
from services.chain.transaction import Transaction
from services.units.address import Address, address

HEAD_TAGS = ("latest", "safe", "finalized", "pending")
_ZERO_HASH = "0x" + 64 * "0"
_EMPTY_UNCLES = "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347"
_NO_BLOOM = "0x" + 512 * "0"


class RequestError(ValueError):
    """A parameter is not what the method takes."""


def read_quantity(value: object) -> int:
    """Read a hexadecimal number, or a plain one. Raises RequestError."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if isinstance(value, str) and value.startswith("0x"):
        try:
            return int(value, 16)
        except ValueError as exc:
            raise RequestError(f"not a number: {value[:80]}") from exc
    raise RequestError(f"not a number: {value!r:.80}")


def read_data(value: object) -> bytes:
    """Read hexadecimal bytes. Raises RequestError."""
    if isinstance(value, str) and value.startswith("0x"):
        try:
            return bytes.fromhex(value[2:])
        except ValueError as exc:
            raise RequestError("not hexadecimal bytes") from exc
    raise RequestError("not hexadecimal bytes")


def block(found: MinedBlock, *, is_full: bool) -> dict[str, Any]:
    """Give a block; what the demo chain does not have (state root, bloom) is zero."""
    held: list[Any] = []
    if found.transaction is not None:
        held = [transaction(found) if is_full else found.transaction.hash]
    return {
        "number": hex(found.number),
        "hash": "0x" + found.hash.hex(),
        "parentHash": "0x" + found.parent.hex(),
        "timestamp": hex(found.timestamp),
        "gasLimit": hex(BLOCK_GAS),
        "gasUsed": hex(found.outcome.gas_used if found.outcome else 0),
        "baseFeePerGas": hex(BASE_FEE_WEI),
        "miner": "0x" + 40 * "0",
        "difficulty": "0x0",
        "totalDifficulty": "0x0",
        "extraData": "0x",
        "nonce": "0x0000000000000000",
        "mixHash": _ZERO_HASH,
        "sha3Uncles": _EMPTY_UNCLES,
        "stateRoot": _ZERO_HASH,
        "transactionsRoot": _ZERO_HASH,
        "receiptsRoot": _ZERO_HASH,
        "logsBloom": _NO_BLOOM,
        "size": "0x0",
        "uncles": [],
        "transactions": held,
    }


def transaction(found: MinedBlock) -> dict[str, Any]:
    """Give the transaction of a block that has one."""
    held, _ = _contents(found)
    return queued(held) | {
        "blockNumber": hex(found.number),
        "blockHash": "0x" + found.hash.hex(),
        "transactionIndex": "0x0",
        "gasPrice": hex(message_of(held).gas_price),
    }


def queued(found: Transaction) -> dict[str, Any]:
    """Give a transaction that is in no block yet."""
    return {
        "type": "0x2",
        "hash": found.hash,
        "from": found.sender,
        "to": found.to,
        "nonce": hex(found.nonce),
        "value": hex(found.value),
        "input": "0x" + found.data.hex(),
        "gas": hex(found.gas),
        "gasPrice": hex(found.max_fee_per_gas),
        "maxFeePerGas": hex(found.max_fee_per_gas),
        "maxPriorityFeePerGas": hex(found.max_priority_fee_per_gas),
        "chainId": hex(found.chain_id),
        "accessList": [],
        "r": "0x" + found.signature[:32].hex(),
        "s": "0x" + found.signature[32:64].hex(),
        "yParity": hex(found.signature[64] - 27),
        "v": hex(found.signature[64] - 27),
        "blockNumber": None,
        "blockHash": None,
        "transactionIndex": None,
    }


def receipt(found: MinedBlock) -> dict[str, Any]:
    """Give the receipt of a block's transaction, with the revert data that Besu's ``revertReason`` holds."""
    held, outcome = _contents(found)
    body = {
        "type": "0x2",
        "transactionHash": held.hash,
        "transactionIndex": "0x0",
        "blockNumber": hex(found.number),
        "blockHash": "0x" + found.hash.hex(),
        "from": held.sender,
        "to": held.to,
        "contractAddress": outcome.created,
        "status": hex(outcome.is_ok),
        "gasUsed": hex(outcome.gas_used),
        "cumulativeGasUsed": hex(outcome.gas_used),
        "effectiveGasPrice": hex(message_of(held).gas_price),
        "logs": logs(found),
        "logsBloom": _NO_BLOOM,
    }
    return body if outcome.is_ok else body | {"revertReason": "0x" + outcome.output.hex()}


def logs(found: MinedBlock) -> list[dict[str, Any]]:
    """Give a block's logs."""
    if found.transaction is None or found.outcome is None:
        return []
    return [
        {
            "address": log.emitter,
            "topics": list(log.topics),
            "data": "0x" + log.data.hex(),
            "blockNumber": hex(found.number),
            "blockHash": "0x" + found.hash.hex(),
            "blockTimestamp": hex(found.timestamp),
            "transactionHash": found.transaction.hash,
            "transactionIndex": "0x0",
            "logIndex": hex(index),
            "removed": False,
        }
        for index, log in enumerate(found.outcome.logs)
    ]


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which logs eth_getLogs wants: any of these emitters, and at each position any of these topics."""

    emitters: frozenset[Address] | None
    topics: tuple[frozenset[str] | None, ...]

    @classmethod
    def read(cls, query: dict[str, Any]) -> LogFilter:
        """Read the filter's own part of a query. Raises ValueError."""
        wanted = query.get("address")
        emitters = None if wanted is None else frozenset(address(str(one)) for one in _listed(wanted))
        topics = tuple(
            None if at_position is None else frozenset(str(one).lower() for one in _listed(at_position))
            for at_position in query.get("topics") or ()
        )
        return cls(emitters, topics)

    def matches(self, log: dict[str, Any]) -> bool:
        """Tell whether a log is wanted."""
        if self.emitters is not None and log["address"] not in self.emitters:
            return False
        found = log["topics"]
        return len(found) >= len(self.topics) and all(
            wanted is None or topic in wanted for wanted, topic in zip(self.topics, found, strict=False)
        )


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _contents(found: MinedBlock) -> tuple[Transaction, Outcome]:
    if found.transaction is None or found.outcome is None:
        raise RequestError("the block holds no transaction")
    return found.transaction, found.outcome
