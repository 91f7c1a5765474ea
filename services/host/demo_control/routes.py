"""The routes of a world that can be turned; only the world that composes them has them."""

from __future__ import annotations

from anyio import to_thread

from services.host.demo_control.control import DemoControl
from services.host.demo_control.snapshots import forget
from services.http.late_routes import LateRouter
from services.wire.demo import DemoOut, FaucetIn, SnapshotIn, SnapshotName, TurnIn


def demo_routes(control: DemoControl) -> LateRouter:
    """Give the routes for one open world. Each answers with how the world stands then."""
    router = LateRouter(prefix="/demo", tags=["demo"])

    async def looked() -> DemoOut:
        return await to_thread.run_sync(control.look)

    @router.get("")
    async def state() -> DemoOut:
        return await looked()

    @router.post("/clock")
    async def turn(body: TurnIn) -> DemoOut:
        await control.turn(body.by)
        return await looked()

    @router.post("/faucet")
    async def give(body: FaucetIn) -> DemoOut:
        await control.give(body.desk)
        return await looked()

    @router.post("/snapshots")
    async def keep(body: SnapshotIn) -> DemoOut:
        await control.keep(body.name)
        return await looked()

    @router.post("/snapshots/{name}/restore", status_code=204)
    async def restore(name: SnapshotName) -> None:
        await control.restore(name)

    @router.delete("/snapshots/{name}")
    async def drop(name: SnapshotName) -> DemoOut:
        await to_thread.run_sync(forget, control.profile, name)
        return await looked()

    @router.post("/reset", status_code=204)
    async def reset() -> None:
        await control.reset()

    return router
