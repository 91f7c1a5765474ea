"""A block store in memory, for work that keeps nothing and for tests; it passes the suite of the one on disk."""

from __future__ import annotations

from services.ipfs.store import MAX_BLOCK_BYTES, BlockMissingError
from services.units.cid import RAW, Cid


class MemoryBlockStore:
    """Blocks by their digest, gone with the object."""

    def __init__(self) -> None:
        self._blocks: dict[bytes, bytes] = {}

    def put(self, block: bytes | memoryview, codec: int = RAW) -> Cid:
        if len(block) > MAX_BLOCK_BYTES:
            raise ValueError(f"a block of {len(block)} bytes is above the limit")
        cid = Cid.of(block, codec)
        self._blocks[cid.digest] = bytes(block)
        return cid

    def keep(self, cid: Cid, block: bytes) -> None:
        """Keep a block whose digest the caller has just checked."""
        self._blocks[cid.digest] = block

    def get(self, cid: Cid) -> bytes:
        if cid.digest not in self._blocks:
            raise BlockMissingError(cid)
        return self._blocks[cid.digest]

    def has(self, cid: Cid) -> bool:
        return cid.digest in self._blocks

    def discard(self, cid: Cid) -> None:
        self._blocks.pop(cid.digest, None)
