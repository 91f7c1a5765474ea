"""What an account may be to this node: everybody views; who published or made a tier creates; the rest is given.

Operators are named by whoever runs the node, in its configuration, and by nothing in its database.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from services.db.dialects import insert_into
from services.node.context import Node
from services.node.tables import AccountRole, Item, Tier
from services.units.address import Address
from services.wire.accounts import GivenRole, Role


def role_of(node: Node, session: Session, account: Address) -> frozenset[Role]:
    """Give all roles of an account; ``viewer`` is always among them."""
    found: set[Role] = {"viewer"}
    if has_created(session, account):
        found.add("creator")
    if is_moderator(node, session, account):
        found.add("moderator")
    if account in node.operators:
        found.add("operator")
    return frozenset(found)


def has_created(session: Session, account: Address) -> bool:
    """Tell whether an account published something or made a tier."""
    return any(session.scalar(select(exists().where(table.creator == account))) for table in (Item, Tier))


def is_moderator(node: Node, session: Session, account: Address) -> bool:
    """Tell whether an account may moderate; an operator may."""
    return account in node.operators or session.get(AccountRole, (account, "moderator")) is not None


def grant(session: Session, account: Address, role: GivenRole, *, by: Address, at: datetime) -> None:
    """Give a role, inside the caller's write unit; what was given before stays as it was."""
    row = {"account": account, "role": role, "granted_by": by, "granted_at": at}
    session.execute(insert_into(AccountRole).values(row).on_conflict_do_nothing())


def revoke(session: Session, account: Address, role: GivenRole) -> None:
    """Take a role away, inside the caller's write unit."""
    session.execute(delete(AccountRole).where(AccountRole.account == account, AccountRole.role == role))
