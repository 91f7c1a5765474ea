"""A private key from a file: a keystore under a passphrase, or bare and then readable by its owner only.

Never from the command line or the environment, where other programs can read it.
"""

from __future__ import annotations

import json
import os
import re
import stat
import sys
from pathlib import Path
from typing import Any

from services.chain.hashing import ORDER
from services.node_cli.command import CommandError
from services.node_cli.terminal import Terminal
from services.wire.problems import ProblemError

_KEY_BYTES = 32
_MAX_BYTES = 8192
_HEX = re.compile(rb"(?:0x)?([0-9a-fA-F]{64})\s*")


def read_key(path: Path, terminal: Terminal) -> bytes:
    """Give the key (32 bytes), after asking for the passphrase where the file has one.

    Takes Web3 Secret Storage version 3, a wallet of Museclock's, 32 bytes, or 64 hexadecimal digits.
    Raises CommandError; ProblemError: wallet.wrong_passphrase.
    """
    data, mode = _read(path)
    keystore = _keystore(data)
    if keystore is not None:
        return _opened(keystore, terminal.ask_secret(f"Passphrase of {path.name}: "), path)
    if sys.platform != "win32" and mode & 0o077:
        raise CommandError(f"{path} holds a bare key and others may read it: run chmod 600 {path.name} first.")
    digits = _HEX.fullmatch(data)
    key = data if len(data) == _KEY_BYTES else bytes.fromhex(digits.group(1).decode()) if digits else b""
    if not 0 < int.from_bytes(key, "big") < ORDER:
        raise CommandError(f"{path} holds no private key.")
    return key


def _read(path: Path) -> tuple[bytes, int]:
    try:
        with path.open("rb") as file:
            return file.read(_MAX_BYTES), stat.S_IMODE(os.fstat(file.fileno()).st_mode)
    except OSError as exc:
        raise CommandError(f"{path} cannot be read: {exc.strerror}.") from exc


def _keystore(data: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(data)
    except ValueError:
        return None
    found = found.get("keystore", found) if isinstance(found, dict) else None
    return found if isinstance(found, dict) and "crypto" in {name.lower() for name in found} else None


def _opened(keystore: dict[str, Any], passphrase: str, path: Path) -> bytes:
    # Most of a second, which only keystores need.
    from eth_account import Account

    try:
        return bytes(Account.decrypt(keystore, passphrase))
    except ValueError as exc:
        if "MAC mismatch" in str(exc):
            raise ProblemError("wallet.wrong_passphrase") from exc
        raise CommandError(f"{path} is no keystore that can be opened.") from exc
    except (KeyError, TypeError, AttributeError) as exc:
        raise CommandError(f"{path} is no keystore that can be opened.") from exc
