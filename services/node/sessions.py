"""Bearer tokens: short, bounded by their scopes, revoked at once; only their SHA-256 is kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from services.db.columns import to_microseconds
from services.db.plain import Prepared
from services.node.context import Node
from services.node.tables import AccountSession
from services.units.address import Address
from services.units.ids import new_row_id
from services.wire.accounts import SCOPES, Scope, SessionRow
from services.wire.node import SessionOut

LIFETIME = timedelta(minutes=60)
USE_NOTED_EVERY = timedelta(minutes=5)
_NOTED_EVERY = USE_NOTED_EVERY // timedelta(microseconds=1)
_PURGED_AT_ONCE = 100
_FIND = Prepared(
    select(
        AccountSession.address,
        AccountSession.scopes,
        AccountSession.id,
        AccountSession.used_at,
        AccountSession.expires_at,
    ).where(AccountSession.token_hash == bindparam("hashed")),
    ("hashed",),
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who asks, and what the session is for."""

    account: Address
    scopes: frozenset[str]
    id: str
    is_use_noted: bool
    """Whether ``used_at`` of the session is recent enough."""


def open_session(
    node: Node, session: Session, account: Address, *, scopes: Iterable[Scope] = SCOPES, label: str = ""
) -> SessionOut:
    """Make a token for an account, inside the caller's write unit."""
    now = node.clock.now()
    token = secrets.token_urlsafe(32)
    wanted = tuple(scope for scope in SCOPES if scope in set(scopes))
    # Skipping what another worker is deleting right now: two of them must not wait for each other.
    old = select(AccountSession.token_hash).where(AccountSession.expires_at < now).limit(_PURGED_AT_ONCE)
    session.execute(delete(AccountSession).where(AccountSession.token_hash.in_(old.with_for_update(skip_locked=True))))
    session.add(
        AccountSession(
            token_hash=_hash(token),
            id=new_row_id(),
            address=account,
            scopes=" ".join(wanted),
            label=label,
            created_at=now,
            used_at=now,
            expires_at=now + LIFETIME,
        )
    )
    return SessionOut(token=token, address=account, expires_at=now + LIFETIME, scopes=wanted)


def look_up(node: Node, token: str) -> SignedIn | None:
    """Give who is behind a token, or None for one that is unknown, revoked or expired."""
    with node.database.read_plain() as unit:
        found = _FIND.first(unit, _hash(token))
    now = to_microseconds(node.clock.now())
    if found is None or found[4] < now:
        return None
    account, scopes, session_id, used_at, _ = found
    is_use_noted = now - used_at <= _NOTED_EVERY
    return SignedIn(Address(account), frozenset(scopes.split()), session_id, is_use_noted)


def note_use(node: Node, signed_in: SignedIn) -> None:
    """Remember that a session is in use. Blocking."""
    with node.database.write() as session:
        session.execute(
            update(AccountSession).where(AccountSession.id == signed_in.id).values(used_at=node.clock.now())
        )


def sessions_of(node: Node, signed_in: SignedIn) -> tuple[SessionRow, ...]:
    """List the account's open sessions, the newest first."""
    wanted = select(AccountSession).where(
        AccountSession.address == signed_in.account, AccountSession.expires_at >= node.clock.now()
    )
    with node.database.read() as session:
        rows = session.scalars(wanted.order_by(AccountSession.created_at.desc(), AccountSession.id))
        return tuple(
            SessionRow(
                id=row.id,
                label=row.label,
                scopes=tuple(scope for scope in SCOPES if scope in row.scopes.split()),
                created_at=row.created_at,
                used_at=row.used_at,
                expires_at=row.expires_at,
                is_current=row.id == signed_in.id,
            )
            for row in rows
        )


def close_session(node: Node, signed_in: SignedIn, session_id: str) -> bool:
    """Revoke one of the account's sessions; tells whether there was one."""
    wanted = (AccountSession.id == session_id, AccountSession.address == signed_in.account)
    with node.database.write() as session:
        return session.execute(delete(AccountSession).where(*wanted).returning(AccountSession.id)).first() is not None


def close_all(node: Node, account: Address) -> None:
    """Revoke all of an account's sessions."""
    with node.database.write() as session:
        session.execute(delete(AccountSession).where(AccountSession.address == account))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
