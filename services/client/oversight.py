"""What an operator of the own node decides."""

from __future__ import annotations

from services.http.door import Door
from services.wire.kyc import Decision, DecisionIn
from services.wire.moderation import NoteIn, TakedownIn, TakedownReason
from services.wire.oversight import OversightOut


class OversightClient:
    """Calls of the oversight slice. Each gives what still waits. Problem codes: account.forbidden."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def queue(self) -> OversightOut:
        """List what waits for a decision."""
        return await self._door.call(OversightOut, "GET", "/oversight")

    async def decide(self, creator: str, decision: Decision, *, reason: str = "") -> OversightOut:
        """Verify or reject a creator. Problem codes: kyc.state."""
        body = DecisionIn(decision=decision, reason=reason)
        return await self._door.call(OversightOut, "POST", f"/oversight/kyc/{creator}", body=body)

    async def dismiss(self, number: int, *, note: str = "") -> OversightOut:
        """Close a report without doing anything. Problem codes: moderation.state."""
        body = NoteIn(note=note)
        return await self._door.call(OversightOut, "POST", f"/oversight/reports/{number}/dismiss", body=body)

    async def take_down(self, content_id: str, *, reason: TakedownReason, text: str) -> OversightOut:
        """Hide an item and end its sale. Problem codes: content.not_found."""
        body = TakedownIn(reason=reason, text=text)
        return await self._door.call(OversightOut, "POST", f"/oversight/content/{content_id}/takedown", body=body)

    async def restore(self, content_id: str, *, note: str = "") -> OversightOut:
        """Bring an item back. Problem codes: content.not_found, moderation.state."""
        body = NoteIn(note=note)
        return await self._door.call(OversightOut, "POST", f"/oversight/content/{content_id}/restore", body=body)
