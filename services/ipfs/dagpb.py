"""The node block of a UnixFS file: dag-pb around a UnixFS message (IPLD dag-pb and UnixFS specifications).

Only what a file's inner node needs, and a folder's to be written. Reading accepts exactly the bytes that writing gives.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from services.ipfs.varint import MAX_BYTES, encode_varint
from services.units.cid import Cid

_LINKS, _DATA = 0x12, 0x0A
_HASH, _NAME, _TSIZE = 0x0A, 0x12, 0x18
_TYPE, _FILE_SIZE, _BLOCK_SIZE = 0x08, 0x18, 0x20
_FOLDER, _FILE = 1, 2


@dataclass(frozen=True, slots=True)
class Link:
    """A child: its name, the bytes of its whole graph (Tsize) and the bytes of file below it."""

    cid: Cid
    graph_bytes: int
    file_bytes: int


@dataclass(frozen=True, slots=True)
class FileNode:
    """An inner node: its children in order."""

    links: tuple[Link, ...]

    @property
    def file_bytes(self) -> int:
        """The length of the part of the file below this node."""
        return sum(link.file_bytes for link in self.links)

    def encode(self) -> bytes:
        """Give the block: links before data, as dag-pb's canonical form wants it."""
        body = b"".join(_field(_LINKS, _encode_link(link)) for link in self.links)
        sizes = b"".join(_number(_BLOCK_SIZE, link.file_bytes) for link in self.links)
        message = _number(_TYPE, _FILE) + _number(_FILE_SIZE, self.file_bytes) + sizes
        return body + _field(_DATA, message)


def encode_folder(entries: Iterable[tuple[str, Cid, int]]) -> bytes:
    """Give the block of a folder. entries, in any order: name, root, and the bytes of the whole graph below it."""
    rows = sorted((name.encode(), cid, graph_bytes) for name, cid, graph_bytes in entries)
    links = (_field(_HASH, cid.to_bytes()) + _field(_NAME, name) + _number(_TSIZE, size) for name, cid, size in rows)
    return b"".join(_field(_LINKS, link) for link in links) + _field(_DATA, _number(_TYPE, _FOLDER))


def decode(block: bytes) -> FileNode:
    """Read an inner node; raises ValueError for anything that encode() would not write."""
    reader = _Reader(block)
    children: list[tuple[Cid, int]] = []
    while reader.at(_LINKS):
        children.append(_decode_link(reader.take_bytes(_LINKS)))
    sizes = _decode_sizes(reader.take_bytes(_DATA))
    if len(sizes) != len(children):
        raise ValueError("a node with another number of sizes than of links")
    node = FileNode(tuple(Link(cid, tsize, size) for (cid, tsize), size in zip(children, sizes, strict=True)))
    if node.encode() != block:
        raise ValueError("not a canonical node of a file")
    return node


def _encode_link(link: Link) -> bytes:
    return _field(_HASH, link.cid.to_bytes()) + _field(_NAME, b"") + _number(_TSIZE, link.graph_bytes)


def _decode_link(data: bytes) -> tuple[Cid, int]:
    reader = _Reader(data)
    cid = Cid.from_bytes(reader.take_bytes(_HASH))
    reader.take_bytes(_NAME)
    return cid, reader.take_number(_TSIZE)


def _decode_sizes(data: bytes) -> list[int]:
    reader = _Reader(data)
    if reader.take_number(_TYPE) != _FILE:
        raise ValueError("not a node of a file")
    reader.take_number(_FILE_SIZE)
    sizes: list[int] = []
    while reader.at(_BLOCK_SIZE):
        sizes.append(reader.take_number(_BLOCK_SIZE))
    return sizes


def _field(tag: int, data: bytes) -> bytes:
    return bytes((tag,)) + encode_varint(len(data)) + data


def _number(tag: int, value: int) -> bytes:
    return bytes((tag,)) + encode_varint(value)


class _Reader:
    """Reads protobuf fields in the order in which the caller expects them."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    def at(self, tag: int) -> bool:
        return self._position < len(self._data) and self._data[self._position] == tag

    def take_bytes(self, tag: int) -> bytes:
        end = self.take_number(tag) + self._position
        if end > len(self._data):
            raise ValueError("a field longer than its block")
        part = self._data[self._position : end]
        self._position = end
        return part

    def take_number(self, tag: int) -> int:
        if not self.at(tag):
            raise ValueError(f"field {tag:#x} is not where it belongs")
        self._position += 1
        value = 0
        for shift in range(0, 7 * MAX_BYTES, 7):
            byte = self._next()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
        raise ValueError("a number too long")

    def _next(self) -> int:
        if self._position >= len(self._data):
            raise ValueError("a block that ends early")
        byte = self._data[self._position]
        self._position += 1
        return byte
