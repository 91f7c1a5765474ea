"""Secrets at rest under one 32-byte key (AES-256-GCM), each bound to the row that it belongs to."""

from __future__ import annotations

import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.ipfs.durable import replace_durably
from services.wire.problems import ProblemError

KEY_BYTES = 32
_NONCE_BYTES = 12


class KeyBox:
    """Wraps and opens secrets. The key itself never leaves it."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError("a key box takes 32 bytes")
        self._cipher = AESGCM(key)
        self._key = key

    def derive(self, purpose: str, *, length: int = KEY_BYTES) -> bytes:
        """Derive a secret that this key alone gives, always the same for a purpose (HKDF-SHA-256, RFC 5869)."""
        return HKDF(algorithm=SHA256(), length=length, salt=None, info=purpose.encode()).derive(self._key)

    def wrap(self, secret: bytes, *, owner: str) -> bytes:
        """Encrypt a secret for the row named by owner."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret, owner.encode())

    def open(self, wrapped: bytes, *, owner: str) -> bytes:
        """Decrypt; raises ProblemError: wallet.damaged when the bytes were changed or belong to another row."""
        try:
            return self._cipher.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], owner.encode())
        except (InvalidTag, ValueError) as exc:
            raise ProblemError("wallet.damaged") from exc


def key_file(path: Path) -> bytes:
    """Read a 32-byte key from a file, making both at first use; only the owner may read it."""
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        return _new_key_file(path)
    if len(key) != KEY_BYTES:
        raise ProblemError("wallet.damaged")
    return key


def _new_key_file(path: Path) -> bytes:
    key = secrets.token_bytes(KEY_BYTES)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    replace_durably(path, key, unfinished=path.parent)
    return key
