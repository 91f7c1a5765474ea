"""What came into the wallet from outside, or left it by other programs: a line each, so that no change is without one.

The chain's balance less these books' is what came from outside in all. A difference gets its line once it has stood
for a while with nothing in flight: until then it may be something that these books are about to enter.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from anyio import to_thread
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.chain.errors import ChainUnreachable
from services.db.ledger import balance
from services.desk.chain_view import follow
from services.desk.context import Desk
from services.desk.money import WALLET, in_flight
from services.desk.wallet.tables import OutsideChange
from services.units.money import ZERO, Money, total
from services.wire.desk import BalanceLineOut

# Longer than the looks that enter what creators and channels gave back.
SURE_AFTER = timedelta(seconds=45)
_AGAIN_S = 15.0


async def watch(desk: Desk) -> None:
    """Look at the balance until the desk closes."""
    while True:
        if await to_thread.run_sync(note, desk):
            desk.events.publish("wallet")
        await asyncio.sleep(_AGAIN_S)


def note(desk: Desk) -> bool:
    """Look once, and write a line for a difference that has stood for long enough; True for a new line. Blocking."""
    owner = desk.keyring.address
    if owner is None:
        return False
    try:
        follow(desk)
        held = desk.chain.token_balance(owner)
    except ChainUnreachable:
        return False
    with desk.database.read() as session:
        change = _change(session, held)
    seen, now = desk.memory.outside, desk.clock.now()
    if not change or seen is None or seen[0] != change:
        desk.memory.outside = (change, now) if change else None
        return False
    if now - seen[1] < SURE_AFTER:
        return False
    with desk.database.write() as session:
        if _change(session, held) != change:
            return False
        number = session.scalar(select(func.max(OutsideChange.number))) or 0
        session.add(OutsideChange(number=number + 1, amount=change, at=seen[1]))
    desk.memory.outside = None
    return True


def lines(session: Session, limit: int) -> tuple[BalanceLineOut, ...]:
    """Give the latest such changes as lines."""
    rows = session.scalars(select(OutsideChange).order_by(OutsideChange.number.desc()).limit(limit))
    return tuple(
        BalanceLineOut(
            kind="outside.in" if row.amount > ZERO else "outside.out",
            title="",
            amount=row.amount,
            in_channels=ZERO,
            at=row.at,
        )
        for row in rows
    )


def has_come(desk: Desk) -> bool:
    """Tell whether money ever came in. Blocking."""
    with desk.database.read() as session:
        return session.scalar(select(OutsideChange.number).where(OutsideChange.amount > ZERO).limit(1)) is not None


def _change(session: Session, held: Money) -> Money:
    """Give what no line explains; nothing while something is on its way."""
    if in_flight(session):
        return ZERO
    noted = total(list(session.scalars(select(OutsideChange.amount))))
    return held - balance(session, WALLET) - noted
