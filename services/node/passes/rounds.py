"""Rounds: what is due goes out by the Escrow's delayed distribution, each share once.

A round is written down before it is announced, so that the same shares go to the chain whatever breaks in between. Its
money is entered when the Escrow says that it was shared out, whoever carried it out.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import func, select, update

from services.chain.abi import WORD, read_uint
from services.chain.calls import Call
from services.chain.errors import ChainRefused, ChainReverted, OutcomeUnknown
from services.chain.hashing import keccak256
from services.chain.pool import Share, distribute_call, proposal_call, propose_distribution_call
from services.chain.relayer import Relayer, next_attempt
from services.node.context import Node
from services.node.memberships.turns import take_turn
from services.node.passes.payable import is_too_often, missing_of
from services.node.passes.tables import PassRound, PassShare
from services.node.sales.booking import sync
from services.units.address import Address, Bytes32, bytes32
from services.units.ids import named_intent
from services.units.money import Money
from services.wire.problems import ProblemError

MOST_SHARES: Final = 200
"""Shares in one round: what fits into a block many times over."""
_WAIT_S = 20.0


def plan(node: Node, owner: Address | None = None) -> list[str]:
    """Put what is due and may go into rounds, all of it or one owner's; gives their names. Blocking.

    Raises ProblemError: request.too_many for an owner who asked too often today.
    """
    now, planned = node.clock.now(), []
    with node.database.write() as session:
        take_turn(session, "pass rounds")
        wanted = select(PassShare).where(PassShare.state == "due").order_by(PassShare.month, PassShare.owner)
        rows = list(session.scalars(wanted if owner is None else wanted.where(PassShare.owner == owner)))
        ready = [row for row in rows if not missing_of(node, session, row.owner, row.month, now)]
        if ready and owner is not None and is_too_often(session, owner, now):
            raise ProblemError("request.too_many", seconds=86_400)
        for first in range(0, len(ready), MOST_SHARES):
            part = ready[first : first + MOST_SHARES]
            count = session.scalar(select(func.count()).select_from(PassRound)) or 0
            name = f"{part[-1].month.partition('/')[0]}.{count + 1}"
            session.add(
                PassRound(
                    name=name, round_id=_round_id(node, name), state="planned", ready_at=0, at=now,
                    shares=[[row.owner, row.paid.micros] for row in part],
                )
            )  # fmt: skip
            session.flush()
            for row in part:
                row.state, row.round = "planned", name
            planned.append(name)
    return planned


def advance(node: Node) -> int:
    """Announce what is planned and carry out what is ready; gives how many steps were taken. Blocking.

    Raises ProblemError: pass.not_owner, transaction.unknown, chain.unreachable.
    """
    steps = 0
    for row in _rows(node, "planned"):
        steps += _announce(node, row)
    ready = [row for row in _rows(node, "proposed") if node.chain.head().timestamp >= row.ready_at]
    for row in ready:
        steps += _carry_out(node, row)
    return steps


def _rows(node: Node, state: str) -> list[PassRound]:
    with node.database.read() as session:
        return list(session.scalars(select(PassRound).where(PassRound.state == state).order_by(PassRound.name)))


def _announce(node: Node, row: PassRound) -> int:
    call = propose_distribution_call(node.chain.escrow, row.round_id, _shares(row))
    if not _proposal(node, row)[1]:
        _send(node.treasurer, "announce", node, row, call)
    total, ready_at = _proposal(node, row)
    if not total:
        return 0
    with node.database.write() as session:
        kept = session.get_one(PassRound, row.name)
        if kept.state == "planned":
            kept.state, kept.ready_at = "proposed", ready_at
    return 1


def _carry_out(node: Node, row: PassRound) -> int:
    if _proposal(node, row)[1]:
        _send(node.relayer, "distribute", node, row, distribute_call(node.chain.escrow, row.round_id, _shares(row)))
    sync(node)
    if _proposal(node, row)[1]:
        return 0
    with node.database.write() as session:
        kept = session.get_one(PassRound, row.name)
        if kept.state == "proposed":
            # The Escrow's owner took it back: its shares are due as before, under another name.
            kept.state = "canceled"
            session.execute(update(PassShare).where(PassShare.round == row.name).values(state="due", round=None))
    return 1


def _send(relayer: Relayer, what: str, node: Node, row: PassRound, call: Call) -> None:
    intent = next_attempt(relayer, named_intent("\x1f".join((f"pass round {what}", node.chain.escrow, row.name))))
    try:
        relayer.wait(relayer.submit(intent, call), timeout_s=_WAIT_S)
    except ChainReverted as exc:
        if exc.error_name in ("RoundTaken", "NoSuchProposal"):
            # Somebody was faster; the next look finds it done.
            return
        raise ProblemError("pass.not_owner", account=relayer.sender) from exc
    except (ChainRefused, OutcomeUnknown) as exc:
        raise ProblemError("transaction.unknown") from exc


def _proposal(node: Node, row: PassRound) -> tuple[int, int]:
    """Ask the chain for a round's sum and its earliest time; zeros when it is not announced, or done."""
    answer = node.chain.ask(proposal_call(node.chain.escrow, row.round_id))
    return read_uint(answer[:WORD]), read_uint(answer[WORD : 2 * WORD])


def _shares(row: PassRound) -> list[Share]:
    return [Share(Address(creator), Money(micros)) for creator, micros in row.shares]


def _round_id(node: Node, name: str) -> Bytes32:
    return bytes32(
        keccak256(f"museclock/pass/round\x1f{node.chain.escrow}\x1f{node.authorizer.address}\x1f{name}".encode())
    )
