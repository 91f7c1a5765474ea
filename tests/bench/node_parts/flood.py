"""What a flood of unpaid requests does to clients who pay: the 99th percentile of their purchases, with and without."""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.bench.flooding.http11 import Line
from tests.fixtures.subprocesses import python_child

VIEWERS = 4
SLICES = 8
"""By turns without and with the flood, so that what else the machine does hits both alike."""

PURCHASES = 120
"""Of each viewer in each slice."""

WARM_UP = 40
CONNECTIONS = 128
MOST_SECONDS, MOST_REQUESTS = 60, 20_000
GOAL = 2.0


def figures() -> dict[str, dict[str, Any]]:
    """Buy by voucher over HTTP, by turns in quiet and in a flood from another process."""
    with tempfile.TemporaryDirectory(prefix="mc-bench-") as name:
        folder = Path(name)
        chunks = 2 + WARM_UP + SLICES * PURCHASES
        with child("served_node", str(folder), str(VIEWERS), str(chunks)) as server:
            assert server.stdout is not None
            port = json.loads(server.stdout.readline())["port"]
            prepared = json.loads((folder / "requests.json").read_text())
            quiet, flooded, answers = _measure(port, prepared["path"], prepared["viewers"])
    (p50_quiet, p99_quiet), (p50_flooded, p99_flooded) = _usual(quiet), _usual(flooded)
    seen = ", ".join(f"{count} x {status}" for status, count in sorted(answers.items()))
    note = (
        f"p99 of {VIEWERS} paying viewers, voucher to key over HTTP, SQLite: {p99_quiet:.1f} ms in quiet "
        f"(p50 {p50_quiet:.1f}), {p99_flooded:.1f} ms (p50 {p50_flooded:.1f}) beside {CONNECTIONS} connections that "
        f"ask without paying ({seen}); median of {len(quiet)} slices each, {VIEWERS * PURCHASES} purchases a slice"
    )
    return {
        "flood_p99_ratio": {"value": round(p99_flooded / p99_quiet, 2), "unit": "", "goal": f"<= {GOAL}", "note": note}
    }


def _usual(slices: list[list[float]]) -> tuple[float, float]:
    """Give the 50th and the 99th percentile as most slices have it: one stall of the machine decides nothing."""
    cuts = [statistics.quantiles(taken, n=100) for taken in slices]
    return statistics.median(cut[49] for cut in cuts), statistics.median(cut[98] for cut in cuts)


def _measure(
    port: int, path: str, viewers: list[list[dict[str, str]]]
) -> tuple[list[list[float]], list[list[float]], Counter[str]]:
    quiet: list[list[float]] = []
    flooded: list[list[float]] = []
    answers: Counter[str] = Counter()
    asyncio.run(_buy(port, path, viewers, range(WARM_UP)))
    for number in range(SLICES):
        start = WARM_UP + number * PURCHASES
        wanted = range(start, start + PURCHASES)
        if number % 2 == 0:
            quiet.append(asyncio.run(_buy(port, path, viewers, wanted)))
            continue
        bounds = (str(CONNECTIONS), str(MOST_SECONDS), str(MOST_REQUESTS))
        with child("flood", str(port), path.replace("/pay", "/stream"), *bounds) as flood:
            assert flood.stdout is not None
            # It is under way when it answers for the first time; what it did before its end is not waited for.
            flood.stdout.readline()
            flooded.append(asyncio.run(_buy(port, path, viewers, wanted)))
            assert flood.stdin is not None
            flood.stdin.close()
            answers.update(json.loads(flood.stdout.readline()))
    return quiet, flooded, answers


async def _buy(port: int, path: str, viewers: list[list[dict[str, str]]], wanted: range) -> list[float]:
    """Have all viewers buy at once, each one chunk after the other; gives milliseconds of each purchase."""
    taken: list[float] = []

    async def one(requests: list[dict[str, str]]) -> None:
        line = Line(port)
        for index in wanted:
            headers = dict(requests[index])
            body = headers.pop("body")
            began = time.perf_counter()
            status = await line.post(path, body, headers)
            taken.append((time.perf_counter() - began) * 1000)
            assert status == 200, status
        line.close()

    await asyncio.gather(*(one(requests) for requests in viewers))
    return taken


@contextmanager
def child(name: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Start a program of this measurement; it ends with its standard input."""
    program = f"tests.bench.flooding.{name}"
    with python_child("-m", program, *arguments, more={"PYTHONUNBUFFERED": "1"}) as started:
        yield started
