"""The pass, a creator's months with it, and cases."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from anyio import to_thread

from services.http.door import Door
from services.units.money import Money
from services.wire.cases import AppealIn, CaseDecision, CaseDecisionIn, CaseOut
from services.wire.figures import ScoreOut
from services.wire.memberships import MembershipsOut, OwnMembershipOut
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
from services.wire.problems import ProblemError

_CHAIN_S = 60.0


@dataclass(frozen=True, slots=True)
class CreatorsPass:
    """All that a creator's page of the pass shows. offer: None where the node sells no pass."""

    offer: PassOut | None
    sharing: SharingOut
    cases: tuple[CaseOut, ...]
    score: ScoreOut


@dataclass(frozen=True, slots=True)
class ViewersPass:
    """All that a viewer's page of the pass shows. held: the membership, None for who never had one."""

    offer: PassOut | None
    films: tuple[PassFilmOut, ...]
    held: OwnMembershipOut | None
    cases: tuple[CaseOut, ...]


@dataclass(frozen=True, slots=True)
class OperatorsPass:
    """What an operator sees of the own node's pass: the offer, and the cases that wait."""

    offer: PassOut | None
    cases: tuple[CaseOut, ...]


class PassClient:
    """Calls of the pass. It is joined with ``memberships.join`` by its tier_id. ``node``: empty for the own one."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def for_creator(self) -> CreatorsPass:
        """Read all that a creator sees of the own node's pass."""
        score = await self._door.call(ScoreOut, "GET", "/figures/score")
        return CreatorsPass(await self._offered(), await self.sharing(), await self.cases(), score)

    async def for_viewer(self) -> ViewersPass:
        """Read all that a viewer sees of the own node's pass."""
        offer = await self._offered()
        if offer is None:
            return ViewersPass(None, (), None, ())
        mine = await self._door.call(MembershipsOut, "GET", "/memberships")
        held = next((one for one in mine.memberships if one.membership.tier_id == offer.tier_id), None)
        return ViewersPass(offer, await self.films(), held, await self.cases() if held else ())

    async def for_operator(self) -> OperatorsPass:
        """Read what waits for an operator. Problem codes: account.forbidden."""
        return OperatorsPass(await self._offered(), await self.queue())

    async def keep(self, path: str, text: str) -> str:
        """Write a statement's file; gives its path. Problem codes: file.not_written."""
        try:
            await to_thread.run_sync(Path(path).write_text, text)
        except OSError as exc:
            raise ProblemError("file.not_written", path=path) from exc
        return path

    async def _offered(self) -> PassOut | None:
        try:
            return await self.read()
        except ProblemError as problem:
            if problem.code != "pass.none":
                raise
            return None

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
