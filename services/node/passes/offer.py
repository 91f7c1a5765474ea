"""The pass as it is sold: a tier of the Escrow's own address, so that it is quoted, paid and renewed as tiers are."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from services.chain.abi import read_uint
from services.chain.errors import ChainRefused, ChainReverted, OutcomeUnknown
from services.chain.orders import appoint_pool_seller_call
from services.chain.pool import distribution_delay_call
from services.node.context import Node
from services.node.memberships.sellers import is_appointed
from services.node.memberships.turns import take_turn
from services.node.passes.tables import PassCreator
from services.node.tables import Item, Tier
from services.units.ids import named_intent, new_row_id
from services.units.money import Money
from services.wire.passes import PassIn, PassOut
from services.wire.problems import ProblemError

LEAST, MOST = Money(990_000), Money(99_990_000)
"""What thirty days of a pass may cost: $0.99 to $99.99."""
_WAIT_S = 20.0


def find_pass(node: Node, session: Session) -> Tier | None:
    """Give the pass that is sold, if there is one."""
    sold = (Tier.creator == node.chain.escrow, Tier.archived_at.is_(None))
    return session.scalar(select(Tier).where(*sold))


def the_pass(node: Node, session: Session) -> Tier:
    """Give the pass that is sold. Raises ProblemError: pass.none."""
    found = find_pass(node, session)
    if found is None:
        raise ProblemError("pass.none")
    return found


def offer(node: Node, wanted: PassIn) -> Tier:
    """Sell a pass, or change its name and price for whoever pays from now on. Blocking.

    Raises ProblemError: tier.price, tier.name, pass.not_owner (the node does not speak for the Escrow's owner),
    transaction.unknown, chain.unreachable.
    """
    name = " ".join(wanted.name.split())
    if not LEAST <= wanted.price <= MOST:
        raise ProblemError("tier.price", price=wanted.price.dollars)
    if not name or not name.isprintable():
        raise ProblemError("tier.name", limit=60)
    _appoint(node)
    with node.database.write() as session:
        take_turn(session, "pass")
        row = find_pass(node, session)
        if row is None:
            row = Tier(
                id=new_row_id(), creator=node.chain.escrow, name=name, price=wanted.price, perks=[],
                created_at=node.clock.now(),
            )  # fmt: skip
            session.add(row)
        row.name, row.price = name, wanted.price
    return row


def pass_out(node: Node, session: Session, row: Tier) -> PassOut:
    """Write the pass for the wire. Asks the chain."""
    in_it = (PassCreator.tier_id == row.id, PassCreator.left_at.is_(None))
    films = select(func.count()).select_from(Item).join(PassCreator, PassCreator.creator == Item.creator)
    return PassOut(
        tier_id=row.id,
        creator=row.creator,
        name=row.name,
        price=row.price,
        creators=session.scalar(select(func.count()).select_from(PassCreator).where(*in_it)) or 0,
        films=session.scalar(films.where(*in_it, *opened_items())) or 0,
        is_appointed=is_appointed(node, node.chain.escrow),
        delay_s=read_uint(node.chain.ask(distribution_delay_call(node.chain.escrow))),
    )


def opened_items() -> tuple[ColumnElement[bool], ...]:
    """Select, of items joined with who takes part, those that the pass opens and that are shown."""
    return (
        Item.archived_at.is_(None),
        Item.takedown.is_(None),
        Item.visibility != "public",
        (Item.visibility != "members") | (PassCreator.with_members_only == 1),
    )


def _appoint(node: Node) -> None:
    """Have the Escrow's owner let this node sign the pass' quotes; once."""
    escrow, seller = node.chain.escrow, node.authorizer.address
    if is_appointed(node, escrow):
        return
    call = appoint_pool_seller_call(escrow, seller, is_appointed=True)
    intent = named_intent("\x1f".join(("appoint pool seller", escrow, seller)))
    try:
        receipt = node.treasurer.wait(node.treasurer.submit(intent, call), timeout_s=_WAIT_S)
    except ChainReverted as exc:
        raise ProblemError("pass.not_owner", account=node.treasurer.sender) from exc
    except (ChainRefused, OutcomeUnknown) as exc:
        raise ProblemError("transaction.unknown") from exc
    if not receipt.is_ok:
        raise ProblemError("pass.not_owner", account=node.treasurer.sender)
