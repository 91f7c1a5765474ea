"""Archives of blocks: CARv1 (IPLD CAR specification), written for one root and read as anybody's.

Nothing that an archive says is believed: each block is hashed before it is given on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Protocol

from services.ipfs.store import MAX_BLOCK_BYTES, BlockStore
from services.ipfs.unixfs import block_names
from services.ipfs.varint import MAX_BYTES, encode_varint
from services.units.cid import Cid
from services.wire.problems import ProblemError

# dag-cbor of {"roots": [CID…], "version": 1}; a CID is tag 42 around its bytes after a zero byte.
_ROOTS, _VERSION = b"\xa2\x65roots", b"\x67version\x01"
_CID_HEAD = b"\xd8\x2a\x58\x25\x00"
_CID_BYTES = 36
_ARRAY, _ARRAY_MAX = 0x80, 0x17
_MAX_HEADER_BYTES = len(_ROOTS) + 1 + _ARRAY_MAX * (len(_CID_HEAD) + _CID_BYTES) + len(_VERSION)


class Readable(Protocol):
    """Where an archive comes from."""

    def read(self, length: int, /) -> bytes:
        """Give so many bytes, fewer only at the end."""


def write_car(file: BinaryIO, store: BlockStore, root: Cid) -> int:
    """Write a file's graph, root first, each block once; gives the number of blocks.

    Raises ProblemError: content.missing, content.damaged.
    """
    file.write(_header(root))
    written: set[Cid] = set()
    for cid in block_names(store, root):
        if cid not in written:
            file.write(_entry(cid, store.get(cid)))
            written.add(cid)
    return len(written)


def one_block(cid: Cid, block: bytes) -> bytes:
    """Give the archive of a single block, its root."""
    return _header(cid) + _entry(cid, block)


def read_roots(file: Readable) -> tuple[Cid, ...]:
    """Read an archive's header. Raises ProblemError: archive.damaged."""
    length = _readencode_varint(file)
    header = _exactly(file, length) if length is not None and length <= _MAX_HEADER_BYTES else b""
    if not header.startswith(_ROOTS) or not header.endswith(_VERSION):
        raise ProblemError("archive.damaged", what="header")
    count = header[len(_ROOTS)] - _ARRAY
    listed = header[len(_ROOTS) + 1 : -len(_VERSION)]
    size = len(_CID_HEAD) + _CID_BYTES
    parts = [listed[start : start + size] for start in range(0, len(listed), size)]
    if not 0 <= count <= _ARRAY_MAX or len(parts) != count or any(not part.startswith(_CID_HEAD) for part in parts):
        raise ProblemError("archive.damaged", what="header")
    return tuple(_cid(part[len(_CID_HEAD) :]) for part in parts)


def read_blocks(file: Readable) -> Iterator[tuple[Cid, bytes]]:
    """Give the blocks after the header in the archive's order, each checked.

    Raises ProblemError: archive.damaged at the first that is cut off, too large or not what its name says.
    """
    while (length := _readencode_varint(file)) is not None:
        if not _CID_BYTES <= length <= _CID_BYTES + MAX_BLOCK_BYTES:
            raise ProblemError("archive.damaged", what="length")
        # In two reads: to cut one in two would copy every block.
        cid, block = _cid(_exactly(file, _CID_BYTES)), _exactly(file, length - _CID_BYTES)
        if Cid.of(block, cid.codec) != cid:
            raise ProblemError("archive.damaged", what=cid)
        yield cid, block


def import_car(file: Readable, store: BlockStore) -> tuple[tuple[Cid, ...], int]:
    """Keep every block of an archive; gives its roots and the number of blocks.

    Raises ProblemError: archive.damaged, disk.full. What was read before a damaged place stays.
    """
    roots, count = read_roots(file), 0
    for cid, block in read_blocks(file):
        store.put(block, cid.codec)
        count += 1
    return roots, count


def _header(root: Cid) -> bytes:
    header = _ROOTS + bytes((_ARRAY + 1,)) + _CID_HEAD + root.to_bytes() + _VERSION
    return encode_varint(len(header)) + header


def _entry(cid: Cid, block: bytes) -> bytes:
    return encode_varint(_CID_BYTES + len(block)) + cid.to_bytes() + block


def _cid(data: bytes) -> Cid:
    try:
        return Cid.from_bytes(data)
    except ValueError as exc:
        raise ProblemError("archive.damaged", what="name") from exc


def _exactly(file: Readable, length: int) -> bytes:
    data = file.read(length)
    if len(data) != length:
        raise ProblemError("archive.damaged", what="length")
    return data


def _readencode_varint(file: Readable) -> int | None:
    value = 0
    for position in range(MAX_BYTES):
        byte = file.read(1)
        if not byte:
            if position:
                raise ProblemError("archive.damaged", what="length")
            return None
        value |= (byte[0] & 0x7F) << (7 * position)
        if byte[0] < 0x80:
            return value
    raise ProblemError("archive.damaged", what="length")
