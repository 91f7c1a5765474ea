"""ABI, RLP, hashing and signatures against the libraries that everybody uses."""

from __future__ import annotations

import pytest
import rlp as oracle  # type: ignore[import-untyped]
from eth_abi.abi import encode as abi_encode
from eth_keys.main import KeyAPI
from eth_utils.crypto import keccak as oracle_keccak
from hypothesis import given
from hypothesis import strategies as st

from services.chain import rlp
from services.chain.abi import (
    address_word,
    bytes32_word,
    dynamic_bytes,
    read_address,
    read_text,
    read_uint,
    selector,
    topic,
    uint_word,
    words,
)
from services.chain.hashing import SignatureError, address_of, keccak256, recover_address, sign_digest
from services.units.address import address, bytes32
from tests.fixtures.chain import VIEWER

keys = KeyAPI()
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
items = st.recursive(st.binary(max_size=80), lambda inner: st.lists(inner, max_size=5), max_leaves=20)


@given(st.binary(max_size=300))
def test_keccak_is_everybody_s(data: bytes) -> None:
    assert keccak256(data) == oracle_keccak(data)


def test_selectors_and_topics_are_known_ones() -> None:
    assert selector("transfer(address,uint256)").hex() == "a9059cbb"
    assert topic("Transfer(address,address,uint256)").startswith("0xddf252ad1be2c89b69c2b068fc378daa")


@given(st.binary(min_size=20, max_size=20), st.integers(0, 2**256 - 1), st.binary(min_size=32, max_size=32))
def test_words_are_the_abi_s(owner: bytes, number: int, fixed: bytes) -> None:
    who, name = address("0x" + owner.hex()), bytes32(fixed)
    encoded = address_word(who) + uint_word(number) + bytes32_word(name)
    assert encoded == abi_encode(["address", "uint256", "bytes32"], [who, number, fixed])
    first, second, third = words(encoded)
    assert (read_address(first), read_uint(second), third) == (who, number, fixed)


@given(st.binary(max_size=200))
def test_bytes_are_the_abi_s(data: bytes) -> None:
    assert uint_word(32) + dynamic_bytes(data) == abi_encode(["bytes"], [data])


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_texts_are_the_abi_s(text: str) -> None:
    assert read_text(abi_encode(["string"], [text])) == text


@pytest.mark.parametrize("number", [-1, 2**256])
def test_numbers_outside_of_a_word_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match="not a uint256"):
        uint_word(number)


def test_answers_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="whole words"):
        words(bytes(33))
    with pytest.raises(ValueError, match="one word"):
        read_uint(b"")
    with pytest.raises(ValueError, match="address word"):
        read_address(b"\x01" * 32)
    with pytest.raises(ValueError, match="cut short"):
        read_text(uint_word(32) + uint_word(40) + bytes(32))


@given(items)
def test_rlp_is_everybody_s(item: rlp.Item) -> None:
    encoded = rlp.encode(item)
    assert encoded == oracle.encode(item)
    assert rlp.decode(encoded) == item


@pytest.mark.parametrize("size", [0, 1, 55, 56, 255, 256, 70_000])
def test_rlp_takes_any_length(size: int) -> None:
    for item in (b"\x90" * size, [b"\x01"] * size):
        assert rlp.encode(item) == oracle.encode(item)
        assert rlp.decode(rlp.encode(item)) == item


@pytest.mark.parametrize(
    "encoded",
    [
        "",
        "81",
        "8101",
        "b800",
        "b83700",
        "b90037" + "00" * 55,
        "c1",
        "c180ff",
        "83ffff",
        "f800",
        "c2820101",
        "bf" + "ff" * 8,
    ],
)
def test_rlp_takes_one_form_only(encoded: str) -> None:
    with pytest.raises(ValueError):
        rlp.decode(bytes.fromhex(encoded))


@given(st.binary(max_size=60))
def test_rlp_of_noise_is_refused_or_canonical(data: bytes) -> None:
    try:
        item = rlp.decode(data)
    except ValueError:
        return
    assert rlp.encode(item) == data


@given(st.binary(min_size=32, max_size=32), st.integers(1, ORDER - 1))
def test_signatures_are_everybody_s(digest: bytes, secret: int) -> None:
    key = secret.to_bytes(32, "big")
    signature = sign_digest(digest, key)
    theirs = keys.PrivateKey(key).sign_msg_hash(digest)
    assert signature == theirs.to_bytes()[:64] + bytes((theirs.v + 27,))
    assert recover_address(digest, signature) == address_of(key)
    assert address_of(key) == keys.PrivateKey(key).public_key.to_address()


def test_signatures_of_another_shape_are_refused() -> None:
    digest = keccak256(b"anything")
    signature = sign_digest(digest, VIEWER.key)
    high = (ORDER - int.from_bytes(signature[32:64], "big")).to_bytes(32, "big")
    for bad in (
        b"",
        signature[:64],
        signature + b"\0",
        signature[:64] + b"\x00",
        signature[:64] + b"\x1d",
        signature[:32] + high + bytes((55 - signature[64],)),
        bytes(64) + b"\x1b",
        b"\xff" * 32 + signature[32:],
    ):
        with pytest.raises(SignatureError):
            recover_address(digest, bad)


def test_a_changed_signature_is_somebody_else_s() -> None:
    digest = keccak256(b"anything")
    signature = bytearray(sign_digest(digest, VIEWER.key))
    signature[64] ^= 0b111  # 27 and 28 change places
    assert recover_address(digest, bytes(signature)) != VIEWER.address
