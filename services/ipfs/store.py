"""Blocks by their multihash: the interface every store keeps to, and the store on this machine's disk.

What a block means (raw bytes, a node of a file) is services.ipfs.unixfs's business.
"""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from services.ipfs.durable import FileGroup, disk_problems, replace_durably, sweep_unfinished
from services.units.cid import RAW, Cid
from services.wire.problems import ProblemError

MAX_BLOCK_BYTES = 2 * 1024 * 1024
"""What Bitswap transfers and Kubo imports without complaint (docs.ipfs.tech, "soft block limit", 2026)."""

_SHARDING = "/repo/flatfs/shard/v1/next-to-last/2\n"
_log = logging.getLogger(__name__)


class BlockSink(Protocol):
    """Takes blocks."""

    def put(self, block: bytes | memoryview, codec: int = RAW) -> Cid:
        """Keep a block and name it; its memory is the caller's again when this returns.

        Raises ValueError above MAX_BLOCK_BYTES, ProblemError: disk.full.
        """


class BlockStore(BlockSink, Protocol):
    """Keeps blocks and gives them back unchanged or not at all. Safe to use from several threads.

    A block is durable when ``put`` returns.
    """

    def get(self, cid: Cid) -> bytes:
        """Give a block whose digest was just checked.

        Raises ProblemError: content.missing (a BlockMissingError), content.damaged (a BlockDamagedError).
        """

    def has(self, cid: Cid) -> bool:
        """Say whether a block is here; its bytes are not checked."""

    def discard(self, cid: Cid) -> None:
        """Forget a block; one that is not here is no error."""


class BlockMissingError(ProblemError):
    """The store does not hold this block."""

    def __init__(self, cid: Cid) -> None:
        super().__init__("content.missing", cid=cid)


class BlockDamagedError(ProblemError):
    """What the store holds under this name is not the block."""

    def __init__(self, cid: Cid) -> None:
        super().__init__("content.damaged", cid=cid)


class DiskBlockStore:
    """Blocks as files in the layout of Kubo's flatfs (go-ds-flatfs, shard next-to-last/2), readable by the owner only.

    Several processes may share one root. A damaged file stays until the right block is put again, which heals it.
    """

    def __init__(self, root: Path) -> None:
        """Open or make the store at ``root`` and remove what a killed writer left. Raises ProblemError: disk.full."""
        self._root = root
        self._unfinished = root / ".temp"
        with disk_problems():
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._unfinished.mkdir(mode=0o700, exist_ok=True)
            sweep_unfinished(self._unfinished)
            if not (root / "SHARDING").exists():
                replace_durably(root / "SHARDING", _SHARDING.encode(), unfinished=self._unfinished)

    def put(self, block: bytes | memoryview, codec: int = RAW) -> Cid:
        cid = Cid.of(block, codec)
        path = self._wanted(cid, len(block))
        if path is not None:
            with disk_problems():
                replace_durably(path, block, unfinished=self._unfinished)
        return cid

    def group(self) -> BlockGroup:
        """Begin a group of blocks that become durable together. Raises ProblemError: disk.full."""
        with disk_problems():
            return BlockGroup(self._wanted, FileGroup(self._unfinished))

    def get(self, cid: Cid) -> bytes:
        block = _read(self._path(cid))
        if block is None:
            raise BlockMissingError(cid)
        if hashlib.sha256(block).digest() != cid.digest:
            _log.warning("block.damaged", extra={"cid": str(cid)})
            raise BlockDamagedError(cid)
        return block

    def has(self, cid: Cid) -> bool:
        return self._path(cid).is_file()

    def discard(self, cid: Cid) -> None:
        self._path(cid).unlink(missing_ok=True)

    def _wanted(self, cid: Cid, length: int) -> Path | None:
        """Say where a block of this length is to be written; None if it is here already."""
        if length > MAX_BLOCK_BYTES:
            raise ValueError(f"a block of {length} bytes is above the limit")
        path = self._path(cid)
        if self._holds(path, cid):
            return None
        with disk_problems():
            path.parent.mkdir(mode=0o700, exist_ok=True)
        return path

    def _holds(self, path: Path, cid: Cid) -> bool:
        block = _read(path)
        return block is not None and hashlib.sha256(block).digest() == cid.digest

    def _path(self, cid: Cid) -> Path:
        name = base64.b32encode(cid.multihash).decode().rstrip("=")
        return self._root / name[-3:-1] / f"{name}.data"


class BlockGroup:
    """Blocks on their way into a store on disk, in which they are from ``settle`` on. Threads may share it."""

    def __init__(self, wanted: Callable[[Cid, int], Path | None], files: FileGroup) -> None:
        self._wanted, self._files = wanted, files

    def put(self, block: bytes | memoryview, codec: int = RAW, *, digest: bytes | None = None) -> Cid:
        """Keep a block from ``settle`` on. digest: its SHA-256, where the caller has taken it. Raises as a store's."""
        cid = Cid.of(block, codec) if digest is None else Cid(codec, digest)
        path = self._wanted(cid, len(block))
        if path is not None:
            with disk_problems():
                self._files.write(path, block)
        return cid

    def abandon(self) -> None:
        """Forget the blocks, unless they were settled."""
        self._files.abandon()

    @staticmethod
    def settle(groups: Sequence[BlockGroup]) -> None:
        """Make the blocks of some groups durable; they are in their stores when this returns.

        Raises ProblemError: disk.full.
        """
        with disk_problems():
            FileGroup.settle([group._files for group in groups])


def name_of_file(path: Path) -> bytes | None:
    """Read the digest out of the name of a block's file; None for a file of another kind."""
    text = path.stem
    try:
        multihash = base64.b32decode(text + "=" * (-len(text) % 8))
        return Cid.from_bytes(b"\x01\x55" + multihash).digest
    except ValueError:
        return None


def _read(path: Path) -> bytes | None:
    """Give a file's bytes, cut just above the size that a block may have, or None when there is no such file."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BLOCK_BYTES + 1)
    except (FileNotFoundError, IsADirectoryError):
        return None
