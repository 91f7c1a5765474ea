"""How fast files are named, and films cut, sealed and stored."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from services.ipfs.unixfs import name_file
from tests.bench.ingest_parts import film, stores

MEBIBYTES = 100
RUNS = 9


def figures() -> dict[str, Any]:
    """Measure films first, then naming, on a file of 100 MiB that the system holds in memory, then stores."""
    films = film.figures()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "film"
        file.write_bytes(os.urandom(MEBIBYTES << 20))
        name_file(file)
        times = [_seconds(file) for _ in range(RUNS)]
    rate = MEBIBYTES * 1.048576 / median(times)
    note = f"{MEBIBYTES} MiB on two threads, median of {RUNS}; {min(times) * 1000:.0f} to {max(times) * 1000:.0f} ms"
    naming = {"cid_mb_per_s": {"value": round(rate), "unit": "MB/s", "goal": 1000, "note": note}}
    # The full store last: its 200,000 files are removed, and making others is slow for minutes after that.
    return films | naming | stores.verified_fetch() | stores.store_open()


def _seconds(file: Path) -> float:
    started = time.perf_counter()
    name_file(file)
    return time.perf_counter() - started
