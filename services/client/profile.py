"""The profile as a whole: where it lies, what a first start looks at, begun from a back-up, deleted."""

from __future__ import annotations

from services.http.door import Door
from services.wire.backup import DeleteIn, LossesOut, PlacesOut, ProbeOut, RestoredOut, RestoreIn

_LONG_S = 180.0


class ProfileClient:
    """Calls about the profile. A demo world knows the first two only; for it the others answer request.not_found."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def places(self) -> PlacesOut:
        """Say where the data lies and how large its parts are."""
        return await self._door.call(PlacesOut, "GET", "/profile/places", timeout_s=60)

    async def probe(self) -> ProbeOut:
        """Look at disk, chain and encoder, once; takes some seconds."""
        return await self._door.call(ProbeOut, "GET", "/profile/probe", timeout_s=60)

    async def restore(self, path: str, passphrase: str) -> RestoredOut:
        """Begin this profile from a back-up; its world is opened anew.

        Problem codes: wallet.exists, file.not_read, backup.damaged, wallet.wrong_passphrase, chain.wrong_chain,
        disk.full.
        """
        body = RestoreIn(path=path, passphrase=passphrase)
        return await self._door.call(RestoredOut, "POST", "/profile/restore", body=body, timeout_s=_LONG_S)

    async def losses(self) -> LossesOut:
        """Say what would go with this profile."""
        return await self._door.call(LossesOut, "GET", "/profile/losses")

    async def delete(self, passphrase: str, *, in_flight: bool = False) -> None:
        """Delete keys, books and films for good; in_flight: gives money on its way up.

        Problem codes: wallet.wrong_passphrase, profile.in_flight.
        """
        body = DeleteIn(passphrase=passphrase, in_flight=in_flight)
        await self._door.send("POST", "/profile/delete", body=body, timeout_s=_LONG_S)
