"""The wallet's key: at rest in one file, open only while it is needed. It leaves to sign, or sealed; never to show.

A wallet under a passphrase is an Ethereum keystore (Web3 Secret Storage, version 3, scrypt). A wallet that opens by
itself lies under the device's key instead and holds only money of no value.
"""

from __future__ import annotations

import json
import secrets
import threading
from pathlib import Path
from typing import Any, Literal

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.chain.hashing import address_of
from services.db.keybox import KeyBox
from services.ipfs.durable import replace_durably
from services.units.address import Address, address
from services.wire.problems import ProblemError

MIN_PASSPHRASE = 10
MAX_KEYSTORE_BYTES = 8192
_OWNER = "wallet"
# A file from elsewhere may ask for any amount of work and memory; ours asks for n = 2**18, r = 8, p = 1 (256 MiB).
_MAX_SCRYPT_BYTES = 2**30
_MAX_SCRYPT_WORK = 2**24
_MAX_ROUNDS = 10_000_000
_DERIVED_BYTES = 32

Status = Literal["missing", "locked", "open"]


class Keyring:
    """One wallet key and its file. Threads may share it."""

    def __init__(self, path: Path, device: KeyBox) -> None:
        """Read the file if there is one. Raises ProblemError: wallet.damaged."""
        self._path = path
        self._device = device
        self._lock = threading.Lock()
        self._key: bytes | None = None
        self._address: Address | None = None
        self._opens_itself = False
        if path.exists():
            self._read()

    @property
    def status(self) -> Status:
        """Tell whether there is a wallet and whether its key can sign."""
        if self._address is None:
            return "missing"
        return "locked" if self._key is None else "open"

    @property
    def address(self) -> Address | None:
        """The wallet's address; None when there is no wallet."""
        return self._address

    @property
    def opens_itself(self) -> bool:
        """True for a wallet that lies under the device's key: it holds money of no value and needs no backup."""
        return self._opens_itself

    def key(self) -> bytes:
        """Give the private key (32 bytes). Raises ProblemError: wallet.missing, wallet.locked."""
        key = self._key
        if key is None:
            raise ProblemError("wallet.missing" if self._address is None else "wallet.locked")
        return key

    def owner(self) -> Address:
        """Give the wallet's address. Raises ProblemError: wallet.missing."""
        if self._address is None:
            raise ProblemError("wallet.missing")
        return self._address

    def content_box(self) -> KeyBox:
        """Give the box for content secrets, which only this wallet can open. Raises as ``key`` does."""
        return content_box_of(self.key())

    def create(self, passphrase: str, key: bytes | None = None) -> None:
        """Make a wallet under a passphrase; for a key, if one is given.

        Raises ProblemError: wallet.exists, wallet.weak_passphrase.
        """
        require_strong(passphrase)
        from eth_account import Account

        key = key or secrets.token_bytes(32)
        self._store(key, {"form": "keystore", "keystore": dict(Account.encrypt(key, passphrase))})

    def create_self_opening(self, key: bytes | None = None) -> None:
        """Make a wallet that opens with this device alone, for money of no value; for a key, if one is given.

        Raises ProblemError: wallet.exists.
        """
        key = key or secrets.token_bytes(32)
        self._store(key, {"form": "device", "wrapped": self._device.wrap(key, owner=_OWNER).hex()})

    def unlock(self, passphrase: str) -> None:
        """Open the wallet. Raises ProblemError: wallet.missing, wallet.wrong_passphrase, wallet.damaged."""
        with self._lock:
            if self._address is None:
                raise ProblemError("wallet.missing")
            if self._key is None:
                self._key = self._decrypted(_load(self._path), passphrase)

    def confirm(self, passphrase: str) -> bytes:
        """Make sure that the owner is asking, and give the key for a backup; a wallet that opens by itself just does.

        Raises ProblemError: wallet.missing, wallet.wrong_passphrase, wallet.damaged.
        """
        with self._lock:
            if self._address is None:
                raise ProblemError("wallet.missing")
            if self._opens_itself:
                return self.key()
            return self._decrypted(_load(self._path), passphrase)

    def lock(self) -> None:
        """Forget the key until the next unlock."""
        self._key = None

    def _read(self) -> None:
        stored = _load(self._path)
        try:
            self._address = address(stored["address"])
            if stored["form"] == "device":
                self._opens_itself = True
                self._key = self._device.open(bytes.fromhex(stored["wrapped"]), owner=_OWNER)
        except (KeyError, TypeError, ValueError) as exc:
            raise ProblemError("wallet.damaged") from exc

    def _decrypted(self, stored: dict[str, Any], passphrase: str) -> bytes:
        from eth_account import Account

        try:
            keystore = stored["keystore"]
            _check_work(keystore["crypto"])
            key = bytes(Account.decrypt(keystore, passphrase))
        except ValueError as exc:
            wrong = "MAC mismatch" in str(exc)
            raise ProblemError("wallet.wrong_passphrase" if wrong else "wallet.damaged") from exc
        except (KeyError, TypeError, AttributeError) as exc:
            raise ProblemError("wallet.damaged") from exc
        if address_of(key) != self._address:
            raise ProblemError("wallet.damaged")
        return key

    def _store(self, key: bytes, content: dict[str, Any]) -> None:
        with self._lock:
            if self._path.exists():
                raise ProblemError("wallet.exists")
            own = address_of(key)
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            data = json.dumps({"version": 1, "address": own, **content}).encode()
            replace_durably(self._path, data, unfinished=self._path.parent)
            self._address, self._key, self._opens_itself = own, key, content["form"] == "device"


def content_box_of(key: bytes) -> KeyBox:
    """Give the box for content secrets of a wallet's key."""
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"museclock/v1/content-secrets")
    return KeyBox(derived.derive(key))


def require_strong(passphrase: str) -> None:
    """Refuse a passphrase that is too short. Raises ProblemError: wallet.weak_passphrase."""
    if len(passphrase) < MIN_PASSPHRASE:
        raise ProblemError("wallet.weak_passphrase", minimum=MIN_PASSPHRASE)


def _check_work(crypto: dict[str, Any]) -> None:
    """Refuse a file whose key derivation would take all memory or all day. Raises ValueError."""
    wanted = crypto["kdfparams"]
    if crypto["kdf"] == "scrypt":
        n, r, p = (_count(wanted[name]) for name in ("n", "r", "p"))
        is_bearable = 128 * n * r <= _MAX_SCRYPT_BYTES and n * r * p <= _MAX_SCRYPT_WORK
    else:
        is_bearable = _count(wanted["c"]) <= _MAX_ROUNDS
    if not is_bearable or _count(wanted["dklen"]) != _DERIVED_BYTES:
        raise ValueError("unbearable work")


def _count(value: object) -> int:
    if type(value) is not int or value < 1:
        raise ValueError("not a count")
    return value


def _load(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_KEYSTORE_BYTES:
            raise ProblemError("wallet.damaged")
        stored = json.loads(path.read_bytes())
    except (OSError, ValueError) as exc:
        raise ProblemError("wallet.damaged") from exc
    if not isinstance(stored, dict):
        raise ProblemError("wallet.damaged")
    return stored
