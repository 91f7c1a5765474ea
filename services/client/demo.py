"""A world that can be turned: its clock, its faucet, its earlier states. Other worlds answer request.not_found."""

from __future__ import annotations

from services.http.door import Door
from services.wire.demo import DemoOut, FaucetIn, SnapshotIn, Span, TurnIn

_LONG_S = 300.0


class DemoClient:
    """Calls about the world as a whole. Each gives how it stands then."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def state(self) -> DemoOut:
        """Say how the world stands. Problem codes: request.not_found."""
        return await self._door.call(DemoOut, "GET", "/demo")

    async def turn(self, by: Span) -> DemoOut:
        """Turn the clock forward; what is due on the way is done. Problem codes: disk.full."""
        return await self._door.call(DemoOut, "POST", "/demo/clock", body=TurnIn(by=by), timeout_s=_LONG_S)

    async def give(self, desk_id: str) -> DemoOut:
        """Give a person more demo money. Problem codes: request.not_found."""
        return await self._door.call(DemoOut, "POST", "/demo/faucet", body=FaucetIn(desk=desk_id))

    async def keep(self, name: str) -> DemoOut:
        """Keep the world's state under a name of small letters, digits and hyphens. Problem codes: disk.full."""
        return await self._door.call(DemoOut, "POST", "/demo/snapshots", body=SnapshotIn(name=name), timeout_s=_LONG_S)

    async def restore(self, name: str) -> DemoOut:
        """Go back to a kept state; all that was known of the world is out of date then.

        Problem codes: request.not_found, disk.full.
        """
        await self._door.send("POST", f"/demo/snapshots/{name}/restore", timeout_s=_LONG_S)
        return await self.state()

    async def forget(self, name: str) -> DemoOut:
        """Throw a kept state away. Problem codes: request.not_found."""
        return await self._door.call(DemoOut, "DELETE", f"/demo/snapshots/{name}")

    async def reset(self) -> DemoOut:
        """Begin the world again. Problem codes: disk.full."""
        await self._door.send("POST", "/demo/reset", timeout_s=_LONG_S)
        return await self.state()
