"""From voucher to key at a node that is served: over HTTP on loopback, on PostgreSQL, with 16 viewers at once and one.

This process is the load: as many purchases as were signed beforehand, and no longer than a minute. The node's workers
are processes of their own.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.bench.flooding.http11 import Line
from tests.bench.node_parts.flood import child
from tests.fixtures.postgres import running_postgres

VIEWERS, WARM_UP, PURCHASES, ALONE = 16, 20, 120, 200
MOST_SECONDS = 60
GOAL_PER_S, GOAL_MS = 700, 4
OK = 200
Request = dict[str, str]


def figures() -> dict[str, dict[str, Any]]:
    """Buy with all viewers at once, then with one alone."""
    workers = min(2, os.cpu_count() or 1)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mc-bench-")))
        url = stack.enter_context(running_postgres(is_durable=True)).migrated("node")
        chunks = 2 + WARM_UP + PURCHASES + ALONE
        ports = [_port(stack, "served_node", str(folder), str(VIEWERS), str(chunks), url)]
        ports += [_port(stack, "second_worker", str(folder), url) for _ in range(workers - 1)]
        prepared = json.loads((folder / "requests.json").read_text())
        rate, alone = asyncio.run(_measure(ports, prepared["path"], prepared["viewers"]))
    note = f"voucher to key over HTTP on loopback, PostgreSQL with durable commits, {workers} workers"
    at_once = f"{note}; {VIEWERS} viewers at once, {VIEWERS * PURCHASES} purchases, load in a third process"
    cuts = statistics.quantiles(alone, n=100)
    p99 = f"{note}; one viewer, {len(alone)} purchases, p99 {cuts[98]:.1f} ms"
    return {
        "paid_chunks_per_s": {"value": round(rate), "unit": "1/s", "goal": GOAL_PER_S, "note": at_once},
        "paid_chunk_sequential_p50_ms": {"value": round(cuts[49], 2), "unit": "ms", "goal": GOAL_MS, "note": p99},
    }


def _port(stack: ExitStack, name: str, *arguments: str) -> int:
    worker = stack.enter_context(child(name, *arguments))
    assert worker.stdout is not None
    port: int = json.loads(worker.stdout.readline())["port"]
    return port


async def _measure(ports: list[int], path: str, viewers: list[list[Request]]) -> tuple[float, list[float]]:
    """Give purchases a second of all at once, and milliseconds of each of one alone."""
    lines = [Line(port) for port, _ in zip(itertools.cycle(ports), viewers, strict=False)]
    async with asyncio.timeout(MOST_SECONDS):
        for start, count in ((0, WARM_UP), (WARM_UP, PURCHASES)):
            began = time.perf_counter()
            wanted = slice(start, start + count)
            await asyncio.gather(*(_buy(line, path, mine[wanted]) for line, mine in zip(lines, viewers, strict=True)))
            took = time.perf_counter() - began
        alone = await _buy(lines[0], path, viewers[0][WARM_UP + PURCHASES :])
    for line in lines:
        line.close()
    return VIEWERS * PURCHASES / took, alone


async def _buy(line: Line, path: str, purchases: list[Request]) -> list[float]:
    taken = []
    for request in purchases:
        headers = dict(request)
        body = headers.pop("body")
        began = time.perf_counter()
        status = await line.post(path, body, headers)
        taken.append((time.perf_counter() - began) * 1000)
        assert status == OK, status
    return taken
