"""That an event is on the chain: the signed transaction, how it ended, and the block that holds the hashes of both.

The demo chain's blocks have no state root; each is the hash of its parent, number, time, transaction and result. What
a proof shows offline is that the block with this hash has these logs; that the chain has the block is for whoever can
ask it, or knows its hash.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from services.chain.events import RawLog, read_events
from services.chain.gateway import EscrowEvent
from services.chain.hashing import keccak256
from services.chain.transaction import TransactionError, read_transaction
from services.units.address import Address, address, bytes32


class ProofError(ValueError):
    """A proof does not hold."""


def proven_events(tx: str, proof: Mapping[str, Any], *, chain_id: int, escrow: Address) -> list[EscrowEvent]:
    """Give the Escrow's events of a transaction as its proof shows them. Raises ProofError."""
    try:
        signed = read_transaction(bytes.fromhex(proof["transaction"][2:]))
        if signed.hash != tx or signed.chain_id != chain_id:
            raise ProofError(f"{tx}: another transaction, or one of another chain")
        number, timestamp = int(proof["number"]), int(proof["timestamp"])
        result = keccak256("\n".join(proof["result"]).encode())
        block = keccak256(
            bytes.fromhex(proof["parent"][2:]) + number.to_bytes(8, "big") + timestamp.to_bytes(8, "big")
            + bytes.fromhex(tx[2:]) + result
        )  # fmt: skip
        if "0x" + block.hex() != proof["block"]:
            raise ProofError(f"{tx}: its block is not made of this")
        logs = json.loads(proof["result"][-1])
        raw = [
            RawLog(
                emitter=address(emitter), topics=tuple(bytes32(topic) for topic in topics), data=bytes.fromhex(data),
                block_number=number, timestamp=timestamp, tx=signed.hash, log_index=index,
            )
            for index, (emitter, topics, data) in enumerate(logs)
        ]  # fmt: skip
    except (KeyError, TypeError, ValueError, OverflowError, TransactionError) as exc:
        raise ProofError(f"{tx}: {exc}") from exc
    return read_events([log for log in raw if log.emitter == escrow], escrow=escrow)
