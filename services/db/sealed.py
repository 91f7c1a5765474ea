"""Bytes under a passphrase: scrypt makes the key, AES-256-GCM seals. For files that leave their folder."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from services.wire.problems import ProblemError

# As keystores of wallets have it (Web3 Secret Storage): 256 MB and about a second.
COST, _R, _P = 1 << 18, 8, 1
_MOST = 1 << 20


def seal_under(passphrase: str, plain: bytes, *, label: str) -> dict[str, str | int]:
    """Seal bytes for JSON. label: what they are; opening needs the same one. Blocking."""
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    sealed = AESGCM(_derived(passphrase, salt, COST)).encrypt(nonce, plain, label.encode())
    return {
        "kdf": "scrypt",
        "n": COST,
        "r": _R,
        "p": _P,
        "salt": _text(salt),
        "nonce": _text(nonce),
        "data": _text(sealed),
    }


def open_under(passphrase: str, box: Mapping[str, Any], *, label: str) -> bytes:
    """Open what ``seal_under`` made. Blocking.

    Raises ProblemError: wallet.wrong_passphrase; ValueError, KeyError or TypeError for what is no such box.
    """
    salt, nonce, data = (base64.b64decode(box[name], validate=True) for name in ("salt", "nonce", "data"))
    try:
        return AESGCM(_derived(passphrase, salt, min(int(box["n"]), _MOST))).decrypt(nonce, data, label.encode())
    except InvalidTag as exc:
        raise ProblemError("wallet.wrong_passphrase") from exc


def _derived(passphrase: str, salt: bytes, cost: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=cost, r=_R, p=_P).derive(passphrase.encode())


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
