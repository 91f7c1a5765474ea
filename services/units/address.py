"""Addresses and 32-byte ids as checked, lower-case hexadecimal text."""

from __future__ import annotations

import re
from typing import NewType

Address = NewType("Address", str)
"""An account or contract: ``0x`` and 40 lower-case hexadecimal digits."""

Bytes32 = NewType("Bytes32", str)
"""A hash or id: ``0x`` and 64 lower-case hexadecimal digits."""

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
_BYTES32 = re.compile(r"0x[0-9a-fA-F]{64}")


def address(text: str) -> Address:
    """Check and normalise an address; raises ValueError."""
    if not _ADDRESS.fullmatch(text):
        raise ValueError(f"not an address: {text[:80]!r}")
    return Address(text.lower())


def bytes32(value: str | bytes) -> Bytes32:
    """Check and normalise a 32-byte value; raises ValueError."""
    text = "0x" + value.hex() if isinstance(value, bytes) else value
    if not _BYTES32.fullmatch(text):
        raise ValueError(f"not 32 bytes in hexadecimal: {text[:80]!r}")
    return Bytes32(text.lower())


def raw(value: Address | Bytes32) -> bytes:
    """Give the bytes behind an address or a 32-byte id."""
    return bytes.fromhex(value[2:])
