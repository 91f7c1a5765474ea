"""Addresses, ids, content identifiers and moments as checked values."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.units.address import address, bytes32, raw
from services.units.cid import DAG_PB, RAW, Cid
from services.units.ids import content_id, new_content_id, new_row_id, purchase_intent, withdrawal_intent
from services.units.time import MovableClock, SystemClock, from_unix_seconds, iso, unix_seconds

PAYER, CREATOR = address("0x" + "1" * 40), address("0x" + "2" * 40)
CONTENT = content_id("0x" + "ab" * 32)
TAILS = ["\n", " ", "00", "\x00", "g"]


@pytest.mark.parametrize("tail", TAILS)
def test_nothing_may_follow_an_address_or_a_hash(tail: str) -> None:
    for make, digits in ((address, 40), (bytes32, 64)):
        with pytest.raises(ValueError):
            make("0x" + "a" * digits + tail)
        with pytest.raises(ValueError):
            make(tail + "0x" + "a" * digits)


def test_addresses_are_one_spelling() -> None:
    assert address("0x" + "AbCd" * 10) == "0x" + "abcd" * 10
    assert bytes32(b"\xff" * 32) == "0x" + "ff" * 32
    assert raw(bytes32("0x" + "0F" * 32)) == b"\x0f" * 32
    for wrong in ("", "0x", "0X" + "a" * 40, "a" * 42, "0x" + "a" * 39, "0x" + "٣" * 40):
        with pytest.raises(ValueError):
            address(wrong)


def test_an_intent_follows_from_what_is_bought_and_nothing_else() -> None:
    intent = purchase_intent(payer=PAYER, content=CONTENT, first_chunk=1, chunk_count=12)
    assert intent == purchase_intent(payer=PAYER, content=CONTENT, first_chunk=1, chunk_count=12)
    others = {
        purchase_intent(payer=CREATOR, content=CONTENT, first_chunk=1, chunk_count=12),
        purchase_intent(payer=PAYER, content=new_content_id(), first_chunk=1, chunk_count=12),
        purchase_intent(payer=PAYER, content=CONTENT, first_chunk=11, chunk_count=2),
        purchase_intent(payer=PAYER, content=CONTENT, first_chunk=1, chunk_count=1),
        withdrawal_intent(creator=PAYER, ordinal=1),
        withdrawal_intent(creator=PAYER, ordinal=2),
        withdrawal_intent(creator=CREATOR, ordinal=1),
    }
    assert len({intent, *others}) == 8
    assert all(len(one) == 64 for one in others)


def test_drawn_ids_differ() -> None:
    assert len({new_content_id() for _ in range(50)} | {new_row_id() for _ in range(50)}) == 100


@given(st.binary(max_size=100), st.sampled_from([RAW, DAG_PB]))
def test_a_cid_names_its_block_and_reads_back(block: bytes, codec: int) -> None:
    cid = Cid.of(block, codec)
    assert cid.digest == hashlib.sha256(block).digest()
    assert Cid.parse(str(cid)) == Cid.from_bytes(cid.to_bytes()) == cid


def test_known_cids() -> None:
    # The CIDs of the empty file as one raw leaf and of an empty UnixFS directory (docs.ipfs.tech examples).
    assert str(Cid.of(b"")) == "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"
    assert (
        str(Cid.of(bytes.fromhex("0a020801"), DAG_PB)) == "bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354"
    )


@pytest.mark.parametrize(
    "text",
    [
        "", "b", "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWKPbdG", "z" * 50, "b" + "a" * 100, "b!!!!",
        "BAFKREIHDWDCEFGH4DQKJV67UZCMW7OJEE6XEDZDETOJUZJEVTENXQUVYKU",
        "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvykv",
        "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku\n",
    ],
)  # fmt: skip
def test_other_spellings_are_no_cid(text: str) -> None:
    with pytest.raises(ValueError):
        Cid.parse(text)


@pytest.mark.parametrize(
    "data", [b"", b"\x01\x55\x12\x20", b"\x00\x55\x12\x20" + bytes(32), b"\x01\x55\x13\x20" + bytes(32)]
)
def test_other_bytes_are_no_cid(data: bytes) -> None:
    with pytest.raises(ValueError):
        Cid.from_bytes(data)
    with pytest.raises(ValueError):
        Cid(0x71, bytes(32))


def test_moments_are_aware_and_exact() -> None:
    moment = datetime(2026, 11, 21, 12, 0, 0, 1, tzinfo=UTC)
    assert iso(moment) == "2026-11-21T12:00:00.000001Z"
    assert iso(moment.astimezone()) == iso(moment)
    assert from_unix_seconds(unix_seconds(moment)) == moment.replace(microsecond=0)


def test_a_movable_clock_goes_forward_only() -> None:
    clock = MovableClock(SystemClock())
    before = clock.now()
    clock.advance(timedelta(days=2))
    assert timedelta(days=2) <= clock.now() - before < timedelta(days=2, minutes=1)
    with pytest.raises(ValueError):
        clock.advance(timedelta(seconds=-1))
    assert SystemClock().now().tzinfo is UTC
