"""Transactions that the node's relayer sent, whichever relayer that is.

Who knows an id may ask, without an account: a hash is public on the chain, Circle's ids are random, ours are hashes,
and the answer says no more than the chain does. It names nobody and lists nothing.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from services.node.door import NodeOf
from services.wire.problems import ProblemError
from services.wire.wallets import TransactionOut

router = APIRouter(tags=["wallets"])


@router.get("/wallets/transactions/{tx_id}")
def transaction(node: NodeOf, tx_id: Annotated[str, Path(max_length=66)]) -> TransactionOut:
    """Say how a relayed transaction stands, by our id of it, its hash, or Circle's id.

    Problem codes: request.not_found.
    """
    journalled = node.relayer.find(tx_id.lower())
    found = None if journalled is None else node.relayer.outcome(journalled.intent)
    if found is None:
        raise ProblemError("request.not_found")
    return TransactionOut(id=found.intent, state=found.state.value, hash=found.hash, kind=found.kind, error=found.error)
