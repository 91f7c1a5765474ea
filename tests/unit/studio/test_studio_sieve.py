"""What might be a secret does not pass the sieve; what is needed to find a fault does."""

from __future__ import annotations

import base64
import json
import secrets

import pytest

from studio.kit.sieve import sieve

KEY = secrets.token_hex(32)


@pytest.mark.parametrize(
    "secret",
    [
        KEY,
        "0x" + KEY,
        secrets.token_urlsafe(32) + "0",
        base64.b64encode(secrets.token_bytes(48)).decode() + "1",
        "0x" + secrets.token_hex(65),
    ],
    ids=["hex", "0x", "session", "base64", "signature"],
)
def test_long_secrets_leave_a_mark(secret: str) -> None:
    for text in (f"key {secret} used", json.dumps({"a": secret}), f"Bearer {secret}", f"a={secret}&b=1"):
        found = sieve(text)
        assert secret not in found
        assert secret.removeprefix("0x")[8:40] not in found
        assert "characters" in found


@pytest.mark.parametrize("name", ["passphrase", "password", "token", "api_key", "Authorization", "secret"])
def test_short_secrets_go_by_their_names(name: str) -> None:
    for text in (
        f'{{"{name}": "hush hush"}}',
        f"{name}=hushhush",
        f"{name}: hushhush",
        json.dumps({"event": f'"{name}": "hushhush"'}),
    ):
        assert "hush" not in sieve(text), text


def test_what_is_known_goes_wherever_it_stands() -> None:
    assert "swordfish" not in sieve("the word was swordfish, twice swordfish", ["swordfish", ""])


def test_the_same_secret_has_the_same_mark() -> None:
    first, second = sieve(f"a {KEY}").split(" ", 1)[1], sieve(f"b {KEY}").split(" ", 1)[1]
    assert first == second != sieve(f"b {secrets.token_hex(32)}").split(" ", 1)[1]


def test_addresses_cids_times_and_words_pass() -> None:
    text = (
        "2026-11-21T14:05:00.000000Z 0x" + "c1" * 20 + " bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy "
        "payment.terms_changed $12.50 /desks/viewer/playback"
    )
    assert sieve(text) == text
