"""Worlds that were built once: each lies in the user's cache, under a name that follows from all that it is made of."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path

import platformdirs

from services.host.demo_world.sizes import SEED, Size
from services.ipfs.durable import disk_problems, sync_tree

_ROOT = Path(__file__).resolve().parents[3]
# What a world is made of besides its seed: its recipe, its people, the contracts of its chain, its databases' tables.
_MADE_OF = (
    "services/host/demo_world/*.py",
    "services/media/art/*.py",
    "resources/demo/*.toml",
    "contracts/artifacts/*.json",
    "services/db/migrations/*/*.py",
)
_BUILT = "built.json"
_GROWING = ".growing-"
_IN_MEMORY = "museclock-world-"
_PIECE_BYTES, _COPIED = 16 * 2**20, 0.95
# Under a name that nobody can know before.
_MEMORY, _ROOM_BYTES = Path("/dev/shm"), 3 * 2**30  # noqa: S108


def world_folder(size: Size, seed: str = SEED, *, root: Path | None = None) -> Path:
    """Name the folder of a world; whether it is there, ``is_built`` tells. root: instead of the user's cache."""
    return (root or platformdirs.user_cache_path("museclock") / "worlds") / f"{size.name}-{_name(size, seed)}"


def is_built(folder: Path) -> bool:
    """Tell whether a folder holds a whole world."""
    return (folder / _BUILT).is_file()


def begin(folder: Path) -> Path:
    """Give an empty folder to build in: in memory where there is enough of it, else beside the world's own.

    What is half built has no value, and nobody waits for the disk after each of thousands of commits.
    """
    with disk_problems():
        if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM_BYTES:
            _sweep()
            growing = Path(tempfile.mkdtemp(prefix=f"{_IN_MEMORY}{os.getpid()}-", dir=_MEMORY))
        else:
            growing = folder.with_name(_GROWING + secrets.token_hex(6))
            growing.mkdir(parents=True, mode=0o700)
    return growing


def _sweep() -> None:
    """Give the memory back that builders held which were ended."""
    for left in _MEMORY.glob(f"{_IN_MEMORY}*-*"):
        pid = left.name.removeprefix(_IN_MEMORY).partition("-")[0]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            shutil.rmtree(left, ignore_errors=True)


def finish(growing: Path, folder: Path, sums: dict[str, str], tell: Callable[[float], None]) -> None:
    """Let a world that was built be found, unless another process was faster; older ones of its size go.

    tell: hears how much of it is on the disk, from 0 to 1.
    """
    beside = growing if growing.parent == folder.parent else folder.with_name(_GROWING + secrets.token_hex(6))
    try:
        with disk_problems():
            if beside != growing:
                _copy(growing, beside, tell)
            # Made durable once, as a whole: a world that says that it is built must be, also after a power cut.
            sync_tree(beside)
            tell(1.0)
            (beside / _BUILT).write_text(json.dumps(sums))
            if not is_built(folder):
                shutil.rmtree(folder, ignore_errors=True)
                beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    shutil.rmtree(growing, ignore_errors=True)
    for old in folder.parent.glob(f"{folder.name.partition('-')[0]}-*"):
        if old != folder:
            shutil.rmtree(old, ignore_errors=True)


def _copy(growing: Path, beside: Path, tell: Callable[[float], None]) -> None:
    """Copy by pieces, each on the disk before the next one: what is told is true, and nothing is left for the end."""
    whole = max(1, sum(path.stat().st_size for path in growing.rglob("*") if path.is_file()))
    done = 0

    def copy(source: str, into: str) -> None:
        nonlocal done
        with open(source, "rb") as read, open(into, "wb") as written:
            while piece := read.read(_PIECE_BYTES):
                written.write(piece)
                written.flush()
                if len(piece) == _PIECE_BYTES:
                    os.fsync(written.fileno())
                done += len(piece)
                tell(done / whole * _COPIED)
        shutil.copystat(source, into)

    shutil.copytree(growing, beside, copy_function=copy)


def _name(size: Size, seed: str) -> str:
    text = "\x1f".join((seed, repr(size), version("museclock"), _recipe()))
    return hashlib.sha256(text.encode()).hexdigest()[:20]


@cache
def _recipe() -> str:
    digest = hashlib.sha256()
    for path in _files():
        digest.update(str(path.relative_to(_ROOT)).encode() + b"\0")
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _files() -> Iterator[Path]:
    for pattern in _MADE_OF:
        yield from sorted(_ROOT.glob(pattern))
