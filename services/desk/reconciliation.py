"""Three books side by side: the chain by the desk's own line, the node's ledger, the desk's ledger."""

from __future__ import annotations

from dataclasses import dataclass

from anyio import to_thread
from sqlalchemy import select

from services.chain.errors import ChainUnreachable
from services.db.ledger import balance
from services.desk.chain_view import ChainSums, follow, sums
from services.desk.channels.chain import see
from services.desk.channels.recovery import refresh
from services.desk.context import Desk
from services.desk.door import DeskOf
from services.desk.memberships.refunds import came_back
from services.desk.money import CHANNEL, ESCROW, PROMISED, SALES, SPENT
from services.desk.nodes.record import paid_at
from services.desk.purchases.exact import transferred
from services.desk.tables import Channel
from services.desk.tips.giving import tipped
from services.http.late_routes import LateRouter
from services.units.address import Bytes32
from services.units.money import ZERO, Money, total
from services.wire.desk import Reconciliation, ReconciliationRow
from services.wire.node import CreatorSums, SpendingOut
from services.wire.problems import ProblemError

router = LateRouter(tags=["reconciliation"])


@dataclass(frozen=True, slots=True)
class _Own:
    """The desk's own sums; by_voucher: what of ``paid`` went by channels."""

    paid: Money
    by_voucher: Money
    deposited: Money
    earned: Money
    available: Money


@dataclass(frozen=True, slots=True)
class _Node:
    """The node's sums; None where the node could not be asked."""

    paid: Money | None
    """At all nodes that these books have anything of."""
    creator: CreatorSums | None


@dataclass(frozen=True, slots=True)
class _Chain:
    """What the chain says: the Escrow's events, a creator's balance, this account's transfers and its channels."""

    escrow: ChainSums
    available: Money
    deposited: Money
    claimed: Money
    transferred: Money
    refunded: Money
    """What creators gave back."""


@router.get("/reconciliation")
async def reconciliation(desk: DeskOf) -> Reconciliation:
    """Compare the sums that concern this desk's account."""
    for address in await to_thread.run_sync(paid_at, desk):
        await refresh(desk.at(address))
    node = await _ask_node(desk)
    chain = await to_thread.run_sync(_ask_chain, desk)
    own = await to_thread.run_sync(_own, desk)
    return Reconciliation(
        rows=_rows(desk, chain, node, own),
        block=chain.escrow.block if chain else None,
        as_of=desk.clock.now(),
    )


async def _ask_node(desk: Desk) -> _Node:
    nodes = [desk.at(address).node for address in await to_thread.run_sync(paid_at, desk)]
    try:
        spending = [await node.call(SpendingOut, "GET", "/users/me/spending") for node in nodes]
        creator = await desk.node.call(CreatorSums, "GET", "/creators/sums")
    except ProblemError:
        # A sum that is not known is shown as not known; it is never taken from another book.
        return _Node(None, None)
    # The Escrow tells all nodes of the same payments: they count once, the rest is each node's own.
    paid = spending[0].into_escrow + total([one.paid - one.into_escrow for one in spending])
    return _Node(paid, creator)


def _ask_chain(desk: Desk) -> _Chain | None:
    owner = desk.keyring.address
    if owner is None:
        return None
    with desk.database.read() as session:
        channels = [Bytes32(one) for one in session.scalars(select(Channel.id))]
    try:
        follow(desk)
        seen = [see(desk, channel) for channel in channels]
        return _Chain(
            escrow=sums(desk),
            available=desk.chain.creator_balance(owner),
            deposited=total([one.balance for one in seen]),
            claimed=total([one.claimed for one in seen]),
            transferred=transferred(desk) + tipped(desk),
            refunded=came_back(desk),
        )
    except ChainUnreachable:
        return None


def _own(desk: Desk) -> _Own:
    with desk.database.read() as session:
        by_voucher = total(list(session.scalars(select(Channel.total))))
        return _Own(
            paid=balance(session, SPENT),
            by_voucher=by_voucher,
            deposited=balance(session, CHANNEL) + balance(session, PROMISED) + by_voucher,
            earned=-balance(session, SALES),
            available=balance(session, ESCROW),
        )


def _rows(desk: Desk, chain: _Chain | None, node: _Node, own: _Own) -> tuple[ReconciliationRow, ...]:
    sold = node.creator
    creator = (
        ReconciliationRow(
            name="earned",
            chain=chain.escrow.earned if chain else None,
            node=sold.earned if sold else None,
            desk=own.earned,
        ),
        ReconciliationRow(
            name="withdrawn",
            chain=chain.escrow.withdrawn if chain else None,
            node=sold.withdrawn if sold else None,
            desk=own.earned - own.available,
        ),
        ReconciliationRow(
            name="available",
            chain=chain.available if chain else None,
            node=sold.available if sold else None,
            desk=own.available,
        ),
    )
    if desk.role == "creator":
        return creator
    viewer = _viewer_rows(chain, node, own)
    return viewer if desk.role == "viewer" else (*viewer, *creator)


def _viewer_rows(chain: _Chain | None, node: _Node, own: _Own) -> tuple[ReconciliationRow, ...]:
    paid = ReconciliationRow(
        name="paid",
        chain=chain.escrow.paid + chain.claimed + chain.transferred - chain.refunded if chain else None,
        node=node.paid,
        desk=own.paid,
        waiting=own.by_voucher - chain.claimed if chain else ZERO,
    )
    if own.deposited == ZERO and (chain is None or chain.deposited == ZERO):
        return (paid,)
    deposited = chain.deposited if chain else None
    return (paid, ReconciliationRow(name="deposited", chain=deposited, node=None, desk=own.deposited))
