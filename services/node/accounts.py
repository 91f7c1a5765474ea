"""Accounts: sign-in with Ethereum (EIP-4361), the sessions that come of it, and roles."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Annotated

from fastapi import Path
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.chain.sign_in import read_signed
from services.http.late_routes import LateRouter
from services.node.context import Node
from services.node.door import NodeOf, OpenSession, Operator, ProvenOperator
from services.node.roles import grant, revoke, role_of
from services.node.sessions import close_all, close_session, open_session, sessions_of
from services.node.tables import SignInNonce
from services.units.address import Address
from services.wire.accounts import SCOPES, AccountOut, GivenRole, Role, RolesOut, SessionRow
from services.wire.base import AddressField
from services.wire.node import NonceOut, SessionOut, SignInIn
from services.wire.problems import ProblemError
from services.wire.sign_in import VALIDITY, SignIn

_SKEW = timedelta(minutes=1)
_PURGED_AT_ONCE = 100
_ROLES: tuple[Role, ...] = ("viewer", "creator", "moderator", "operator")

SessionId = Annotated[str, Path(pattern=r"^[0-9a-f-]{1,64}$")]

router = LateRouter(tags=["accounts"])


@router.post("/auth/nonce")
def nonce(node: NodeOf) -> NonceOut:
    """Draw a nonce; it holds for five minutes and one sign-in."""
    now = node.clock.now()
    text = secrets.token_hex(16)
    # Skipping what another worker is deleting right now: two of them must not wait for each other.
    old = select(SignInNonce.nonce).where(SignInNonce.expires_at < now).limit(_PURGED_AT_ONCE)
    with node.database.write() as session:
        session.execute(delete(SignInNonce).where(SignInNonce.nonce.in_(old.with_for_update(skip_locked=True))))
        session.add(SignInNonce(nonce=text, expires_at=now + VALIDITY))
    return NonceOut(nonce=text, domain=node.domain, uri=node.uri, chain_id=node.chain.chain_id)


@router.post("/auth/sign-in")
def sign_in(node: NodeOf, body: SignInIn) -> SessionOut:
    """Exchange a signed message for a bearer token, bounded by the scopes among the message's resources.

    Problem codes: account.sign_in_refused.
    """
    message = read_signed(body.message, body.signature)
    _check(node, message)
    scopes, label = message.scopes, " ".join(body.label.split())
    with node.database.write() as session:
        _use_up(node, session, message.nonce)
        return open_session(node, session, message.address, scopes=scopes, label=label)


@router.post("/auth/sign-out", status_code=204)
def sign_out(node: NodeOf, signed_in: OpenSession) -> None:
    """Revoke the token that this request carries."""
    close_session(node, signed_in, signed_in.id)


@router.get("/auth/sessions")
def sessions(node: NodeOf, signed_in: OpenSession) -> tuple[SessionRow, ...]:
    """List the account's open sessions, the newest first."""
    return sessions_of(node, signed_in)


@router.delete("/auth/sessions", status_code=204)
def sign_out_everywhere(node: NodeOf, signed_in: OpenSession) -> None:
    """Revoke all of the account's tokens, this one too."""
    close_all(node, signed_in.account)


@router.delete("/auth/sessions/{session_id}", status_code=204)
def sign_out_one(node: NodeOf, signed_in: OpenSession, session_id: SessionId) -> None:
    """Revoke one of the account's tokens by its id. Problem codes: request.not_found."""
    if not close_session(node, signed_in, session_id):
        raise ProblemError("request.not_found")


@router.get("/auth/me")
def me(node: NodeOf, signed_in: OpenSession) -> AccountOut:
    """Say who the caller is to this node, and what the session is for."""
    return AccountOut(
        address=signed_in.account,
        roles=_roles(node, signed_in.account),
        scopes=tuple(scope for scope in SCOPES if scope in signed_in.scopes),
    )


@router.get("/accounts/{account}/roles")
def roles(node: NodeOf, _operator: Operator, account: AddressField) -> RolesOut:
    """Say what an account may be to this node."""
    return RolesOut(address=account, roles=_roles(node, account))


@router.put("/accounts/{account}/roles/{role}")
def give_role(node: NodeOf, operator: ProvenOperator, account: AddressField, role: GivenRole) -> RolesOut:
    """Give an account a role; giving it again changes nothing."""
    with node.database.write() as session:
        grant(session, account, role, by=operator, at=node.clock.now())
    return RolesOut(address=account, roles=_roles(node, account))


@router.delete("/accounts/{account}/roles/{role}")
def take_role(node: NodeOf, _operator: ProvenOperator, account: AddressField, role: GivenRole) -> RolesOut:
    """Take a role from an account; it is without it from its next request on."""
    with node.database.write() as session:
        revoke(session, account, role)
    return RolesOut(address=account, roles=_roles(node, account))


def _roles(node: Node, account: Address) -> tuple[Role, ...]:
    with node.database.read() as session:
        found = role_of(node, session, account)
    return tuple(role for role in _ROLES if role in found)


def _use_up(node: Node, session: Session, text: str) -> None:
    """Let the database decide who has the nonce: of many sign-ins at once, one deletes it."""
    wanted = (SignInNonce.nonce == text, SignInNonce.expires_at >= node.clock.now())
    if session.execute(delete(SignInNonce).where(*wanted).returning(SignInNonce.nonce)).first() is None:
        raise ProblemError("account.sign_in_refused", reason="nonce")


def _check(node: Node, message: SignIn) -> None:
    now = node.clock.now()
    latest = message.issued_at + VALIDITY
    expires = latest if message.expires_at is None else message.expires_at
    wrong = {
        "domain": message.domain != node.domain or message.scheme not in (None, node.uri.partition(":")[0]),
        "uri": message.uri != node.uri,
        "chain": message.chain_id != node.chain.chain_id,
        "time": not message.issued_at - _SKEW <= now < expires <= latest
        or (message.not_before is not None and now < message.not_before),
    }
    for reason, is_wrong in wrong.items():
        if is_wrong:
            raise ProblemError("account.sign_in_refused", reason=reason)
