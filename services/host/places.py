"""What a person may know of the computer that Museclock runs on: the data folder, and what a first start looks at."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import time
from pathlib import Path

from anyio import to_thread

from services.host.world import World
from services.http.late_routes import LateRouter
from services.wire.backup import PlaceOut, PlacesOut, ProbeOut

_PARTS = {
    "desks": "books", "node": "node", "chain": "node", "blocks": "films", "shelf": "shelf", "logs": "logs",
    "window.ini": "window", "samples": "films", "snapshots": "other",
}  # fmt: skip
_KEYS = ("wallet.json", "device.key")
_PROBE_S = 30.0


def place_routes(world: World) -> LateRouter:
    """Make the routes for a world."""
    router = LateRouter(prefix="/profile", tags=["profile"])
    profile = profile_of(world)

    @router.get("/places")
    async def places() -> PlacesOut:
        """Say where the data lies, how large its parts are and how much room there is."""
        return await to_thread.run_sync(measure, profile)

    @router.get("/probe")
    async def probe() -> ProbeOut:
        """Look at disk, chain and encoder, once."""
        begun = time.perf_counter()
        chain = await to_thread.run_sync(world.chain_state)
        took = round((time.perf_counter() - begun) * 1000)
        encoder, is_hardware = await _encoder()
        return ProbeOut(
            path=str(profile),
            disk_free=shutil.disk_usage(profile).free,
            chain=chain,
            chain_ms=took,
            encoder=encoder,
            encoder_is_hardware=is_hardware,
        )

    return router


def profile_of(world: World) -> Path:
    """Give the folder that a world lies in."""
    return world.desks[0].block_root.parent


def measure(profile: Path) -> PlacesOut:
    """Add up what lies in a profile. Blocking; a file that goes meanwhile counts nothing."""
    sums: dict[str, int] = {}
    for folder, _, names in os.walk(profile):
        top = Path(folder).relative_to(profile).parts
        for name in names:
            part = "keys" if name in _KEYS else _PARTS.get(top[0] if top else name, "other")
            if "shelf" in top:
                part = "shelf"
            sums[part] = sums.get(part, 0) + _size(Path(folder) / name)
    parts = tuple(PlaceOut(name=name, size=size) for name, size in sorted(sums.items(), key=lambda one: -one[1]))
    return PlacesOut(path=str(profile), parts=parts, free=shutil.disk_usage(profile).free)


def _size(file: Path) -> int:
    try:
        return file.lstat().st_size
    except OSError:
        return 0


async def _encoder() -> tuple[str, bool]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.host.encoder_probe",
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(_PROBE_S):
            told, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        return "", False
    if process.returncode != 0:
        return "", False
    name, _, card = told.decode("utf-8", "replace").strip().partition(" ")
    return name, card == "1"
