"""Three books side by side: the chain by the desk's own line, the node's ledger, the desk's ledger."""

from __future__ import annotations

from dataclasses import dataclass

from anyio import to_thread
from fastapi import APIRouter

from services.chain.errors import ChainUnreachable
from services.db.ledger import balance
from services.desk.chain_view import ChainSums, follow, sums
from services.desk.context import Desk
from services.desk.door import DeskOf
from services.desk.money import ESCROW, SALES, SPENT
from services.units.money import Money
from services.wire.desk import Reconciliation, ReconciliationRow
from services.wire.node import CreatorSums, SpendingOut
from services.wire.problems import ProblemError

router = APIRouter(tags=["reconciliation"])


@dataclass(frozen=True, slots=True)
class _Own:
    """The desk's own sums."""

    paid: Money
    earned: Money
    available: Money


@dataclass(frozen=True, slots=True)
class _Node:
    """The node's sums; None where the node could not be asked."""

    spending: SpendingOut | None
    creator: CreatorSums | None


@router.get("/reconciliation")
async def reconciliation(desk: DeskOf) -> Reconciliation:
    """Compare the sums that concern this desk's account."""
    node = await _ask_node(desk)
    chain, available = await to_thread.run_sync(_ask_chain, desk)
    own = await to_thread.run_sync(_own, desk)
    return Reconciliation(
        rows=_rows(desk, chain, available, node, own),
        block=chain.block if chain else None,
        as_of=desk.clock.now(),
    )


async def _ask_node(desk: Desk) -> _Node:
    try:
        spending = await desk.node.call(SpendingOut, "GET", "/users/me/spending")
        creator = await desk.node.call(CreatorSums, "GET", "/creators/sums")
    except ProblemError:
        # A sum that is not known is shown as not known; it is never taken from another book.
        return _Node(None, None)
    return _Node(spending, creator)


def _ask_chain(desk: Desk) -> tuple[ChainSums | None, Money | None]:
    owner = desk.keyring.address
    if owner is None:
        return None, None
    try:
        follow(desk)
        return sums(desk), desk.chain.creator_balance(owner)
    except ChainUnreachable:
        return None, None


def _own(desk: Desk) -> _Own:
    with desk.database.read() as session:
        return _Own(paid=balance(session, SPENT), earned=-balance(session, SALES), available=balance(session, ESCROW))


def _rows(
    desk: Desk, chain: ChainSums | None, available: Money | None, node: _Node, own: _Own
) -> tuple[ReconciliationRow, ...]:
    paid = ReconciliationRow(
        name="paid",
        chain=chain.paid if chain else None,
        node=node.spending.paid if node.spending else None,
        desk=own.paid,
    )
    sold = node.creator
    creator = (
        ReconciliationRow(
            name="earned", chain=chain.earned if chain else None, node=sold.earned if sold else None, desk=own.earned
        ),
        ReconciliationRow(
            name="withdrawn",
            chain=chain.withdrawn if chain else None,
            node=sold.withdrawn if sold else None,
            desk=own.earned - own.available,
        ),
        ReconciliationRow(name="available", chain=available, node=sold.available if sold else None, desk=own.available),
    )
    if desk.role == "creator":
        return creator
    return (paid,) if desk.role == "viewer" else (paid, *creator)
