"""EIP-4361 messages are read strictly: what differs in one character is no message, or another one."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chain.hashing import address_of
from services.chain.message import checksum, recover_signer, sign_message
from services.units.address import Address, address
from services.wire.problems import ProblemError
from services.wire.sign_in import SignIn, parse

KEY = b"\x05" * 32
MOMENT = datetime(2026, 11, 21, 12, tzinfo=UTC)
MESSAGE = SignIn(
    domain="museclock.local:8443",
    address=address_of(KEY),
    uri="https://museclock.local:8443/api",
    chain_id=7427010,
    nonce="0123456789abcdef0123456789abcdef",
    issued_at=MOMENT,
    expires_at=MOMENT + timedelta(minutes=5),
)
TEXT = MESSAGE.text(checksum(MESSAGE.address))


def test_what_is_written_is_read() -> None:
    assert parse(TEXT) == MESSAGE
    assert recover_signer(TEXT, sign_message(TEXT, KEY)) == MESSAGE.address


def test_the_checksum_is_eip_55_s() -> None:
    # The specification's own examples.
    for known in (
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    ):
        assert checksum(address(known)) == known


def test_signatures_are_those_of_eth_account() -> None:
    from eth_account import Account
    from eth_account.messages import encode_defunct

    for text in ("", "a", TEXT, "ä" * 300):
        oracle = Account.sign_message(encode_defunct(text=text), KEY)
        assert sign_message(text, KEY) == "0x" + bytes(oracle.signature).hex()


@given(st.data())
def test_one_changed_character_is_refused_or_signed_by_nobody(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(TEXT) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda found: found != TEXT[place]))
    mutated = TEXT[:place] + other + TEXT[place + 1 :]
    assert _signed_in(mutated, sign_message(TEXT, KEY)) is None


def _signed_in(text: str, signature: str) -> Address | None:
    """Give the account that a text and a signature sign in; None when they are refused."""
    with suppress(ProblemError):
        claimed = parse(text).address
        return claimed if recover_signer(text, signature) == claimed else None
    return None


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text + "\n",
        lambda text: "\n" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text + "\nNot Before: 2026-11-21T12:00:00Z",
        lambda text: text + "\nResources:\n- https://x",
        lambda text: text.replace("Version: 1", "Version: 2"),
        lambda text: text.replace("moves no money", "moves all money"),
        lambda text: text.replace("museclock.local:8443 wants", "muséclock.local wants"),
        lambda text: text.replace("museclock.local:8443 wants", "https://museclock.local wants"),
        lambda text: text.replace("Chain ID: 7427010", "Chain ID: 0x7153c2"),
        lambda text: text.replace("Chain ID: 7427010", "Chain ID: ٧"),
        lambda text: text.replace("Nonce: 0123456789abcdef0123456789abcdef", "Nonce: short"),
        lambda text: text.replace("12:00:00Z", "12:00:00"),
        lambda text: text.replace("12:00:00Z", "99:00:00Z"),
        lambda text: text.replace("URI: https://", "URI: https:// "),
        lambda text: "",
        lambda text: text * 2,
    ],
)
def test_other_forms_are_refused(change: object) -> None:
    with pytest.raises(ProblemError, match=r"account\.sign_in_refused"):
        parse(change(TEXT))  # type: ignore[operator]


@pytest.mark.parametrize("signature", ["0x", "0x" + "00" * 65, "0x" + "ff" * 65, "zz", "0x" + "11" * 64])
def test_a_broken_signature_is_nobody_s(signature: str) -> None:
    assert _signed_in(TEXT, signature) is None
