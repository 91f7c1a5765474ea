"""A proof is for one request: whatever of it differs from what was signed, the account did not sign that."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chain.message import checksum
from services.chain.proofs import check_signer, prove
from services.wire.problems import ProblemError
from services.wire.proofs import Action, Proof
from tests.fixtures.chain import STRANGER, VIEWER

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ACTION = Action("node.example", "https://node.example", 7427010, "POST", "/payouts/1?x=1", b'{"amount": "1"}')
OTHERS: dict[str, Any] = {
    "domain": "other.example",
    "uri": "https://other.example",
    "chain_id": 5042002,
    "method": "PUT",
    "path": "/payouts/2?x=1",
    "body": b'{"amount": "2"}',
}


def test_the_text_says_what_is_signed_as_a_wallet_shows_it() -> None:
    proof = Proof.read(prove(ACTION, VIEWER.key, now=NOW))
    text = ACTION.text(checksum(VIEWER.address), nonce=proof.nonce, issued=proof.issued, expires=proof.expires)
    assert text == (
        f"node.example asks you to confirm one action of your account:\n{checksum(VIEWER.address)}\n\n"
        "POST /payouts/1?x=1\n\n"
        "URI: https://node.example\nVersion: 1\nChain ID: 7427010\n"
        "Body SHA-256: eb478c7076af6a9be62a69bbae03fe196b01ce95193cdccfcfb3842a28c49a6e\n"
        f"Nonce: {proof.nonce}\nIssued At: 2026-11-21T12:00:00Z\nExpiration Time: 2026-11-21T12:05:00Z"
    )
    check_signer(ACTION, proof, VIEWER.address)


@pytest.mark.parametrize("name", OTHERS)
def test_another_request_was_not_signed(name: str) -> None:
    proof = Proof.read(prove(ACTION, VIEWER.key, now=NOW))
    with pytest.raises(ProblemError, match=r"account\.proof_refused"):
        check_signer(replace(ACTION, **{name: OTHERS[name]}), proof, VIEWER.address)


@pytest.mark.parametrize(
    "change",
    [
        {"nonce": "0" * 32},
        {"issued": 1},
        {"expires": 99999999999},
        {"signature": "0x" + "00" * 65},
        {"signature": "0x" + "ff" * 65},
    ],
)
def test_other_words_in_the_header_were_not_signed(change: dict[str, Any]) -> None:
    proof = replace(Proof.read(prove(ACTION, VIEWER.key, now=NOW)), **change)
    with pytest.raises(ProblemError, match=r"account\.proof_refused"):
        check_signer(ACTION, Proof.read(proof.header()), VIEWER.address)


def test_it_proves_nothing_of_others() -> None:
    proof = Proof.read(prove(ACTION, VIEWER.key, now=NOW))
    with pytest.raises(ProblemError, match=r"account\.proof_refused"):
        check_signer(ACTION, proof, STRANGER.address)


@given(st.data())
def test_a_header_changed_by_one_character_proves_nothing(data: st.DataObject) -> None:
    header = prove(ACTION, VIEWER.key, now=NOW)
    place = data.draw(st.integers(0, len(header) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda found: found != header[place]))
    with pytest.raises(ProblemError, match=r"account\.proof_refused"):
        check_signer(ACTION, Proof.read(header[:place] + other + header[place + 1 :]), VIEWER.address)


@pytest.mark.parametrize(("header", "reason"), [("", "missing"), ("x", "form"), ("nonce=1, issued=1", "form")])
def test_no_header_and_no_form_are_told_apart(header: str, reason: str) -> None:
    with pytest.raises(ProblemError) as caught:
        Proof.read(header)
    assert caught.value.params == {"reason": reason}
