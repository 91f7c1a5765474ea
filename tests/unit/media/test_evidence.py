"""Proof of a chunk that its own key does not open, and all that is no such proof."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ipfs.memory import MemoryBlockStore
from services.media.evidence import Evidence, read_evidence, verify_evidence
from services.media.manifest import compose_manifest
from services.media.signature import sign_manifest
from services.units.address import Address
from services.wire.problems import ProblemError
from tests.fixtures.chain import CREATOR
from tests.fixtures.world import PRICE, SealedFilm, sealed_film

TOKEN, ESCROW = Address("0x" + "11" * 20), Address("0x" + "22" * 20)


def evidence_of(film: SealedFilm, store: MemoryBlockStore, index: int) -> Evidence:
    manifest = compose_manifest(
        film.film, secret=film.secret, content_id=film.content, version=1, title="Noise", creator=CREATOR.address,
        chain_id=31337, token=TOKEN, escrow=ESCROW, price_per_ten_seconds=PRICE, preview_chunks=0, created_at=1,
    )  # fmt: skip
    signed = sign_manifest(manifest, CREATOR.key).to_bytes().decode()
    return Evidence(signed, index, film.key(index), store.get(film.film.chunks[index].cid))


@pytest.fixture(scope="module")
def honest() -> Evidence:
    store = MemoryBlockStore()
    return evidence_of(sealed_film(store, chunks=2), store, 1)


@pytest.fixture(scope="module")
def cheat() -> Evidence:
    """The creator seals part 1 under another key than the one it promises."""
    store = MemoryBlockStore()
    return evidence_of(sealed_film(store, chunks=2, spoilt=1), store, 1)


def refused(evidence: Evidence) -> str:
    with pytest.raises(ProblemError) as caught:
        verify_evidence(evidence)
    return caught.value.code


def test_a_cheat_is_proven_by_its_file_alone(cheat: Evidence) -> None:
    again = read_evidence(cheat.to_bytes())
    assert again == cheat
    assert verify_evidence(again).creator == CREATOR.address


def test_nobody_honest_can_be_accused(honest: Evidence, cheat: Evidence) -> None:
    assert refused(honest) == "evidence.invalid"
    assert refused(replace(honest, key=bytes(32))) == "content.wrong_key"
    assert refused(replace(honest, sealed=honest.sealed[:-1] + b"!")) == "content.damaged"
    assert refused(replace(honest, index=0)) == "content.damaged"
    assert refused(replace(honest, index=2)) == "evidence.invalid"
    assert refused(replace(honest, sealed=cheat.sealed)) == "content.damaged"
    assert refused(replace(cheat, signed=honest.signed)) == "content.damaged"


def test_a_manifest_that_the_creator_did_not_sign_accuses_nobody(cheat: Evidence) -> None:
    body = json.loads(cheat.signed)
    other = body["signature"][:-6] + "00" + body["signature"][-4:]
    assert refused(replace(cheat, signed=cheat.signed.replace(body["signature"], other))) == "manifest.signature"


@given(st.binary(max_size=200) | st.recursive(st.none() | st.text(), st.lists).map(lambda it: json.dumps(it).encode()))
def test_noise_is_no_evidence(noise: bytes) -> None:
    with pytest.raises(ProblemError) as caught:
        read_evidence(noise)
    assert caught.value.code == "evidence.invalid"
