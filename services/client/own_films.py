"""What a creator reads and changes about an own film."""

from __future__ import annotations

from datetime import datetime

from services.http.door import Door
from services.units.ids import ContentId
from services.wire.catalogue import ItemOut
from services.wire.node import OpeningIn
from services.wire.uploads import AboutIn, UploadOut


class OwnFilmsClient:
    """Calls about one own film. Problem codes of each: content.not_found, node.unreachable, account.forbidden."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def get(self, content: ContentId | str) -> ItemOut:
        """Read it, also when it is to come."""
        return await self._door.call(ItemOut, "GET", f"/items/{content}")

    async def upload(self, content: ContentId | str) -> UploadOut:
        """Read what it was published from; content.not_found on another computer than that."""
        return await self._door.call(UploadOut, "GET", f"/items/{content}/upload")

    async def set_about(self, content: ContentId | str, description: str, tags: tuple[str, ...]) -> ItemOut:
        """Change description and tags, of which the first is the category. Problem codes: content.tags."""
        body = AboutIn(description=description, tags=tags)
        return await self._door.call(ItemOut, "PUT", f"/items/{content}/about", body=body)

    async def set_opening(self, content: ContentId | str, opens_at: datetime | None) -> ItemOut:
        """Move the moment from which a film that is to come is there for everybody; None for now."""
        body = OpeningIn(opens_at=opens_at)
        return await self._door.call(ItemOut, "PUT", f"/items/{content}/opening", body=body)
