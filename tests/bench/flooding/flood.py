"""A flood: many connections that ask for keys without paying, each again as soon as it has its answer.

Run as ``python -m tests.bench.flooding.flood PORT PATH CONNECTIONS SECONDS REQUESTS``; both bounds hold, and it ends
with its standard input, too. Prints a line when it is under way, and at the end how many answers of each status it got.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter

from tests.bench.flooding.http11 import Line


async def flood(port: int, path: str, *, connections: int, seconds: float, requests: int) -> None:
    """Ask until the time or the number of requests is used up."""
    until = time.perf_counter() + seconds
    found: Counter[int] = Counter()
    left = requests

    async def listen() -> None:
        nonlocal left
        await asyncio.to_thread(sys.stdin.read)
        left = 0

    async def ask() -> None:
        nonlocal left
        line = Line(port)
        while left > 0 and time.perf_counter() < until:
            left -= 1
            found[await line.post(path, '{"chunk": 1}', {})] += 1
            if found.total() == connections:
                print("{}", flush=True)
        line.close()

    ending = asyncio.create_task(listen())
    await asyncio.gather(*(ask() for _ in range(connections)))
    left = 0
    print(json.dumps(found), flush=True)
    await ending


if __name__ == "__main__":
    port, path, connections, seconds, requests = sys.argv[1:]
    asyncio.run(flood(int(port), path, connections=int(connections), seconds=float(seconds), requests=int(requests)))
