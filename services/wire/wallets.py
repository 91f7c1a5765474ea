"""What a node says of the transactions that it relays."""

from __future__ import annotations

from typing import Literal

from services.wire.base import Answer, Bytes32Field


class TransactionOut(Answer):
    """A relayed transaction.

    id: the node's own, the same for ever. hash: the one in a block, or the latest that was sent. refused: it is in no
    block and never will be. error: why it had no effect, empty otherwise.
    """

    id: str
    state: Literal["open", "confirmed", "reverted", "refused"]
    hash: Bytes32Field | None
    kind: Literal["own_key", "circle"]
    error: str
