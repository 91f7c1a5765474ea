"""What a viewer keeps of creators, and a creator's profile."""

from __future__ import annotations

from typing import Literal

from anyio import to_thread

from services.client.files import read_picture
from services.http.door import Door
from services.units.address import Address
from services.units.ids import ContentId
from services.wire.catalogue import ItemOut
from services.wire.library import DownloadsOut, RoomIn
from services.wire.moderation import ReportIn, ReportOut, ReportReason
from services.wire.profiles import CreatorPageOut, PictureOut, ProfileIn, ProfileOut, StandingIn, StandingsOut

Standing = Literal["follows", "blocked"]


class ProfilesClient:
    """Calls of the profiles slice. ``node``: the address of the node, empty for the one on this computer."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def mine(self, *, node: str = "") -> ProfileOut:
        """Read this account's profile; empty while none was written. Problem codes: wallet.missing."""
        return await self._door.call(ProfileOut, "GET", "/profile", query={"node": node})

    async def keep_picture(self, data: bytes) -> PictureOut:
        """Keep a PNG or JPEG of at most 2 MiB; ``write`` names it by its CID."""
        return await self._door.call(PictureOut, "PUT", "/profile/pictures", body=data)

    async def keep_picture_file(self, path: str) -> tuple[str, bytes]:
        """Keep a picture of a file; gives its CID and its bytes. Problem codes: file.not_read, profile.picture."""
        data = await to_thread.run_sync(read_picture, path)
        return str((await self.keep_picture(data)).cid), data

    async def save(self, **fields: str | None) -> ProfileOut:
        """Write this account's profile to the own node; fields: name, about, avatar, banner (CIDs), as in ProfileIn."""
        return await self.write(ProfileIn.model_validate(fields))

    async def write(self, profile: ProfileIn, *, node: str = "") -> ProfileOut:
        """Write this account's profile whole. Problem codes: request.invalid, wallet.locked, node.unconfirmed."""
        return await self._door.call(ProfileOut, "PUT", "/profile", query={"node": node}, body=profile)

    async def of(self, creator: Address, *, node: str = "") -> ProfileOut:
        """Read a creator's profile; empty for one that wrote none."""
        return await self._door.call(ProfileOut, "GET", f"/creators/{creator}/profile", query={"node": node})

    async def page(self, creator: Address, *, node: str = "") -> CreatorPageOut:
        """Read all that a channel's page shows. Problem codes: node.unreachable."""
        return await self._door.call(CreatorPageOut, "GET", f"/creators/{creator}/page", query={"node": node})


class LibraryClient:
    """Calls of the library slice: what stays on this desk."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def standings(self) -> StandingsOut:
        """List whom this viewer follows and blocked."""
        return await self._door.call(StandingsOut, "GET", "/standings")

    async def stand(self, kind: Standing, creator: Address, *, name: str, node: str = "") -> StandingsOut:
        """Follow or block a creator; one ends the other."""
        body = StandingIn(name=name[:80], node=node)
        return await self._door.call(StandingsOut, "PUT", f"/standings/{kind}/{creator}", body=body)

    async def stand_no_more(self, kind: Standing, creator: Address) -> StandingsOut:
        """Follow or block a creator no longer."""
        return await self._door.call(StandingsOut, "DELETE", f"/standings/{kind}/{creator}")

    async def newest(self) -> tuple[ItemOut, ...]:
        """List the newest films of followed creators; none of those whose node does not answer."""
        return await self._door.call(tuple[ItemOut, ...], "GET", "/follows/films")

    async def downloads(self) -> DownloadsOut:
        """List what is kept on this disk, and the room for it; changes follow as ``download`` events."""
        return await self._door.call(DownloadsOut, "GET", "/downloads")

    async def download(self, content_id: ContentId) -> DownloadsOut:
        """Keep a film on this disk; it comes in the background.

        Problem codes: download.nothing, store.quota, node.unreachable.
        """
        return await self._door.call(DownloadsOut, "PUT", f"/films/{content_id}/download")

    async def free(self, content_id: ContentId) -> DownloadsOut:
        """Free the disk of a film; nothing that is owned is lost."""
        return await self._door.call(DownloadsOut, "DELETE", f"/films/{content_id}/download")

    async def limit_downloads(self, limit_bytes: int) -> DownloadsOut:
        """Say how much of the disk films from elsewhere may take."""
        return await self._door.call(DownloadsOut, "PUT", "/downloads/limit", body=RoomIn(limit_bytes=limit_bytes))

    async def report(self, content_id: ContentId, reason: ReportReason, *, text: str = "") -> ReportOut:
        """Tell a film's node what is wrong with it; an account's first word on it stays.

        Problem codes: content.not_found, wallet.locked, node.unreachable.
        """
        body = ReportIn(reason=reason, text=text)
        return await self._door.call(ReportOut, "POST", f"/films/{content_id}/report", body=body)
