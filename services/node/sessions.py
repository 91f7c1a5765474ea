"""Bearer tokens: only their SHA-256 is kept."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from services.node.context import Node
from services.node.tables import AccountSession
from services.units.address import Address
from services.wire.node import SessionOut

LIFETIME = timedelta(hours=24)
_FIND = select(AccountSession.address, AccountSession.expires_at).where(
    AccountSession.token_hash == bindparam("hashed")
)


def open_session(node: Node, session: Session, account: Address) -> SessionOut:
    """Make a token for an account, inside the caller's write unit."""
    now = node.clock.now()
    token = secrets.token_urlsafe(32)
    session.execute(delete(AccountSession).where(AccountSession.expires_at < now))
    session.add(AccountSession(token_hash=_hash(token), address=account, expires_at=now + LIFETIME))
    return SessionOut(token=token, address=account, expires_at=now + LIFETIME)


def account_of(node: Node, token: str) -> Address | None:
    """Give the account behind a token, or None."""
    with node.database.read() as session:
        found = session.connection().execute(_FIND, {"hashed": _hash(token)}).first()
    if found is None or found.expires_at < node.clock.now():
        return None
    return Address(found.address)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
