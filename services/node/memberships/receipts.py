"""Receipts of keys that a member got for nothing: one for each film and period."""

from __future__ import annotations

from services.db.dialects import insert_into
from services.node.access import Lent, lent
from services.node.context import Node
from services.node.memberships.tables import KeyReceipt
from services.node.sales.shelf import Film
from services.units.address import Address

_ADD = insert_into(KeyReceipt).on_conflict_do_nothing()


def leave_receipt(node: Node, account: Address, film: Film) -> None:
    """Note that a member got a film's key. Blocking; once it is noted, it only reads."""
    with node.database.read() as session:
        found = lent(session.connection(), account, film, node.clock.now())
    if found is not None:
        note_lent(node, account, film, found)


def note_lent(node: Node, account: Address, film: Film, found: Lent) -> None:
    """Leave a receipt: who got which film's keys, by which tier, until when. Blocking."""
    key = (account, film.item.content_id, found.until)
    with node.database.read() as session:
        if session.get(KeyReceipt, key) is not None:
            return
    row = {"account": key[0], "content_id": key[1], "until": key[2], "tier_id": found.tier_id, "at": node.clock.now()}
    with node.database.write() as session:
        session.execute(_ADD, row)
