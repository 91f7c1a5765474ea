"""Whole numbers in as few bytes as they need, lowest seven bits first (protobuf and multiformats unsigned varint)."""

from __future__ import annotations

MAX_BYTES = 9
"""As many as multiformats allows; 63 bits."""


def encode_varint(value: int) -> bytes:
    """Write a number."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
