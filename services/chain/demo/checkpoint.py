"""A chain's state at one of its blocks, so that opening need not run all transactions again.

It lies in the journal and is only a shortcut: it holds for the block whose hash it carries, each outcome in it must
hash to what the journal says of its block, and the state must hash to what was written. Anything else is replayed.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from services.chain.demo.evm import Account, Log, Outcome, State
from services.chain.demo.journal import KeptCheckpoint
from services.units.address import Address, Bytes32


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state after a block, and how the transactions up to it ended, by their blocks' numbers."""

    number: int
    block: bytes
    state: State
    outcomes: dict[int, Outcome]


def written(checkpoint: Checkpoint) -> KeptCheckpoint:
    """Write a checkpoint for the journal."""
    state = {
        "accounts": {
            owner: [str(one.balance), one.nonce, one.code.hex()] for owner, one in checkpoint.state.accounts.items()
        },
        "storage": [[owner, hex(slot), hex(value)] for (owner, slot), value in checkpoint.state.storage.items()],
        "outcomes": {number: _outcome(outcome) for number, outcome in checkpoint.outcomes.items()},
    }
    text = json.dumps(state, separators=(",", ":"))
    return KeptCheckpoint(checkpoint.number, checkpoint.block, text, _digest(checkpoint.block, text))


def read(kept: KeptCheckpoint) -> Checkpoint | None:
    """Read it back; None when it is not what was written."""
    if _digest(kept.block, kept.text) != kept.digest:
        return None
    found = json.loads(kept.text)
    return Checkpoint(
        number=kept.number,
        block=kept.block,
        state=State(
            accounts={
                Address(owner): Account(int(balance), nonce, bytes.fromhex(code))
                for owner, (balance, nonce, code) in found["accounts"].items()
            },
            storage={(Address(owner), int(slot, 16)): int(value, 16) for owner, slot, value in found["storage"]},
        ),
        outcomes={int(number): _read_outcome(row) for number, row in found["outcomes"].items()},
    )


def _digest(block: bytes, text: str) -> bytes:
    return hashlib.sha256(block + text.encode()).digest()


def _outcome(outcome: Outcome) -> list[Any]:
    logs = [[log.emitter, list(log.topics), log.data.hex()] for log in outcome.logs]
    return [outcome.is_ok, outcome.gas_used, outcome.output.hex(), logs, outcome.created, outcome.halt]


def _read_outcome(row: list[Any]) -> Outcome:
    is_ok, gas_used, output, logs, created, halt = row
    return Outcome(
        is_ok=is_ok,
        gas_used=gas_used,
        output=bytes.fromhex(output),
        logs=tuple(
            Log(Address(emitter), tuple(Bytes32(topic) for topic in topics), bytes.fromhex(data))
            for emitter, topics, data in logs
        ),
        created=None if created is None else Address(created),
        halt=halt,
    )
