"""That an event is on the chain: the transaction, how it ended, and the block whose hash commits to both.

Of an EVM chain a proof holds the block's header and the paths from its roots to transaction and receipt. The demo
chain's blocks have no roots; each is the hash of its parent, number, time, transaction and result. What a proof shows
offline is that the block with this hash has these logs; that the chain has the block is for whoever can ask it, or
knows its hash. A log's number within an EVM block is named by who made the proof; it only tells logs apart.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from services.chain import rlp
from services.chain.events import RawLog, read_events
from services.chain.gateway import EscrowEvent
from services.chain.hashing import keccak256
from services.chain.transaction import TransactionError, read_transaction
from services.chain.trie import value_at
from services.units.address import Address, address, bytes32

# The places in a header: yellow paper, 4.3.
_TRANSACTIONS, _RECEIPTS, _NUMBER, _TIMESTAMP = 4, 5, 8, 11
# What is below is a type (EIP-2718).
_FIRST_LIST = 0xC0


class ProofError(ValueError):
    """A proof does not hold."""


def proven_events(tx: str, proof: Mapping[str, Any], *, chain_id: int, escrow: Address) -> list[EscrowEvent]:
    """Give the Escrow's events of a transaction as its proof shows them. Raises ProofError."""
    try:
        raw = _of_block(tx, proof, chain_id) if "header" in proof else _of_demo(tx, proof, chain_id)
    except (KeyError, IndexError, TypeError, ValueError, OverflowError, TransactionError) as exc:
        raise exc if isinstance(exc, ProofError) else ProofError(f"{tx}: {exc}") from exc
    return read_events([log for log in raw if log.emitter == escrow], escrow=escrow)


def _of_block(tx: str, proof: Mapping[str, Any], chain_id: int) -> list[RawLog]:
    if "0x" + keccak256(_bytes(proof["header"])).hex() != proof["block"]:
        raise ProofError(f"{tx}: its block is not made of this")
    header = _list(rlp.decode(_bytes(proof["header"])))
    carried, ended = _whole(header[_TRANSACTIONS]), _whole(header[_RECEIPTS])
    number, timestamp = (int.from_bytes(_whole(header[at]), "big") for at in (_NUMBER, _TIMESTAMP))
    if (number, timestamp) != (int(proof["number"]), int(proof["timestamp"])):
        raise ProofError(f"{tx}: another block's number or time")
    place, first = int(proof["place"]), int(proof["first_log"])
    transaction = value_at(carried, place, [*map(_bytes, proof["transaction"])])
    if "0x" + keccak256(transaction).hex() != tx or _chain_of(transaction) not in (chain_id, None) or first < 0:
        raise ProofError(f"{tx}: another transaction, or one of another chain")
    receipt = value_at(ended, place, [*map(_bytes, proof["receipt"])])
    status, _, _, logs = _list(rlp.decode(receipt if receipt[0] >= _FIRST_LIST else receipt[1:]))
    if status != b"\x01":
        raise ProofError(f"{tx}: it did not succeed")
    return [_log(tx, number, timestamp, first + at, *_list(written)) for at, written in enumerate(_list(logs))]


def _log(tx: str, number: int, timestamp: int, at: int, emitter: rlp.Item, topics: rlp.Item, data: rlp.Item) -> RawLog:
    return RawLog(
        emitter=address("0x" + _whole(emitter).hex()), topics=tuple(bytes32(_whole(one)) for one in _list(topics)),
        data=_whole(data), block_number=number, timestamp=timestamp, tx=bytes32(tx), log_index=at,
    )  # fmt: skip


def _chain_of(transaction: bytes) -> int | None:
    """Say for which chain a transaction was signed; None for the oldest ones, which hold anywhere."""
    if transaction[0] < _FIRST_LIST:
        return int.from_bytes(_whole(_list(rlp.decode(transaction[1:]))[0]), "big")
    parity = int.from_bytes(_whole(_list(rlp.decode(transaction))[6]), "big")
    # EIP-155.
    return (parity - 35) // 2 if parity >= 35 else None


def _of_demo(tx: str, proof: Mapping[str, Any], chain_id: int) -> list[RawLog]:
    signed = read_transaction(_bytes(proof["transaction"]))
    if signed.hash != tx or signed.chain_id != chain_id:
        raise ProofError(f"{tx}: another transaction, or one of another chain")
    number, timestamp = int(proof["number"]), int(proof["timestamp"])
    result = keccak256("\n".join(proof["result"]).encode())
    block = keccak256(
        _bytes(proof["parent"]) + number.to_bytes(8, "big") + timestamp.to_bytes(8, "big") + _bytes(tx) + result
    )
    if "0x" + block.hex() != proof["block"]:
        raise ProofError(f"{tx}: its block is not made of this")
    return [
        RawLog(
            emitter=address(emitter), topics=tuple(bytes32(topic) for topic in topics), data=bytes.fromhex(data),
            block_number=number, timestamp=timestamp, tx=signed.hash, log_index=index,
        )
        for index, (emitter, topics, data) in enumerate(json.loads(proof["result"][-1]))
    ]  # fmt: skip


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def _list(item: rlp.Item) -> list[rlp.Item]:
    if not isinstance(item, list):
        raise ProofError("bytes where a list belongs")
    return item


def _whole(item: rlp.Item) -> bytes:
    if not isinstance(item, bytes):
        raise ProofError("a list where bytes belong")
    return item
