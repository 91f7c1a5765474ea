"""How fast files come back from a gateway, each block checked, and how soon a full store opens."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from services.ipfs.gateways import Gateway, GatewayBlockStore, GatewaySource
from services.ipfs.memory import MemoryBlockStore
from services.ipfs.shelf import Shelf
from services.ipfs.unixfs import read_file
from services.units.cid import RAW, Cid

FILES, FILE_BYTES, RUNS = 16, 8 << 20, 7
AT_ONCE = 2
"""As the desk does, which fetches the next two parts while one plays."""
BLOCKS, OPENINGS = 200_000, 9
_SERVER = """
import os, sys
from services.ipfs.unixfs import add_file
from tests.fixtures.storage_gateways import FakeGateway
gateway = FakeGateway()
names = [str(add_file(gateway.store, os.urandom({size}))) for _ in range({files})]
print(gateway.address, *names, flush=True)
sys.stdin.read()
gateway.close()
"""


def verified_fetch() -> dict[str, Any]:
    """Fetch sealed files of a chunk's size as archives over loopback from a gateway in a process of its own."""
    with _gateway() as (address, names):
        rates = [_fetch(address, names) for _ in range(RUNS)]
    note = f"{FILES} files of 8 MiB as CARs, {AT_ONCE} at once, then read; median of {RUNS}"
    note += f"; {min(rates):.0f} to {max(rates):.0f}"
    return {"verified_fetch_mb_per_s": {"value": round(median(rates)), "unit": "MB/s", "goal": 250, "note": note}}


def _fetch(address: str, names: list[Cid]) -> float:
    source = GatewaySource([Gateway(address)])

    def fetch(name: Cid) -> int:
        store = GatewayBlockStore(MemoryBlockStore(), source)
        store.bring(name)
        return len(read_file(store, name, FILE_BYTES))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        begun = time.perf_counter()
        lengths = list(pool.map(fetch, names))
        seconds = time.perf_counter() - begun
    source.close()
    assert set(lengths) == {FILE_BYTES}
    return FILES * FILE_BYTES / 1e6 / seconds


@contextmanager
def _gateway() -> Iterator[tuple[str, list[Cid]]]:
    command = [sys.executable, "-c", _SERVER.format(size=FILE_BYTES, files=FILES)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        address, *names = process.stdout.readline().split()
        try:
            yield address, [Cid.parse(name) for name in names]
        finally:
            process.stdin.close()


def store_open() -> dict[str, Any]:
    """Open a store of 200,000 blocks and find one in it."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "shelf"
        last = _fill(root)
        times = [_open(root, last) for _ in range(OPENINGS)]
    note = f"with its index, sizes by kind and one block read; median of {OPENINGS}, {max(times) * 1000:.0f} ms at most"
    return {"store_open_200k_s": {"value": round(median(times), 4), "unit": "s", "goal": 0.5, "note": note}}


def _fill(root: Path) -> Cid:
    """Lay files as the store does, without its care for power cuts: the figure is of opening, not of writing."""
    shelf = Shelf(root)
    name = Cid(RAW, bytes(32))
    for number in range(BLOCKS):
        block = number.to_bytes(4, "big")
        name = Cid(RAW, hashlib.sha256(block).digest())
        text = base64.b32encode(name.multihash).decode().rstrip("=")
        _write(root / text[-3:-1], f"{text}.data", block)
    shelf.take_stock()
    shelf.hold("a film", "own", [Cid(RAW, hashlib.sha256(n.to_bytes(4, "big")).digest()) for n in range(20_000)])
    shelf.close()
    return name


def _write(folder: Path, name: str, block: bytes) -> None:
    try:
        descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT, 0o600)
    except FileNotFoundError:
        folder.mkdir(exist_ok=True)
        descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT, 0o600)
    os.write(descriptor, block)
    os.close(descriptor)


def _open(root: Path, name: Cid) -> float:
    begun = time.perf_counter()
    shelf = Shelf(root)
    room = shelf.room()
    shelf.get(name)
    seconds = time.perf_counter() - begun
    shelf.close()
    assert room.own == 4 * 20_000
    return seconds
