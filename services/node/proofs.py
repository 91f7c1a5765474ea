"""Fresh proofs of money actions that are not signed themselves: each good for one request, once.

Asked for beside a session, so that a token in the wrong hands moves nothing. An escrow payment, a voucher or a signed
withdrawal is its own proof and needs none.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, tuple_

from services.chain.proofs import check_signer
from services.db.dialects import insert_into
from services.http.bound import about
from services.node.context import Node
from services.node.tables import ActionNonce
from services.units.address import Address
from services.wire.problems import ProblemError
from services.wire.proofs import PROOF_VALIDITY, Action, Proof

_SKEW = timedelta(minutes=1)
_PURGED_AT_ONCE = 100


def action_of(node: Node, scope: MutableMapping[str, Any], body: bytes) -> Action:
    """Describe the request that arrived as the account would have to have signed it."""
    path = scope["path"].removeprefix(about(scope, "root"))
    query = scope.get("query_string", b"").decode("latin-1")
    return Action(
        domain=node.domain,
        uri=node.uri,
        chain_id=node.chain.chain_id,
        method=scope["method"],
        path=f"{path}?{query}" if query else path,
        body=body,
    )


def require_proof(node: Node, account: Address, action: Action, header: str) -> None:
    """Check the header against the request and use its nonce up. Blocking.

    Raises ProblemError: account.proof_refused with the reason missing, form, time, signature or nonce.
    """
    proof = Proof.read(header)
    now = node.clock.now()
    issued, expires = (datetime.fromtimestamp(seconds, UTC) for seconds in (proof.issued, proof.expires))
    if not issued - _SKEW <= now < expires <= issued + PROOF_VALIDITY:
        raise ProblemError("account.proof_refused", reason="time")
    check_signer(action, proof, account)
    row = {"account": account, "nonce": proof.nonce, "expires_at": expires}
    key = (ActionNonce.account, ActionNonce.nonce)
    # Skipping what another worker is deleting right now: two of them must not wait for each other.
    old = select(*key).where(ActionNonce.expires_at < now).limit(_PURGED_AT_ONCE).with_for_update(skip_locked=True)
    with node.database.write() as session:
        session.execute(delete(ActionNonce).where(tuple_(*key).in_(old)))
        taken = session.execute(insert_into(ActionNonce).values(row).on_conflict_do_nothing().returning(key[1]))
        if taken.first() is None:
            raise ProblemError("account.proof_refused", reason="nonce")
