"""One hash for all chunks of a manifest, from which any single chunk can be proven (shape of RFC 6962, 2.1)."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from typing import TYPE_CHECKING

from services.units.address import Bytes32, bytes32, raw

if TYPE_CHECKING:
    from services.media.manifest import ManifestChunk

_HEAD = struct.Struct(">BIIQ")
_TAIL = struct.Struct(">IQ")
_LEAF, _INNER = 0, 1


def chunks_root(chunks: Sequence[ManifestChunk], *, track: int = 0) -> Bytes32:
    """Hash the chunks in order; at least one.

    leaf = SHA-256(0x00 ‖ u32 track ‖ u32 index ‖ u64 length ‖ sha256 of the file ‖ key commitment ‖ u32 duration in
    ms ‖ u64 price in micro-USDC), inner = SHA-256(0x01 ‖ left ‖ right).
    """
    return bytes32(_root([_leaf(chunk, track, index) for index, chunk in enumerate(chunks)]))


def _leaf(chunk: ManifestChunk, track: int, index: int) -> bytes:
    head = _HEAD.pack(_LEAF, track, index, chunk.length)
    tail = _TAIL.pack(chunk.end_ms - chunk.start_ms, chunk.price.micros)
    return hashlib.sha256(head + raw(chunk.sha256) + raw(chunk.key_commitment) + tail).digest()


def _root(hashes: list[bytes]) -> bytes:
    if len(hashes) == 1:
        return hashes[0]
    # The left side is the largest full tree that leaves something for the right.
    half = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(bytes((_INNER,)) + _root(hashes[:half]) + _root(hashes[half:])).digest()
