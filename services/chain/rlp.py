"""Recursive length prefix: how transactions are written (Ethereum yellow paper, appendix B)."""

from __future__ import annotations

from collections.abc import Sequence

Item = bytes | list["Item"]
_SHORT = 55
_TEXT = 0x80
_LIST = 0xC0


def encode_uint(value: int) -> bytes:
    """Write a whole number in as few bytes as possible; zero takes none."""
    return value.to_bytes((value.bit_length() + 7) // 8, "big")


def encode(item: bytes | Sequence[Item]) -> bytes:
    """Write bytes or a list of items."""
    if isinstance(item, bytes):
        return item if len(item) == 1 and item[0] < _TEXT else _prefix(_TEXT, len(item)) + item
    body = b"".join(encode(part) for part in item)
    return _prefix(_LIST, len(body)) + body


def decode(data: bytes) -> Item:
    """Read exactly one item; raises ValueError for anything but its one canonical form."""
    item, end = _read(data, 0)
    if end != len(data):
        raise ValueError("there are bytes after the item")
    return item


def _prefix(base: int, size: int) -> bytes:
    if size <= _SHORT:
        return bytes((base + size,))
    length = encode_uint(size)
    return bytes((base + _SHORT + len(length),)) + length


def _read(data: bytes, at: int) -> tuple[Item, int]:
    if at >= len(data):
        raise ValueError("the item is cut short")
    first = data[at]
    if first < _TEXT:
        return data[at : at + 1], at + 1
    base = _LIST if first >= _LIST else _TEXT
    start, end = _span(data, at, first - base)
    if base == _LIST:
        return _read_list(data, start, end), end
    text = data[start:end]
    if len(text) == 1 and text[0] < _TEXT:
        raise ValueError("a small byte must stand for itself")
    return text, end


def _span(data: bytes, at: int, code: int) -> tuple[int, int]:
    start, size = at + 1, code
    if code > _SHORT:
        start += code - _SHORT
        length = data[at + 1 : start]
        size = int.from_bytes(length, "big")
        if size <= _SHORT or not length or length[0] == 0:
            raise ValueError("the length is not in its shortest form")
    if start + size > len(data):
        raise ValueError("the item is cut short")
    return start, start + size


def _read_list(data: bytes, start: int, end: int) -> list[Item]:
    parts: list[Item] = []
    while start < end:
        part, start = _read(data[:end], start)
        parts.append(part)
    return parts
