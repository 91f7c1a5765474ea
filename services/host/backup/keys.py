"""A node's keys in a back-up: under a passphrase, or plainly where its operator wants it so."""

from __future__ import annotations

import base64
import json
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from services.host.backup.record import KEYS_PLAIN, KEYS_SEALED
from services.wire.problems import ProblemError

KEY_FILES = ("node.key", "relayer.key", "authorizer.key", "circle.toml")
# As keystores of wallets have it (Web3 Secret Storage): 256 MB and about a second.
COST, _R, _P = 1 << 18, 8, 1
_MOST = 1 << 20


def keep_keys(node: Path, folder: Path, passphrase: str | None) -> list[str]:
    """Put a node's keys into a back-up; gives the names of the files made. passphrase: None for plainly."""
    found = {name: (node / name).read_bytes() for name in KEY_FILES if (node / name).is_file()}
    if passphrase is None:
        (folder / KEYS_PLAIN).mkdir(mode=0o700)
        for name, data in found.items():
            _write(folder / KEYS_PLAIN / name, data)
        return [f"{KEYS_PLAIN}/{name}" for name in found]
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    plain = json.dumps({name: _text(data) for name, data in found.items()}).encode()
    sealed = AESGCM(_derived(passphrase, salt, COST)).encrypt(nonce, plain, KEYS_SEALED.encode())
    box = {
        "kdf": "scrypt",
        "n": COST,
        "r": _R,
        "p": _P,
        "salt": _text(salt),
        "nonce": _text(nonce),
        "data": _text(sealed),
    }
    _write(folder / KEYS_SEALED, json.dumps(box).encode())
    return [KEYS_SEALED]


def has_sealed_keys(folder: Path) -> bool:
    """Tell whether a back-up's keys need a passphrase."""
    return (folder / KEYS_SEALED).is_file()


def give_keys_back(folder: Path, node: Path, passphrase: str | None) -> None:
    """Put the keys of a back-up where a node looks for them.

    Raises ProblemError: wallet.wrong_passphrase, backup.damaged.
    """
    for name, data in _kept(folder, passphrase).items():
        if name in KEY_FILES:
            _write(node / name, data)


def _kept(folder: Path, passphrase: str | None) -> dict[str, bytes]:
    if not has_sealed_keys(folder):
        plain = folder / KEYS_PLAIN
        return {name: (plain / name).read_bytes() for name in KEY_FILES if (plain / name).is_file()}
    try:
        box = json.loads((folder / KEYS_SEALED).read_bytes())
        salt, nonce, data = (base64.b64decode(box[name]) for name in ("salt", "nonce", "data"))
        opened = AESGCM(_derived(passphrase or "", salt, min(int(box["n"]), _MOST))).decrypt(
            nonce, data, KEYS_SEALED.encode()
        )
    except InvalidTag as exc:
        raise ProblemError("wallet.wrong_passphrase") from exc
    except (ValueError, KeyError, TypeError) as exc:
        raise ProblemError("backup.damaged", file=KEYS_SEALED) from exc
    return {name: base64.b64decode(text) for name, text in json.loads(opened).items()}


def _derived(passphrase: str, salt: bytes, cost: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=cost, r=_R, p=_P).derive(passphrase.encode())


def _write(path: Path, data: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(data)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
