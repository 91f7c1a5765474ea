"""How long going back to a kept state of a whole world takes, from the request until the service answers again."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from services.client import Client, connect
from tests.fixtures.subprocesses import python_child

SIZE = os.environ.get("MUSECLOCK_BENCH_SIZE", "normal")
ROUNDS, GOAL_S = 5, 2


def figures() -> dict[str, dict[str, Any]]:
    """Measure on the built world of the usual size; it is built first where it is not in the cache."""
    with tempfile.TemporaryDirectory(prefix="mc-bench-") as name, _service(Path(name) / "p") as client:
        kept_s, restored_s, reset_s = asyncio.run(_measured(client))
        # The kept state: the world's own folder is being swept at this moment.
        kept = Path(name) / "p" / "snapshots" / "before"
        blocks = sum(path.is_file() for path in (kept / "blocks").rglob("*"))
        size_mb = sum(path.stat().st_size for path in kept.rglob("*.db")) / 1e6
    note = (
        f"{SIZE} world, {blocks:,} blocks linked, {size_mb:.0f} MB of databases copied; median of {ROUNDS}, "
        f"slowest {max(restored_s):.2f} s; snapshot {kept_s:.2f} s, reset {reset_s:.2f} s"
    )
    value = round(statistics.median(restored_s), 2)
    return {"world_restore_s": {"value": value, "unit": "s", "goal": f"<= {GOAL_S}", "note": note}}


async def _measured(client: Client) -> tuple[float, list[float], float]:
    async with client:
        kept_s = await _timed(client.demo.keep("before"))
        restored_s = []
        for _ in range(ROUNDS):
            await client.demo.give("viewer")
            restored_s.append(await _timed(client.demo.restore("before")))
        return kept_s, restored_s, await _timed(client.demo.reset())


async def _timed(work: Any) -> float:
    begun = time.perf_counter()
    await work
    return time.perf_counter() - begun


@contextmanager
def _service(profile: Path) -> Iterator[Client]:
    arguments = ("-m", "services", "--profile", str(profile), "--demo", "--size", SIZE)
    with python_child(*arguments, is_quiet=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        token = secrets.token_hex(32)
        process.stdin.write(json.dumps({"token": token}) + "\n")
        process.stdin.flush()
        # What comes before the hello are news of the building.
        hello = next(said for said in map(json.loads, process.stdout) if "ready" in said)
        yield connect(hello["socket"], token)
