"""What happened, and what a person is told of it."""

from __future__ import annotations

from services.http.door import Door
from services.wire.notices import NoticeOut, NoticesOut, RulesIn, RulesOut


class NoticesClient:
    """Calls of the notices slice; new ones come with ``notice`` events."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def list(self, *, limit: int = 50) -> NoticesOut:
        """List what happened, newest first; at most 100."""
        return await self._door.call(NoticesOut, "GET", "/notices", query={"limit": limit})

    async def take(self) -> tuple[NoticeOut, ...]:
        """Give what the window is to tell now, by the person's rules; each is given once."""
        return await self._door.call(tuple[NoticeOut, ...], "POST", "/notices/take")

    async def read(self) -> None:
        """Count all as read."""
        await self._door.send("POST", "/notices/read")

    async def rules(self) -> RulesOut:
        """Read what is told, and when."""
        return await self._door.call(RulesOut, "GET", "/notices/rules")

    async def keep(self, rules: RulesOut) -> RulesOut:
        """Keep rules that were read and changed."""
        return await self.set_rules(RulesIn.model_validate(rules.model_dump()))

    async def set_rules(self, rules: RulesIn) -> RulesOut:
        """Set what is told, and when. Problem codes: request.invalid."""
        return await self._door.call(RulesOut, "PUT", "/notices/rules", body=rules)
