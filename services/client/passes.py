"""The pass, a creator's months with it, and cases."""

from __future__ import annotations

from services.http.door import Door
from services.units.money import Money
from services.wire.cases import AppealIn, CaseDecision, CaseDecisionIn, CaseOut
from services.wire.passes import (
    CloseIn,
    MonthFilesOut,
    MonthOut,
    PartIn,
    PartOut,
    PassFilmOut,
    PassIn,
    PassOut,
    RoundOut,
    SharingOut,
    SmoothIn,
)

_CHAIN_S = 60.0


class PassClient:
    """Calls of the pass. It is joined with ``memberships.join`` by its tier_id. ``node``: empty for the own one."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def read(self, *, node: str = "") -> PassOut:
        """Ask what a node's pass costs and opens. Problem codes: pass.none."""
        return await self._door.call(PassOut, "GET", "/pass", query={"node": node})

    async def films(self, *, node: str = "") -> tuple[PassFilmOut, ...]:
        """List what the pass opens, the newest first. Problem codes: pass.none."""
        return await self._door.call(tuple[PassFilmOut, ...], "GET", "/pass/films", query={"node": node})

    async def months(self, *, node: str = "") -> tuple[MonthOut, ...]:
        """List the months that were shared out, the latest first."""
        return await self._door.call(tuple[MonthOut, ...], "GET", "/pass/months", query={"node": node})

    async def month(self, month: str, *, node: str = "") -> MonthFilesOut:
        """Give a month's published files. Problem codes: request.not_found."""
        return await self._door.call(MonthFilesOut, "GET", f"/pass/months/{month}", query={"node": node})

    async def rounds(self, *, node: str = "") -> tuple[RoundOut, ...]:
        """List the distributions of the pool, the latest first."""
        return await self._door.call(tuple[RoundOut, ...], "GET", "/pass/rounds", query={"node": node})

    async def sharing(self, *, node: str = "") -> SharingOut:
        """Read this creator's side of the pass."""
        return await self._door.call(SharingOut, "GET", "/pass/sharing", query={"node": node})

    async def take_part(self, *, is_in: bool, with_members_only: bool = False, node: str = "") -> PartOut:
        """Put this creator's films into the pass, or take them out. Problem codes: pass.none."""
        body = PartIn(is_in=is_in, with_members_only=with_members_only)
        return await self._door.call(PartOut, "PUT", "/pass/part", body=body, query={"node": node})

    async def smooth(self, *, is_on: bool, node: str = "") -> SharingOut:
        """Smooth this creator's payouts, or no longer: then all that is held is due at once."""
        body = SmoothIn(is_on=is_on)
        return await self._door.call(SharingOut, "PUT", "/pass/smoothing", body=body, query={"node": node})

    async def pay_now(self, *, node: str = "") -> SharingOut:
        """Bring on its way what is due. Problem codes: request.too_many, pass.not_owner, transaction.unknown."""
        query = {"node": node}
        return await self._door.call(SharingOut, "POST", "/pass/payouts", query=query, timeout_s=_CHAIN_S)

    async def offer(self, *, name: str, price: Money) -> PassOut:
        """Offer a pass on the own node. Problem codes: account.forbidden, tier.price, tier.name, pass.not_owner."""
        body = PassIn(name=name, price=price)
        return await self._door.call(PassOut, "PUT", "/pass", body=body, timeout_s=_CHAIN_S)

    async def share_out(self, month: str) -> tuple[MonthOut, ...]:
        """Share a month of the own node out. Problem codes: account.forbidden, pass.month."""
        body = CloseIn(month=month)
        return await self._door.call(tuple[MonthOut, ...], "POST", "/pass/months", body=body, timeout_s=_CHAIN_S)

    async def cases(self, *, node: str = "") -> tuple[CaseOut, ...]:
        """List the cases about this account, the latest first."""
        return await self._door.call(tuple[CaseOut, ...], "GET", "/cases", query={"node": node})

    async def appeal(self, case: str, text: str, *, node: str = "") -> tuple[CaseOut, ...]:
        """Object to a case. Problem codes: request.not_found, case.state."""
        body, query = AppealIn(text=text), {"node": node}
        return await self._door.call(tuple[CaseOut, ...], "POST", f"/cases/{case}/appeal", body=body, query=query)

    async def queue(self) -> tuple[CaseOut, ...]:
        """List what waits for the operator's decision at the own node. Problem codes: account.forbidden."""
        return await self._door.call(tuple[CaseOut, ...], "GET", "/oversight/cases")

    async def decide(self, case: str, decision: CaseDecision, *, text: str) -> tuple[CaseOut, ...]:
        """Lift or uphold a case. Problem codes: account.forbidden, case.state."""
        body = CaseDecisionIn(decision=decision, text=text)
        return await self._door.call(tuple[CaseOut, ...], "POST", f"/oversight/cases/{case}", body=body)
