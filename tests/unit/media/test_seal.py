"""Keys, commitments and sealed files: the stated derivation, and every way to change a file."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from services.media.seal import (
    HEADER_BYTES,
    OVERHEAD_BYTES,
    ChangedError,
    FirstPass,
    SecondPass,
    check_key,
    check_sealed,
    chunk_key,
    key_commitment,
    nonce_of,
    open_sealed,
    seal,
)
from services.units.address import bytes32, raw
from services.units.ids import ContentId, content_id
from services.wire.problems import ProblemError

SECRET = bytes(range(32))
CONTENT = content_id("0x" + "ab" * 32)
OTHER = content_id("0x" + "ac" * 32)
KEY = chunk_key(SECRET, CONTENT, 0, 7)
COMMITMENT = key_commitment(KEY, CONTENT, 0, 7)
PLAIN = b"ten seconds of film" * 20


def sealed_of(plaintext: bytes = PLAIN) -> bytes:
    return bytes(seal(plaintext, key=KEY, content_id=CONTENT, track=0, index=7))


def first_pass(*pieces: bytes, length: int | None = None) -> FirstPass:
    """The pass over a plaintext in pieces; with a length and none, one that has not begun."""
    whole = sum(map(len, pieces)) if length is None else length
    found = FirstPass(whole, key=KEY, content_id=CONTENT, track=0, index=7)
    for piece in pieces:
        found.update(piece)
    return found


def opened(sealed: bytes, key: bytes = KEY, content: ContentId = CONTENT, track: int = 0, index: int = 7) -> bytes:
    commitment = key_commitment(KEY, content, track, index) if key == KEY else COMMITMENT
    return open_sealed(sealed, key=key, commitment=commitment, content_id=content, track=track, index=index)


def problem_of(sealed: bytes, **changes: object) -> str:
    with pytest.raises(ProblemError) as caught:
        opened(sealed, **changes)  # type: ignore[arg-type]
    return caught.value.code


def test_keys_are_hkdf_of_the_stated_input() -> None:
    info = b"museclock/v1/chunk" + raw(CONTENT) + (0).to_bytes(4, "big") + (7).to_bytes(4, "big")
    assert HKDF(SHA256(), 32, salt=raw(CONTENT), info=info).derive(SECRET) == KEY


def test_a_commitment_is_the_stated_hash() -> None:
    message = b"museclock/v1/commit" + raw(CONTENT) + bytes(4) + (7).to_bytes(4, "big") + KEY
    assert bytes32(hashlib.sha256(message).digest()) == COMMITMENT


def test_values_never_change() -> None:
    """Golden: a change here would orphan every film that was ever published."""
    assert KEY.hex() == "3f4d354400ab724782846d2902b77521d5caa8042348c5e61c6608f4c614d96c"
    assert COMMITMENT == "0xd1b390ff830cf2fae45d5bf94e8757d1c8b6964b0e63bc2281959263b6583c52"
    assert hashlib.sha256(sealed_of()).hexdigest() == "cb7bd68e0ea656c40dab3616060a783b938643a2e5ff0591c22d4c095ac64f9e"


def test_every_chunk_has_its_own_key() -> None:
    places = [(content, track, index) for content in (CONTENT, OTHER) for track in (0, 1) for index in (0, 1, 256)]
    assert len({chunk_key(SECRET, *place) for place in places}) == len(places)
    assert len({key_commitment(KEY, *place) for place in places}) == len(places)


def test_a_secret_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        chunk_key(b"short", CONTENT, 0, 0)


@given(st.binary(max_size=3_000))
def test_what_was_sealed_opens(plaintext: bytes) -> None:
    sealed = sealed_of(plaintext)
    assert len(sealed) == len(plaintext) + OVERHEAD_BYTES
    assert opened(sealed) == plaintext
    assert sealed == sealed_of(plaintext) == sealed_of(bytes(bytearray(plaintext)))


@given(st.binary(max_size=100), st.binary(max_size=100))
def test_a_nonce_says_whether_the_plaintext_is_the_same(one: bytes, two: bytes) -> None:
    nonces = [nonce_of(first_pass(text).header()) for text in (one, two)]
    assert (nonces[0] == nonces[1]) == (one == two)
    assert nonce_of(sealed_of(one)) == nonces[0]


@given(st.lists(st.binary(max_size=300), max_size=8))
def test_piece_by_piece_it_is_what_sealing_all_at_once_gives(pieces: list[bytes]) -> None:
    """The file's body is AES-256-GCM of the whole under the header's nonce, however the plaintext came."""
    plaintext = b"".join(pieces)
    header = first_pass(*pieces).header()
    second, room = SecondPass(header, first_pass(length=len(plaintext)), key=KEY), bytearray(len(plaintext))
    at = 0
    for piece in pieces:
        with memoryview(room) as whole, whole[at : at + len(piece)] as place:
            second.update_into(piece, place)
        at += len(piece)
    found = header + bytes(room) + second.finish()
    assert found == sealed_of(plaintext)
    assert found == header + AESGCM(KEY).encrypt(nonce_of(header), plaintext, header)


def test_a_plaintext_that_changes_between_the_passes_is_not_sealed() -> None:
    second = SecondPass(first_pass(PLAIN).header(), first_pass(length=len(PLAIN)), key=KEY)
    with memoryview(bytearray(len(PLAIN))) as room:
        second.update_into(PLAIN[:-1] + b"!", room)
    with pytest.raises(ChangedError):
        second.finish()


@pytest.mark.parametrize("position", range(HEADER_BYTES))
def test_every_byte_of_the_header_is_protected(position: int) -> None:
    for bit in range(8):
        sealed = bytearray(sealed_of())
        sealed[position] ^= 1 << bit
        assert problem_of(bytes(sealed)) == "content.damaged"


def test_every_byte_of_the_body_is_protected() -> None:
    for position in range(HEADER_BYTES, len(sealed_of())):
        sealed = bytearray(sealed_of())
        sealed[position] ^= 0x10
        assert problem_of(bytes(sealed)) == "content.damaged"


@pytest.mark.parametrize("length", [0, 1, 5, HEADER_BYTES - 1, HEADER_BYTES, OVERHEAD_BYTES - 1, OVERHEAD_BYTES, 300])
def test_a_cut_file_is_damaged(length: int) -> None:
    assert problem_of(sealed_of()[:length]) == "content.damaged"
    assert problem_of(sealed_of() + bytes(max(length, 1))) == "content.damaged"


def test_a_chunk_in_another_place_is_damaged() -> None:
    assert problem_of(sealed_of(), content=OTHER) == "content.damaged"
    assert problem_of(sealed_of(), track=1) == "content.damaged"
    assert problem_of(sealed_of(), index=8) == "content.damaged"


@pytest.mark.parametrize("key", [bytes(32), KEY[:-1], KEY + b"x", b"", chunk_key(SECRET, CONTENT, 0, 8)])
def test_a_wrong_key_is_named_so(key: bytes) -> None:
    assert problem_of(sealed_of(), key=key) == "content.wrong_key"
    with pytest.raises(ProblemError) as caught:
        check_key(key, COMMITMENT, CONTENT, 0, 7)
    assert caught.value.code == "content.wrong_key"
    assert caught.value.params["index"] == "7"


def test_a_file_is_checked_before_paying() -> None:
    sealed = sealed_of()
    sha256 = bytes32(hashlib.sha256(sealed).digest())
    check_sealed(sealed, sha256=sha256, length=len(sealed), index=7)
    for file, length in ((sealed, len(sealed) + 1), (sealed[:-1] + b"x", len(sealed)), (b"", 0)):
        with pytest.raises(ProblemError) as caught:
            check_sealed(file, sha256=sha256, length=length, index=7)
        assert caught.value.code == "content.damaged"
