"""Chunk keys, their commitments, and the sealed file of a chunk.

::

    PRK        = HKDF-Extract(SHA-256, salt = content id, ikm = S)                         RFC 5869
    key        = HKDF-Expand(PRK, "museclock/v1/chunk" ‖ content id ‖ u32 track ‖ u32 index, 32)
    commitment = SHA-256("museclock/v1/commit" ‖ content id ‖ u32 track ‖ u32 index ‖ key)
    digest     = GMAC(HMAC-SHA256(key, "museclock/v1/digest"), nonce of zeros, plaintext)                 16 bytes
    nonce      = first 12 bytes of HMAC-SHA256(key, "museclock/v1/nonce" ‖ header without nonce ‖ digest)
    file       = header ‖ AES-256-GCM(key, nonce, plaintext, AAD = header)
    header     = "MCLK1" ‖ u8 version ‖ u8 algorithm ‖ content id ‖ u32 track ‖ u32 index ‖ u64 plain length ‖ nonce

The nonce follows from key and plaintext: sealing the same chunk again gives the same file and CID, and two different
plaintexts never meet under one key and one nonce. The digest never leaves this module, and its key is used for nothing
else: a universal hash under a pseudorandom function, as in AES-GCM-SIV (RFC 8452). HMAC over the whole plaintext takes
three times as long.
"""

from __future__ import annotations

import hashlib
import hmac
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import GCM

from services.units.address import Bytes32, bytes32, raw
from services.units.ids import ContentId
from services.wire.problems import ProblemError

Plaintext = bytes | bytearray | memoryview
KEY_BYTES = 32
_MAGIC = b"MCLK1"
_VERSION = 1
_AES_256_GCM = 1
_POSITION = struct.Struct(">32sII")
_LENGTH = struct.Struct(">Q")
_NONCE_BYTES = 12
_TAG_BYTES = 16
_BARE_HEADER_BYTES = len(_MAGIC) + 2 + _POSITION.size + _LENGTH.size
HEADER_BYTES = _BARE_HEADER_BYTES + _NONCE_BYTES
OVERHEAD_BYTES = HEADER_BYTES + _TAG_BYTES
"""A sealed file is longer than its plaintext by exactly this."""


def chunk_key(secret: bytes, content_id: ContentId, track: int, index: int) -> bytes:
    """Derive the key of one chunk from the 32-byte secret of one published version."""
    if len(secret) != KEY_BYTES:
        raise ValueError("a content secret has 32 bytes")
    extracted = hmac.digest(raw(content_id), secret, "sha256")
    info = b"museclock/v1/chunk" + _position(content_id, track, index)
    return hmac.digest(extracted, info + b"\x01", "sha256")


def key_commitment(key: bytes, content_id: ContentId, track: int, index: int) -> Bytes32:
    """Commit to a chunk's key: anyone can check the key against it, nobody can find the key from it."""
    return bytes32(hashlib.sha256(b"museclock/v1/commit" + _position(content_id, track, index) + key).digest())


def check_key(key: bytes, commitment: Bytes32, content_id: ContentId, track: int, index: int) -> None:
    """Raise ProblemError: content.wrong_key unless the key is the one that was committed to."""
    if len(key) != KEY_BYTES or not hmac.compare_digest(key_commitment(key, content_id, track, index), commitment):
        raise ProblemError("content.wrong_key", content=content_id, index=index)


def check_sealed(sealed: bytes, *, sha256: Bytes32, length: int, index: int) -> None:
    """Raise ProblemError: content.damaged unless the sealed file is the one that a manifest names."""
    if len(sealed) != length or bytes32(hashlib.sha256(sealed).digest()) != sha256:
        raise ProblemError("content.damaged", index=index)


class ChangedError(Exception):
    """A plaintext was another one in the second pass."""


class FirstPass:
    """Takes a chunk's plaintext piece by piece and gives its file's header, whose nonce follows from all of it."""

    def __init__(self, length: int, *, key: bytes, content_id: ContentId, track: int, index: int) -> None:
        self._key, self._bare = key, _bare_header(length, content_id, track, index)
        hashing_key = hmac.digest(key, b"museclock/v1/digest", "sha256")
        self._digest = Cipher(AES(hashing_key), GCM(bytes(_NONCE_BYTES))).encryptor()

    def update(self, piece: Plaintext) -> None:
        """Take the next piece."""
        self._digest.authenticate_additional_data(piece)

    def header(self) -> bytes:
        """Give the header, once, after the last piece."""
        self._digest.finalize()
        found = hmac.digest(self._key, b"museclock/v1/nonce" + self._bare + self._digest.tag, "sha256")
        return self._bare + found[:_NONCE_BYTES]


class SecondPass:
    """Enciphers a chunk piece by piece under the header that ``first`` gave."""

    def __init__(self, header: bytes, again: FirstPass | None, *, key: bytes) -> None:
        """again: an empty first pass of the same chunk, to see that the plaintext is still the one of the header.

        None only where it lies in memory of ours meanwhile.
        """
        self.header, self._again = header, again
        self._cipher = Cipher(AES(key), GCM(nonce_of(header))).encryptor()
        self._cipher.authenticate_additional_data(header)

    def update_into(self, piece: Plaintext, room: memoryview) -> None:
        """Encipher the next piece into memory of its length."""
        if self._again is not None:
            self._again.update(piece)
        self._cipher.update_into(piece, room)

    def finish(self) -> bytes:
        """Give what the file ends with.

        Raises ChangedError for a plaintext that is not the first pass's: nobody may see what was made of it, because
        two plaintexts under one nonce betray each other.
        """
        if self._again is not None and self._again.header() != self.header:
            raise ChangedError
        return self._cipher.finalize() + self._cipher.tag


def seal(plaintext: Plaintext, *, key: bytes, content_id: ContentId, track: int, index: int) -> bytearray:
    """Encrypt a chunk into its file, in one piece of memory. The same arguments always give the same bytes."""
    first, again = (
        FirstPass(len(plaintext), key=key, content_id=content_id, track=track, index=index) for _ in range(2)
    )
    first.update(plaintext)
    header = first.header()
    second, sealed = SecondPass(header, again, key=key), bytearray(OVERHEAD_BYTES + len(plaintext))
    sealed[:HEADER_BYTES] = header
    with memoryview(sealed) as room, room[HEADER_BYTES:-_TAG_BYTES] as body:
        second.update_into(plaintext, body)
        room[-_TAG_BYTES:] = second.finish()
    return sealed


def nonce_of(sealed: bytes | bytearray | memoryview) -> bytes:
    """Read the nonce out of a sealed file."""
    return bytes(sealed[_BARE_HEADER_BYTES:HEADER_BYTES])


def open_sealed(
    sealed: bytes, *, key: bytes, commitment: Bytes32, content_id: ContentId, track: int, index: int
) -> bytes:
    """Decrypt a chunk's file with the key that the manifest committed to.

    Raises ProblemError: content.wrong_key when the key does not match the commitment, content.damaged when the file
    is not this chunk's or was changed.
    """
    check_key(key, commitment, content_id, track, index)
    header, body = sealed[:HEADER_BYTES], sealed[HEADER_BYTES:]
    if header[:_BARE_HEADER_BYTES] != _bare_header(len(body) - _TAG_BYTES, content_id, track, index):
        raise ProblemError("content.damaged", content=content_id, index=index)
    try:
        return AESGCM(key).decrypt(header[_BARE_HEADER_BYTES:], body, header)
    except InvalidTag as exc:
        raise ProblemError("content.damaged", content=content_id, index=index) from exc


def _bare_header(plain_length: int, content_id: ContentId, track: int, index: int) -> bytes:
    kind = _MAGIC + bytes((_VERSION, _AES_256_GCM))
    return kind + _position(content_id, track, index) + _LENGTH.pack(max(plain_length, 0))


def _position(content_id: ContentId, track: int, index: int) -> bytes:
    return _POSITION.pack(raw(content_id), track, index)
