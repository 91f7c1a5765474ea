"""Transactions that the node's relayer sent, whichever relayer that is.

Any signed-in account that knows an id may ask: a hash is public on the chain, Circle's ids are random, ours are hashes,
and the answer says no more than the chain does. It names nobody and lists nothing. Strangers are kept out because each
question about an open transaction is one to the chain or to Circle.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from services.http.late_routes import LateRouter
from services.node.door import Caller, NodeOf
from services.wire.problems import ProblemError
from services.wire.wallets import TransactionOut

router = LateRouter(tags=["wallets"])


@router.get("/wallets/transactions/{tx_id}")
def transaction(node: NodeOf, _caller: Caller, tx_id: Annotated[str, Path(max_length=66)]) -> TransactionOut:
    """Say how a relayed transaction stands, by our id of it, its hash, or Circle's id.

    Problem codes: request.not_found.
    """
    journalled = node.relayer.find(tx_id.lower())
    found = None if journalled is None else node.relayer.outcome(journalled.intent)
    if found is None:
        raise ProblemError("request.not_found")
    return TransactionOut(id=found.intent, state=found.state.value, hash=found.hash, kind=found.kind, error=found.error)
