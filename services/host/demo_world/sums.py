"""What a world adds up to: every account of its node's ledger and every balance of its people, to the unit."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from services.db.books import LedgerBalance
from services.node.context import Node
from services.units.address import Address


def sums(node: Node, people: Sequence[Address]) -> dict[str, str]:
    """Give all sums in micro-USDC by name, those of the chain under ``chain:…``. Blocking."""
    with node.database.read() as session:
        rows = session.execute(select(LedgerBalance.account, LedgerBalance.amount).order_by(LedgerBalance.account))
        found = {account: str(amount.micros) for account, amount in rows}
    for person in people:
        found[f"chain:{person}"] = str(node.chain.token_balance(person).micros)
        found[f"escrow:{person}"] = str(node.chain.creator_balance(person).micros)
    found["escrow:platform"] = str(node.chain.platform_balance().micros)
    return found
