"""Tips that this account gives, and those that it got."""

from __future__ import annotations

from services.http.door import Door
from services.units.address import Address
from services.units.money import Money
from services.wire.tips import GiveTipIn, NextTipOut, OwnTipOut, TipOut


class TipsClient:
    """Calls of the tips slice. ``node``: the address of the creator's node, empty for the one on this computer."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def next(self) -> NextTipOut:
        """Give the number of the next tip and what can be spent."""
        return await self._door.call(NextTipOut, "GET", "/tips/next")

    async def give(self, creator: Address, *, amount: Money, message: str, ordinal: int, node: str = "") -> OwnTipOut:
        """Give a tip; the same order again moves nothing more.

        Problem codes: send.amount, payment.insufficient, budget.day, budget.creator, payment.terms_changed,
        payment.unknown (it is looked for), wallet.locked, node.unreachable.
        """
        body = GiveTipIn(amount=amount, message=message, ordinal=ordinal)
        query = {"node": node}
        return await self._door.call(
            OwnTipOut, "POST", f"/creators/{creator}/tips", query=query, body=body, timeout_s=60
        )

    async def to(self, creator: Address) -> tuple[OwnTipOut, ...]:
        """List the tips that this account gave a creator."""
        return await self._door.call(tuple[OwnTipOut, ...], "GET", f"/creators/{creator}/tips")

    async def received(self) -> tuple[TipOut, ...]:
        """List the tips that this account got."""
        return await self._door.call(tuple[TipOut, ...], "GET", "/tips/received")
