"""The routes of payouts."""

from __future__ import annotations

from typing import cast

from anyio import to_thread
from sqlalchemy import select

from services.chain.errors import ChainUnreachable
from services.desk.chain_view import follow
from services.desk.context import Desk
from services.desk.door import DeskOf
from services.desk.nodes.record import sold_at
from services.desk.payouts.withdrawal import OPEN, precheck, withdraw
from services.desk.tables import Withdrawal
from services.http.late_routes import LateRouter
from services.units.money import ZERO, Money, total
from services.wire.base import ProblemOut
from services.wire.earnings import PayoutsOut, PrecheckOut, WithdrawalOut, WithdrawalState
from services.wire.node import CreatorSums
from services.wire.passes import SharingOut
from services.wire.problems import ProblemError

_HISTORY = 50
_COLLECT_S = 60.0

router = LateRouter(tags=["payouts"])


@router.get("/payouts")
async def state(desk: DeskOf) -> PayoutsOut:
    """Read balances and history."""
    return await _full_state(desk)


@router.post("/payouts/collect")
async def collect(desk: DeskOf) -> PayoutsOut:
    """Have each node where films of this account are or were bring home what was sold, and what lies in the till."""
    for node in await to_thread.run_sync(sold_at, desk):
        await desk.at(node).node.send_proven("POST", "/creators/collect", timeout_s=_COLLECT_S)
    state = await _full_state(desk)
    for kind in ("payout", "earnings", "wallet"):
        desk.events.publish(kind)
    return state


@router.get("/payouts/precheck")
async def check(desk: DeskOf) -> PrecheckOut:
    """Say what a withdrawal would do."""
    amount, fee, gas, problem = await to_thread.run_sync(precheck, desk)
    return PrecheckOut(
        amount=amount,
        fee=fee,
        gas=gas,
        you_get=amount,
        to=desk.keyring.owner(),
        problem=None if problem is None else ProblemOut.model_validate(problem.body()),
    )


@router.post("/payouts/withdraw", status_code=202)
async def start(desk: DeskOf) -> WithdrawalOut:
    """Withdraw everything."""
    return _out(await withdraw(desk))


async def _full_state(desk: Desk) -> PayoutsOut:
    state = await to_thread.run_sync(_state, desk)
    try:
        sums = await desk.node.call(CreatorSums, "GET", "/creators/sums")
    except ProblemError:
        # What is on its way is the node's knowledge; without it the rest is shown.
        return state
    return state.model_copy(update={"pending": sums.in_flight, "reserved": await _reserved(desk)})


async def _reserved(desk: Desk) -> Money | None:
    try:
        sharing = await desk.node.call(SharingOut, "GET", "/pass/sharing")
    except ProblemError:
        # A node without a pass has nothing to hold.
        return None
    return sharing.reserve if sharing.is_smoothed or sharing.reserve else None


def _state(desk: Desk) -> PayoutsOut:
    owner = desk.keyring.address
    available: Money | None = ZERO
    if owner is not None:
        try:
            follow(desk)
            available = desk.chain.creator_balance(owner)
        except ChainUnreachable:
            available = None
    with desk.database.read() as session:
        rows = list(session.scalars(select(Withdrawal).order_by(Withdrawal.ordinal.desc()).limit(_HISTORY)))
        confirmed = session.scalars(select(Withdrawal.amount).where(Withdrawal.state == "confirmed"))
        withdrawn = total(list(confirmed))
    return PayoutsOut(
        available=available,
        in_flight=total([row.amount for row in rows if row.state in OPEN]),
        withdrawn=withdrawn,
        history=tuple(_out(row) for row in rows),
        as_of=desk.clock.now(),
    )


def _out(row: Withdrawal) -> WithdrawalOut:
    problem = None
    if row.state == "failed":
        problem = ProblemOut.model_validate(ProblemError("chain.reverted", error=row.error or "").body())
    return WithdrawalOut(
        id=row.id,
        amount=row.amount,
        state=cast("WithdrawalState", row.state),
        transaction=row.transaction,
        fee=row.fee,
        problem=problem,
        at=row.at,
    )
