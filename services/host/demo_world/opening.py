"""Gives a new profile its world: from the cache, or built first, which another process does."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import Callable
from pathlib import Path

from anyio import from_thread, to_thread

from services.host.demo_control.kept_clock import KeptClock
from services.host.demo_control.snapshots import finish, take_over
from services.host.demo_world import cache
from services.host.demo_world.sizes import END, SEED, SIZES, Size
from services.ipfs.durable import disk_problems
from services.units.time import Clock
from services.wire.problems import KINDS, ProblemError

NOTE = "world.json"
"""In the profile: the size that it was made with, which a reset brings back."""
_TIDY_S = 4.0
"""Less than the window waits for its service."""
Tell = Callable[[str, float], None]


async def furnish(profile: Path, clock: Clock, wanted: str | None, tell: Tell) -> None:
    """Bring a world into a profile that has none yet; an empty one is left to be. An exchange cut short is finished.

    wanted: the size, None for what the profile was made with. Raises ProblemError: service.world_failed, disk.full.
    """
    await to_thread.run_sync(finish, profile)
    size = await to_thread.run_sync(_size_of, profile, wanted)
    if size is None or await to_thread.run_sync((profile / "chain").exists):
        return
    folder = await to_thread.run_sync(cache.world_folder, size)
    if not await to_thread.run_sync(cache.is_built, folder):
        await _build(size, tell)
    tell("copy", 0.0)
    # Not before: who cancels a building and asks for another size then gets that one.
    await to_thread.run_sync(_note, profile, size.name)
    await to_thread.run_sync(_bring, profile, folder, clock, tell)


def _bring(profile: Path, folder: Path, clock: Clock, tell: Tell) -> None:
    take_over(
        profile,
        folder,
        begin=lambda into: KeptClock(into, clock).begin_at(END),
        tell=lambda part: from_thread.run_sync(tell, "copy", part),
    )


def origin(profile: Path) -> dict[str, str]:
    """Say what a profile's world was made of. Blocking."""
    try:
        size = str(json.loads((profile / NOTE).read_text())["size"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return {"size": size, "seed": SEED}


def _size_of(profile: Path, wanted: str | None) -> Size | None:
    """Tell what a profile is to have, None for the empty world or one of its own."""
    try:
        name = str(json.loads((profile / NOTE).read_text())["size"])
    except (OSError, ValueError, KeyError, TypeError):
        if (profile / "chain").exists():
            return None
        name = wanted or "empty"
        if name not in SIZES:
            _note(profile, name)
    return SIZES.get(name)


def _note(profile: Path, name: str) -> None:
    with disk_problems():
        profile.mkdir(parents=True, exist_ok=True, mode=0o700)
        (profile / NOTE).write_text(json.dumps({"size": name}))


async def _build(size: Size, tell: Tell) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.host.demo_world", "--size", size.name, "--with-parent"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        while process.stdout is not None and (line := await process.stdout.readline()):
            _heard(json.loads(line), tell)
        if await process.wait() != 0:
            raise ProblemError("service.world_failed")
    finally:
        await asyncio.shield(_ended(process))


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Let the builder put away what it has half done; one that takes long is killed."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), _TIDY_S)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _heard(news: dict[str, object], tell: Tell) -> None:
    match news:
        case {"stage": str(stage), "part": int() | float() as part}:
            tell(stage, float(part))
        case {"problem": {"code": str(code), "params": dict() as params}} if code in KINDS:
            raise ProblemError(code, **params)
