"""The budget: counted from the rows, inside the unit of work that adds to them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.proxy.purse import Purse
from services.proxy.refusals import Reason, Refusal
from services.proxy.tables import ChannelRow, PaymentRow
from services.units.money import ZERO, Money


@dataclass(frozen=True, slots=True)
class Standing:
    """spent: what nodes have or may take. locked: what lies in channels beyond that, and can come back."""

    spent: Money
    locked: Money

    @property
    def committed(self) -> Money:
        """What counts against the budget."""
        return self.spent + self.locked


def standing(session: Session) -> Standing:
    """Add the rows up. A payment whose end is unknown counts as made."""
    by_transfer = select(func.sum(PaymentRow.amount)).where(
        PaymentRow.channel_id.is_(None), PaymentRow.state.in_(("in_flight", "paid"))
    )
    spent, locked = session.scalar(by_transfer) or ZERO, ZERO
    for row in session.scalars(select(ChannelRow)):
        promised = row.signed - row.base
        spent, locked = spent + promised, locked + max(row.deposited - promised, ZERO)
    return Standing(spent, locked)


def check(session: Session, purse: Purse, amount: Money) -> None:
    """Make sure that what the unit of work has added stays within the budget. Raises Refusal, and nothing is kept."""
    session.flush()
    found = standing(session)
    if found.committed > purse.limits.budget:
        raise over_budget(purse, amount)


def over_budget(purse: Purse, amount: Money) -> Refusal:
    """Say that the budget is at its end."""
    with purse.database.read() as session:
        before = standing(session)
    sentence = f"This costs ${amount.dollars}; of the budget of ${purse.limits.budget.dollars}, ${before.spent.dollars}"
    sentence += " is spent"
    if before.locked:
        sentence += f" and ${before.locked.dollars} lies in channels (--refund brings it back)"
    return Refusal(Reason.BUDGET, sentence + ". Nothing was signed.")
