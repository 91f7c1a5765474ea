"""That a block of any EVM chain holds a transaction and its logs: header, and the paths to transaction and receipt.

Made from what every node answers (eth_getBlockByHash, eth_getBlockReceipts), and made only if it comes to the hash that
the block has. Sources: EIP-2718, 2930, 1559, 4844, 7702 for transactions and receipts; EIP-1559, 4895, 4844, 4788 and
7685 for what headers got.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.chain import rlp
from services.chain.hashing import keccak256
from services.chain.rpc import read_data, read_quantity
from services.chain.trie import Trie

_HEADER = (
    "parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom", "difficulty",
    "number", "gasLimit", "gasUsed", "timestamp", "extraData", "mixHash", "nonce",
)  # fmt: skip
_LATER = (
    "baseFeePerGas", "withdrawalsRoot", "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot", "requestsHash",
)  # fmt: skip
_NUMBERS = frozenset(
    {
        "difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas", "blobGasUsed", "excessBlobGas",
        "chainId", "gasPrice", "maxPriorityFeePerGas", "maxFeePerGas", "gas", "value", "maxFeePerBlobGas", "r", "s",
        "#nonce",
    }
)  # fmt: skip
_FEES = ("maxPriorityFeePerGas", "maxFeePerGas")
_BODY = ("gas", "to", "value", "input")
LEGACY, LISTED, FEE_MARKET, BLOBS, DELEGATED = range(5)
_FIELDS = {
    LISTED: ("chainId", "#nonce", "gasPrice", *_BODY, "accessList"),
    FEE_MARKET: ("chainId", "#nonce", *_FEES, *_BODY, "accessList"),
    BLOBS: ("chainId", "#nonce", *_FEES, *_BODY, "accessList", "maxFeePerBlobGas", "blobVersionedHashes"),
    DELEGATED: ("chainId", "#nonce", *_FEES, *_BODY, "accessList", "authorizationList"),
}


def block_proof(block: Mapping[str, Any], receipts: Sequence[Mapping[str, Any]], tx: str) -> dict[str, Any] | None:
    """Prove a transaction of a block that came with its transactions in full; None when the block's hash is not met.

    first_log: the number of the transaction's first log in its block. Raises KeyError, TypeError and ValueError for
    answers that are not as Ethereum's.
    """
    transactions = block["transactions"]
    place = next((at for at, one in enumerate(transactions) if str(one["hash"]).lower() == tx), None)
    if place is None or len(receipts) != len(transactions):
        return None
    header = encode_header(block)
    carried, ended = Trie([encode_transaction(one) for one in transactions]), Trie([*map(encode_receipt, receipts)])
    roots = (read_data(block["transactionsRoot"]), read_data(block["receiptsRoot"]))
    if keccak256(header) != read_data(block["hash"]) or (carried.root, ended.root) != roots:
        return None
    return {
        "header": _hex(header),
        "block": str(block["hash"]).lower(),
        "place": place,
        "transaction": [*map(_hex, carried.path(place))],
        "receipt": [*map(_hex, ended.path(place))],
        "first_log": sum(len(one["logs"]) for one in receipts[:place]),
        "number": read_quantity(block["number"]),
        "timestamp": read_quantity(block["timestamp"]),
    }


def encode_header(block: Mapping[str, Any]) -> bytes:
    """Write a header; a later fork's fields are there if the block has them."""
    names = (*_HEADER, *(name for name in _LATER if block.get(name) is not None))
    return rlp.encode([_field(block, name) for name in names])


def encode_transaction(found: Mapping[str, Any]) -> bytes:
    """Write a transaction as its block carries it. Raises ValueError for a type that is not known."""
    kind = read_quantity(found.get("type", "0x0"))
    if kind == LEGACY:
        names = ("#nonce", "gasPrice", *_BODY)
        return rlp.encode([*(_field(found, name) for name in names), *_signature(found, "v")])
    if kind not in _FIELDS:
        raise ValueError(f"a transaction of type {kind}")
    parity = "yParity" if "yParity" in found else "v"
    return bytes((kind,)) + rlp.encode([*(_field(found, name) for name in _FIELDS[kind]), *_signature(found, parity)])


def encode_receipt(found: Mapping[str, Any]) -> bytes:
    """Write a receipt as its block commits to it."""
    logs: list[rlp.Item] = [
        [read_data(log["address"]), [read_data(topic) for topic in log["topics"]], read_data(log["data"])]
        for log in found["logs"]
    ]
    gas, bloom = rlp.encode_uint(read_quantity(found["cumulativeGasUsed"])), read_data(found["logsBloom"])
    written = rlp.encode([rlp.encode_uint(read_quantity(found["status"])), gas, bloom, logs])
    kind = read_quantity(found.get("type", "0x0"))
    return written if kind == LEGACY else bytes((kind,)) + written


def _signature(found: Mapping[str, Any], parity: str) -> list[rlp.Item]:
    return [rlp.encode_uint(read_quantity(found[parity])), _field(found, "r"), _field(found, "s")]


def _field(found: Mapping[str, Any], name: str) -> rlp.Item:
    """Write one field; a transaction's nonce is a number, a header's eight bytes."""
    if name in _NUMBERS:
        return rlp.encode_uint(read_quantity(found[name.removeprefix("#")]))
    if name in _LISTS:
        return [_LISTS[name](one) for one in found[name]]
    return read_data(found[name] or "0x") if name == "to" else read_data(found[name])


def _access(found: Any) -> rlp.Item:
    return [read_data(found["address"]), [read_data(key) for key in found["storageKeys"]]]


def _authorization(found: Any) -> rlp.Item:
    numbers = [rlp.encode_uint(read_quantity(found[name])) for name in ("chainId", "nonce", "yParity", "r", "s")]
    return [numbers[0], read_data(found["address"]), *numbers[1:]]


_LISTS: dict[str, Callable[[Any], rlp.Item]] = {
    "accessList": _access,
    "blobVersionedHashes": read_data,
    "authorizationList": _authorization,
}


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
