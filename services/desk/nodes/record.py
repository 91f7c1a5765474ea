"""The list of nodes: added after a look, kept with what the last look found."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from services.desk.context import Desk
from services.desk.memberships.tables import MembershipPayment
from services.desk.nodes.addresses import read_address
from services.desk.nodes.tables import KnownNode, Placement
from services.desk.tables import Channel, Film, Purchase
from services.units.address import Address
from services.wire.node import NodeHealth
from services.wire.problems import ProblemError

# Another answer than a node of this chain gives; anything else that is not an answer is "down".
_WRONG = ("chain.wrong_chain", "node.not_a_node", "node.certificate", "service.version", "internal")


def listed(desk: Desk) -> tuple[KnownNode, ...]:
    """List the nodes in the order in which they were added. Blocking."""
    with desk.database.read() as session:
        return tuple(session.scalars(select(KnownNode).order_by(KnownNode.added_at, KnownNode.address)))


def find(desk: Desk, address: str) -> KnownNode:
    """Give a node of the list. Blocking. Raises ProblemError: node.not_found."""
    with desk.database.read() as session:
        row = session.get(KnownNode, address)
    if row is None:
        raise ProblemError("node.not_found", node=address)
    return row


def keep(desk: Desk, address: str, name: str, health: NodeHealth) -> KnownNode:
    """Enter a node that was just looked at; one that is listed gets the name. Blocking."""
    now = desk.clock.now()
    with desk.database.write() as session:
        row = session.get(KnownNode, address)
        if row is None:
            row = KnownNode(address=address, added_at=now, since=now, agreed_at=None)
            session.add(row)
        row.name, row.chain_id = name, health.chain_id
        row.token, row.escrow = health.token, health.escrow
        _set_state(row, None, desk)
    return row


def note(desk: Desk, address: str, problem: ProblemError | None) -> bool:
    """Note what a look found (no problem: it answers as it should); whether its state changed. Blocking."""
    with desk.database.write() as session:
        row = session.get(KnownNode, address)
        return row is not None and _set_state(row, problem, desk)


def agree(desk: Desk, address: str) -> KnownNode:
    """Note that the person knows what a node can do with keys. Blocking. Raises ProblemError: node.not_found."""
    with desk.database.write() as session:
        row = session.get(KnownNode, address)
        if row is None:
            raise ProblemError("node.not_found", node=address)
        row.agreed_at = row.agreed_at or desk.clock.now()
    return row


def drop(desk: Desk, address: str) -> None:
    """Take a node off the list; what was bought there stays, and so does its address in the books. Blocking.

    Raises ProblemError: node.not_found, node.in_use while films of this account are for sale there.
    """
    with desk.database.write() as session:
        row = session.get(KnownNode, address)
        if row is None:
            raise ProblemError("node.not_found", node=address)
        here = select(Placement).where(Placement.node == address, Placement.state != "gone").limit(1)
        if session.scalar(here) is not None:
            raise ProblemError("node.in_use", node=address)
        session.delete(row)


def paid_at(desk: Desk) -> tuple[str, ...]:
    """Give the addresses of the own node and of all others that this account ever paid at. Blocking."""
    return _addresses(desk, Channel.node, Purchase.node, MembershipPayment.node)


def sold_at(desk: Desk) -> tuple[str, ...]:
    """Give the addresses of the own node and of all where films of this account are or were for sale. Blocking."""
    return _addresses(desk, Placement.node)


def dealt_with(desk: Desk) -> tuple[str, ...]:
    """Give the addresses of the own node, of those listed and of those that these books have anything of. Blocking."""
    return _addresses(desk, KnownNode.address, Channel.node, Purchase.node, Film.node)


def _addresses(desk: Desk, *columns: Any) -> tuple[str, ...]:
    own, found = (desk.home or desk).node.uri, set()
    with desk.database.read() as session:
        for column in columns:
            found |= {address for (address,) in session.execute(select(column).distinct()) if address}
    return (own, *sorted(found - {own}))


def own_address(desk: Desk, address: str) -> str:
    """Read the address of another node than the own one. Raises ProblemError: node.address."""
    read = read_address(address)
    if read == (desk.home or desk).node.uri:
        raise ProblemError("node.address")
    return read


def check_chain(desk: Desk, health: NodeHealth) -> None:
    """Refuse a node that sells for other money, whatever it calls it. Raises ProblemError: chain.wrong_chain."""
    theirs: tuple[int, Address, Address] = (health.chain_id, health.token, health.escrow)
    if theirs != (desk.chain.chain_id, desk.chain.token, desk.chain.escrow):
        raise ProblemError("chain.wrong_chain", expected=desk.chain.chain_id, found=health.chain_id)


def _set_state(row: KnownNode, problem: ProblemError | None, desk: Desk) -> bool:
    now, state = desk.clock.now(), "up"
    if problem is None:
        row.seen_at = now
    else:
        state = "wrong" if problem.code in _WRONG else "down"
    is_new = row.state != state
    if is_new:
        row.since = now
    row.state, row.problem = state, None if problem is None else problem.code
    return is_new
