"""Content identifiers: CIDv1, SHA-256, base32, codecs raw and dag-pb only (multiformats CID specification)."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

RAW = 0x55
DAG_PB = 0x70
_SHA2_256 = 0x12
_DIGEST_BYTES = 32


@dataclass(frozen=True, slots=True)
class Cid:
    """A block's name: how to read it (codec) and its SHA-256 digest."""

    codec: int
    digest: bytes

    def __post_init__(self) -> None:
        if self.codec not in (RAW, DAG_PB) or len(self.digest) != _DIGEST_BYTES:
            raise ValueError("only CIDv1 with raw or dag-pb and SHA-256 is supported")

    @classmethod
    def of(cls, block: bytes | memoryview, codec: int = RAW) -> Cid:
        """Name a block by its content."""
        return cls(codec, hashlib.sha256(block).digest())

    @classmethod
    def from_bytes(cls, data: bytes) -> Cid:
        """Read the binary form; raises ValueError."""
        if len(data) != 4 + _DIGEST_BYTES or data[0] != 1 or data[2:4] != bytes((_SHA2_256, _DIGEST_BYTES)):
            raise ValueError("not a CIDv1 with a SHA-256 digest")
        return cls(data[1], data[4:])

    @classmethod
    def parse(cls, text: str) -> Cid:
        """Read the base32 text form (``b…``); raises ValueError."""
        if not text.startswith("b") or text != text.lower() or len(text) > 80:
            raise ValueError(f"not a CID in base32: {text[:80]!r}")
        body = text[1:].upper()
        cid = cls.from_bytes(base64.b32decode(body + "=" * (-len(body) % 8)))
        if str(cid) != text:
            raise ValueError(f"not a canonical CID: {text[:80]!r}")
        return cid

    @property
    def multihash(self) -> bytes:
        """The digest with its type and length before it."""
        return bytes((_SHA2_256, _DIGEST_BYTES)) + self.digest

    def to_bytes(self) -> bytes:
        """Give the binary form (36 bytes)."""
        return bytes((1, self.codec)) + self.multihash

    def __str__(self) -> str:
        return "b" + base64.b32encode(self.to_bytes()).decode().rstrip("=").lower()
