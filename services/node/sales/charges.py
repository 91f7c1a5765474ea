"""Finds charges: those that the ledger holds by an index, the few that still wait for it one by one.

The values are constants in the statements, because an engine uses an index of some rows only where it sees which.
"""

from __future__ import annotations

from sqlalchemy import literal_column, select
from sqlalchemy.orm import Session

from services.node.tables import Charge
from services.units.money import Money

WAITING = Charge.is_booked == literal_column("0")
BOOKED = Charge.is_booked == literal_column("1")


def find_charge(session: Session, channel: str, total: Money) -> Charge | None:
    """Find what took a channel to a total."""
    wanted = select(Charge).where(Charge.channel_id == channel, Charge.cumulative == total)
    return session.scalar(wanted.where(BOOKED)) or session.scalar(wanted.where(WAITING))
