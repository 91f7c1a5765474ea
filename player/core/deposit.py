"""What goes into a payment channel with a purchase: announced before the click, and capped by the viewer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.units.money import ZERO, Money

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Deposit:
    """A sum for the channel, ``least`` ≤ ``amount`` ≤ ``most``; all are 0 while there is enough in it.

    least: enough for what is wanted next. most: the rest of the film or a dollar, unless what is wanted costs more.
    """

    amount: Money = ZERO
    least: Money = ZERO
    most: Money = ZERO

    @property
    def is_needed(self) -> bool:
        """Whether anything goes into the channel."""
        return self.amount > ZERO

    def takes(self, amount: Money) -> bool:
        """Tell whether the viewer may choose this sum."""
        return self.least <= amount <= self.most

    def with_choice(self, chosen: Money | None) -> Deposit:
        """Follow the viewer's choice as far as it fits; without one, or without a need, stay as it is."""
        if chosen is None or not self.is_needed:
            return self
        return Deposit(max(self.least, min(chosen, self.most)), self.least, self.most)


def announced(usual: Money, *, price: Money, available: Money | None) -> Deposit:
    """Take over what the service would put in for a part of that price; never more than the wallet has."""
    if usual <= ZERO:
        return Deposit()
    least = min(price, usual)
    most = usual if available is None else max(least, min(usual, available))
    return Deposit(most, least, most)


def asked_again(params: Mapping[str, str], chosen: Money | None) -> Deposit | None:
    """Read the problem ``deposit.confirm``: the usual sum, or the least for a viewer who had chosen a smaller one.

    None when it does not say the sums.
    """
    try:
        usual, least = Money(int(params["amount"])), Money(int(params["least"]))
    except (KeyError, ValueError):
        return None
    return Deposit(usual if chosen is None else least, least, max(usual, least))
