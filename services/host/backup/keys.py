"""A node's keys in a back-up: under a passphrase, or plainly where its operator wants it so."""

from __future__ import annotations

import base64
import json
from pathlib import Path

from services.db.sealed import open_under, seal_under
from services.host.backup.record import KEYS_PLAIN, KEYS_SEALED
from services.wire.problems import ProblemError

KEY_FILES = ("node.key", "relayer.key", "authorizer.key", "circle.toml")


def keep_keys(node: Path, folder: Path, passphrase: str | None) -> list[str]:
    """Put a node's keys into a back-up; gives the names of the files made. passphrase: None for plainly."""
    found = {name: (node / name).read_bytes() for name in KEY_FILES if (node / name).is_file()}
    if passphrase is None:
        (folder / KEYS_PLAIN).mkdir(mode=0o700)
        for name, data in found.items():
            _write(folder / KEYS_PLAIN / name, data)
        return [f"{KEYS_PLAIN}/{name}" for name in found]
    plain = json.dumps({name: _text(data) for name, data in found.items()}).encode()
    box = seal_under(passphrase, plain, label=KEYS_SEALED)
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
        opened = open_under(passphrase or "", box, label=KEYS_SEALED)
    except (ValueError, KeyError, TypeError) as exc:
        raise ProblemError("backup.damaged", file=KEYS_SEALED) from exc
    return {name: base64.b64decode(text) for name, text in json.loads(opened).items()}


def _write(path: Path, data: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(data)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
