"""Authorizations and transactions against eth-account, and what cannot be signed at all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from hypothesis import given
from hypothesis import strategies as st

from services.chain import rlp
from services.chain.authorization import (
    PaymentTerms,
    SignedAuthorization,
    payment_nonce,
    recover_payer,
    sign_authorization,
)
from services.chain.calls import Call
from services.chain.gateway import Fees
from services.chain.hashing import SignatureError
from services.chain.transaction import TransactionError, read_transaction, sign_transaction
from services.units.address import address, bytes32
from services.units.ids import ContentId
from services.units.money import Money
from services.wire.problems import ProblemError
from tests.fixtures.chain import CREATOR, STRANGER, VIEWER

TERMS = PaymentTerms(
    chain_id=7427010,
    token=address("0x3600000000000000000000000000000000000000"),
    escrow=address("0x" + "e5" * 20),
    payer=VIEWER.address,
    creator=CREATOR.address,
    content_id=ContentId(bytes32(b"\x07" * 32)),
    first_chunk=3,
    chunk_count=4,
    amount=Money(6_000),
    valid_after=1,
    valid_before=2**33,
)
CHANGES: dict[str, object] = {
    "chain_id": 5042002,
    "escrow": STRANGER.address,
    "payer": STRANGER.address,
    "creator": STRANGER.address,
    "content_id": ContentId(bytes32(b"\x08" * 32)),
    "first_chunk": 4,
    "chunk_count": 3,
}


def changed(name: str) -> PaymentTerms:
    return replace(TERMS, **{name: CHANGES[name]})  # type: ignore[arg-type]


def typed_data(terms: PaymentTerms) -> dict[str, object]:
    """Write the message as wallets show it (ERC-3009)."""
    fields = [("from", "address"), ("to", "address"), ("value", "uint256"), ("validAfter", "uint256")]
    fields += [("validBefore", "uint256"), ("nonce", "bytes32")]
    domain = [("name", "string"), ("version", "string"), ("chainId", "uint256"), ("verifyingContract", "address")]
    return {
        "types": {
            "EIP712Domain": [{"name": name, "type": kind} for name, kind in domain],
            "ReceiveWithAuthorization": [{"name": name, "type": kind} for name, kind in fields],
        },
        "primaryType": "ReceiveWithAuthorization",
        "domain": {"name": "USDC", "version": "2", "chainId": terms.chain_id, "verifyingContract": terms.token},
        "message": {
            "from": terms.payer,
            "to": terms.escrow,
            "value": terms.amount.micros,
            "validAfter": terms.valid_after,
            "validBefore": terms.valid_before,
            "nonce": payment_nonce(terms),
        },
    }


@given(
    first=st.integers(0, 2**31),
    count=st.integers(1, 2**31 - 1),
    micros=st.integers(1, 2**62),
    chain=st.integers(1, 2**40),
)
def test_authorizations_are_what_a_wallet_signs(first: int, count: int, micros: int, chain: int) -> None:
    terms = replace(TERMS, first_chunk=first, chunk_count=count, amount=Money(micros), chain_id=chain)
    signed = sign_authorization(terms, VIEWER.key)
    theirs = Account.sign_message(encode_typed_data(full_message=typed_data(terms)), VIEWER.key)
    assert signed.signature == bytes(theirs.signature)
    assert recover_payer(signed) == VIEWER.address


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_the_nonce_binds_what_is_bought(name: str) -> None:
    assert payment_nonce(changed(name)) != payment_nonce(TERMS)


def test_the_nonce_is_the_same_for_another_price_and_time() -> None:
    dearer = replace(TERMS, amount=Money(9_999), valid_after=5, valid_before=6)
    assert payment_nonce(dearer) == payment_nonce(TERMS)


@pytest.mark.parametrize("name", [*sorted(CHANGES), "token", "amount", "valid_after", "valid_before"])
def test_no_term_can_be_changed_under_a_signature(name: str) -> None:
    signed = sign_authorization(TERMS, VIEWER.key)
    more: dict[str, object] = {
        "token": STRANGER.address,
        "amount": Money(5_999),
        "valid_after": 2,
        "valid_before": 2**33 + 1,
    }
    terms = replace(TERMS, **{name: (CHANGES | more)[name]})  # type: ignore[arg-type]
    assert recover_payer(SignedAuthorization(terms, signed.signature)) != VIEWER.address


@pytest.mark.parametrize("signature", [b"", bytes(65), b"\xff" * 65, bytes(64)])
def test_what_is_no_signature_is_a_problem(signature: bytes) -> None:
    with pytest.raises(ProblemError, match=r"payment\.refused"):
        recover_payer(SignedAuthorization(TERMS, signature))


@pytest.mark.parametrize(
    "change",
    [
        {"amount": Money(0)},
        {"amount": Money(-1)},
        {"first_chunk": -1},
        {"chunk_count": 0},
        {"first_chunk": 2**32 - 1, "chunk_count": 1},
        {"valid_after": -1},
        {"valid_after": 2**33},
    ],
)
def test_terms_that_the_escrow_would_refuse_do_not_exist(change: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        replace(TERMS, **change)  # type: ignore[arg-type]


@given(
    data=st.binary(max_size=200),
    nonce=st.integers(0, 2**40),
    gas=st.integers(21_000, 2**30),
    value=st.integers(0, 2**90),
    is_creation=st.booleans(),
)
def test_transactions_are_eth_account_s(data: bytes, nonce: int, gas: int, value: int, *, is_creation: bool) -> None:
    call = Call(None if is_creation else STRANGER.address, data, value)
    fees = Fees(40 * 10**9, 7)
    signed = sign_transaction(call, key=VIEWER.key, nonce=nonce, gas=gas, fees=fees, chain_id=7427010)
    fields: dict[str, object] = {
        "type": 2,
        "chainId": 7427010,
        "nonce": nonce,
        "gas": gas,
        "maxFeePerGas": fees.max_fee_per_gas,
        "maxPriorityFeePerGas": fees.max_priority_fee_per_gas,
        "value": value,
        "data": data,
        "to": b"" if call.to is None else bytes.fromhex(call.to[2:]),
    }
    theirs = Account.sign_transaction(fields, VIEWER.key)
    assert signed.raw == bytes(theirs.raw_transaction)
    assert signed.hash == "0x" + bytes(theirs.hash).hex()

    found = read_transaction(signed.raw)
    assert (found.sender, found.to, found.data, found.value) == (VIEWER.address, call.to, data, value)
    assert (found.nonce, found.gas, found.chain_id, found.hash) == (nonce, gas, 7427010, signed.hash)


def transaction_fields() -> list[rlp.Item]:
    signed = sign_transaction(
        Call(STRANGER.address, b"\x01\x02"), key=VIEWER.key, nonce=1, gas=60_000, fees=Fees(2, 1), chain_id=9
    )
    fields = rlp.decode(signed.raw[1:])
    assert isinstance(fields, list)
    return fields


@pytest.mark.parametrize(
    ("position", "value"),
    [
        (0, b"\x00\x09"),
        (1, [b"\x01"]),
        (5, b"\x01" * 19),
        (5, b"\x01" * 21),
        (8, [[b"\x01" * 20, []]]),
        (9, b"\x02"),
        (10, b""),
        (10, b"\x01" * 33),
        (11, b"\xff" * 32),
    ],
)
def test_transactions_of_another_shape_are_refused(position: int, value: rlp.Item) -> None:
    fields = transaction_fields()
    fields[position] = value
    with pytest.raises((TransactionError, SignatureError)):
        read_transaction(b"\x02" + rlp.encode(fields))


@given(st.binary(max_size=200))
def test_noise_is_no_transaction(noise: bytes) -> None:
    for encoded in (noise, b"\x02" + noise):
        with pytest.raises(TransactionError):
            read_transaction(encoded)


def test_deep_nesting_is_no_transaction() -> None:
    with pytest.raises(TransactionError):
        read_transaction(b"\x02" + b"\xc1" * 100_000)
