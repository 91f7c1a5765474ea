"""Accounts: sign-in with Ethereum (EIP-4361)."""

from __future__ import annotations

import secrets
from datetime import timedelta

from fastapi import APIRouter
from sqlalchemy import delete

from services.chain.message import recover_signer
from services.node.context import Node
from services.node.door import NodeOf
from services.node.sessions import open_session
from services.node.tables import SignInNonce
from services.wire.node import NonceOut, SessionOut, SignInIn
from services.wire.problems import ProblemError
from services.wire.sign_in import VALIDITY, SignIn, parse

_SKEW = timedelta(minutes=1)

router = APIRouter(tags=["accounts"])


@router.post("/auth/nonce")
def nonce(node: NodeOf) -> NonceOut:
    """Draw a nonce; it holds for five minutes and one sign-in."""
    now = node.clock.now()
    text = secrets.token_hex(16)
    with node.database.write() as session:
        session.execute(delete(SignInNonce).where(SignInNonce.expires_at < now))
        session.add(SignInNonce(nonce=text, expires_at=now + VALIDITY))
    return NonceOut(nonce=text, domain=node.domain, uri=node.uri, chain_id=node.chain.chain_id)


@router.post("/auth/sign-in")
def sign_in(node: NodeOf, body: SignInIn) -> SessionOut:
    """Exchange a signed message for a bearer token. Problem codes: account.sign_in_refused."""
    message = parse(body.message)
    _check(node, message)
    if recover_signer(body.message, body.signature) != message.address:
        raise ProblemError("account.sign_in_refused", reason="signature")
    with node.database.write() as session:
        found = session.get(SignInNonce, message.nonce)
        if found is None or found.expires_at < node.clock.now():
            raise ProblemError("account.sign_in_refused", reason="nonce")
        session.delete(found)
        return open_session(node, session, message.address)


def _check(node: Node, message: SignIn) -> None:
    now = node.clock.now()
    wrong = {
        "domain": message.domain != node.domain,
        "uri": message.uri != node.uri,
        "chain": message.chain_id != node.chain.chain_id,
        "time": not message.issued_at - _SKEW <= now < message.expires_at <= message.issued_at + VALIDITY,
    }
    for reason, is_wrong in wrong.items():
        if is_wrong:
            raise ProblemError("account.sign_in_refused", reason=reason)
