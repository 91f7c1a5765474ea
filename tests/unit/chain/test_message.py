"""Signed texts and checksums against eth-account and eth-utils."""

from __future__ import annotations

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_utils.address import to_checksum_address
from hypothesis import given
from hypothesis import strategies as st

from services.chain.message import checksum, recover_signer, sign_message
from services.units.address import address
from services.wire.problems import ProblemError
from tests.fixtures.chain import VIEWER


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_texts_are_signed_as_every_wallet_does(text: str) -> None:
    signed = sign_message(text, VIEWER.key)
    assert signed == "0x" + bytes(Account.sign_message(encode_defunct(text=text), VIEWER.key).signature).hex()
    assert recover_signer(text, signed) == VIEWER.address


def test_another_text_is_another_signer() -> None:
    assert recover_signer("b", sign_message("a", VIEWER.key)) != VIEWER.address


@pytest.mark.parametrize("signature", ["", "0x", "0xzz", "0x" + "00" * 65, "0x" + "11" * 64, "é"])
def test_what_is_no_signature_is_refused(signature: str) -> None:
    with pytest.raises(ProblemError, match=r"account\.sign_in_refused"):
        recover_signer("a", signature)


@given(st.binary(min_size=20, max_size=20))
def test_checksums_are_everybody_s(data: bytes) -> None:
    account = address("0x" + data.hex())
    assert checksum(account) == to_checksum_address(account)
