"""What a creator reads and changes about an own film."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.http.door import Door
from services.units.ids import ContentId
from services.units.money import Money
from services.wire.catalogue import ItemOut
from services.wire.node import OpeningIn, VersionOut
from services.wire.uploads import AboutIn, CaptionsIn, UploadOut, VersionIn

# Its picture and captions go to the node first.
_PUBLISH_S = 600.0


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

    async def revise(
        self,
        content: ContentId | str,
        *,
        title: str | None = None,
        captions: Sequence[tuple[str, str, str]] | None = None,
        price: Money | None = None,
        preview_chunks: int | None = None,
    ) -> tuple[VersionOut, ...]:
        """Publish the next version, with a picture that was chosen for the upload; gives all, newest first.

        captions: language, name and file of each, the whole list; without a file those of that name stay. price: per
        ten seconds. preview_chunks: how many parts from the start are free. Problem codes: as UploadsClient.revise.
        """
        listed = None
        if captions is not None:
            listed = tuple(CaptionsIn(language=of, name=name, path=path) for of, name, path in captions)
        body = VersionIn(title=title, captions=listed, price=price, preview_chunks=preview_chunks)
        path = f"/items/{content}/versions"
        return await self._door.call(tuple[VersionOut, ...], "POST", path, body=body, timeout_s=_PUBLISH_S)

    async def archive(self, content: ContentId | str) -> ItemOut:
        """Take it out of list and sale; who bought it, or is a member of what opens it, goes on watching."""
        return await self._door.call(ItemOut, "POST", f"/items/{content}/archive")

    async def restore(self, content: ContentId | str) -> ItemOut:
        """Bring it back into list and sale."""
        return await self._door.call(ItemOut, "POST", f"/items/{content}/restore")

    async def set_opening(self, content: ContentId | str, opens_at: datetime | None) -> ItemOut:
        """Move the moment from which a film that is to come is there for everybody; None for now."""
        body = OpeningIn(opens_at=opens_at)
        return await self._door.call(ItemOut, "PUT", f"/items/{content}/opening", body=body)
