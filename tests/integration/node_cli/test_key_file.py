"""Private keys from files: what is taken, what is refused, and what is never shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from services.node_cli.command import CommandError
from services.node_cli.key_file import read_key
from services.node_cli.terminal import Terminal
from services.wire.problems import ProblemError
from tests.fixtures.chain import RELAYER

KEY = RELAYER.key


def typing(passphrase: str | None) -> Terminal:
    def secret(_question: str) -> str:
        assert passphrase is not None, "asked for a passphrase that the file has not"
        return passphrase

    def never(_text: str) -> str:
        raise AssertionError("a secret is never asked for in the open")

    return Terminal(lambda _: None, never, secret)


def write(folder: Path, data: bytes, mode: int = 0o600) -> Path:
    path = folder / "payer"
    path.write_bytes(data)
    path.chmod(mode)
    return path


def keystore(passphrase: str) -> bytes:
    from eth_account import Account

    return json.dumps(dict(Account.encrypt(KEY, passphrase, kdf="pbkdf2", iterations=1000))).encode()


@pytest.mark.parametrize(
    "data",
    [KEY, KEY.hex().encode(), b"0x" + KEY.hex().encode() + b"\n", KEY.hex().upper().encode() + b"\r\n"],
    ids=["raw", "digits", "0x and newline", "capitals"],
)
def test_a_bare_key_is_read(tmp_path: Path, data: bytes) -> None:
    assert read_key(write(tmp_path, data), typing(None)) == KEY
    assert read_key(write(tmp_path, data, 0o400), typing(None)) == KEY


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o666, 0o601])
def test_a_bare_key_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(CommandError, match="chmod 600") as refused:
        read_key(write(tmp_path, KEY.hex().encode(), mode), typing(None))
    assert KEY.hex() not in str(refused.value)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x",
        KEY[:31],
        KEY + b"\0",
        KEY.hex().encode()[:-1],
        bytes(32),
        b"\xff" * 32,
        b"[1]",
        b"{}",
        b'{"crypto": 1',
    ],
)
def test_what_is_no_key_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(CommandError, match="no private key"):
        read_key(write(tmp_path, data), typing(None))


def test_a_missing_file_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        read_key(tmp_path / "nothing", typing(None))


@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_a_keystore_asks_for_its_passphrase(tmp_path: Path, mode: int) -> None:
    path = write(tmp_path, keystore("correct horse"), mode)
    assert read_key(path, typing("correct horse")) == KEY
    with pytest.raises(ProblemError, match=r"wallet\.wrong_passphrase"):
        read_key(path, typing("wrong horse"))


def test_a_wallet_of_museclock_s_is_taken(tmp_path: Path) -> None:
    wallet = {"version": 1, "address": RELAYER.address, "form": "keystore", "keystore": json.loads(keystore("a b c"))}
    assert read_key(write(tmp_path, json.dumps(wallet).encode()), typing("a b c")) == KEY


@pytest.mark.parametrize("text", ['{"crypto": {}}', '{"crypto": 5}', '{"version": 3, "crypto": {"kdf": "none"}}'])
def test_a_damaged_keystore_is_said_so(tmp_path: Path, text: str) -> None:
    with pytest.raises(CommandError, match="no keystore"):
        read_key(write(tmp_path, text.encode()), typing("x"))
