"""Accounts at a node: roles, scopes of a session, and what a person is shown of the own sessions."""

from __future__ import annotations

from typing import Final, Literal

from services.wire.base import AddressField, Answer, Moment

Role = Literal["viewer", "creator", "moderator", "operator"]
GivenRole = Literal["moderator"]
"""The roles that an operator gives and takes; the others follow from what an account did or from the configuration."""

Scope = Literal["watch", "publish", "money", "govern"]
SCOPES: Final[tuple[Scope, ...]] = ("watch", "publish", "money", "govern")
"""What a session may be for: to read and buy, to publish and sell, to move money, to moderate and operate."""


class SessionRow(Answer):
    """A session as its owner is shown it; the token is not part of it."""

    id: str
    label: str
    scopes: tuple[Scope, ...]
    created_at: Moment
    used_at: Moment
    """At the precision of a few minutes."""
    expires_at: Moment
    is_current: bool


class AccountOut(Answer):
    """Who the caller is to this node."""

    address: AddressField
    roles: tuple[Role, ...]
    scopes: tuple[Scope, ...]


class RolesOut(Answer):
    """What an account may be to this node."""

    address: AddressField
    roles: tuple[Role, ...]
