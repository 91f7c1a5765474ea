"""Manifests: what may exist, what is read, and who signed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from eth_account import Account
from eth_account.messages import encode_typed_data
from hypothesis import given, settings
from hypothesis import strategies as st

from services.media.film import Ingested, MediaFacts, SealedChunk
from services.media.manifest import Manifest, check_title
from services.media.manifest_text import MAX_BYTES, parse_manifest
from services.media.seal import chunk_key, key_commitment
from services.media.signature import SignedManifest, parse_signed, sign_manifest, verify_manifest
from services.media.tracks import Caption, Chapter
from services.units.address import bytes32, raw
from services.units.cid import Cid
from services.units.money import ZERO, Money, chunk_price
from services.wire.problems import ProblemError
from tests.fixtures.media import CREATOR, CREATOR_KEY, SECRET, content_of, manifest_of

VECTORS = Path(__file__).parents[2] / "vectors" / "manifest"
INDEX: dict[str, list[dict[str, str]]] = json.loads((VECTORS / "index.json").read_text())
ENDS_MS = (10_000, 20_600, 29_960, 34_000)


def film(ends_ms: tuple[int, ...] = ENDS_MS) -> Ingested:
    """A film that was never cut, with everything that a manifest takes from one."""
    starts = (0, *ends_ms)
    chunks = tuple(
        SealedChunk(
            index=index,
            start_ms=starts[index],
            end_ms=end_ms,
            cid=Cid.of(bytes((index % 256, index // 256))),
            sha256=bytes32(Cid.of(bytes((index % 256, index // 256))).digest),
            length=150_000 + index,
            key_commitment=key_commitment(chunk_key(SECRET, content_of(1), 0, index), content_of(1), 0, index),
        )
        for index, end_ms in enumerate(ends_ms)
    )
    facts = MediaFacts("mov", ends_ms[-1], 640, 360, 25_000, "h264", "aac", 1_000_000)
    codecs = "avc1.64001e,mp4a.40.2"
    return Ingested(facts, Cid.of(b"init"), Cid.of(b"poster"), ends_ms[-1], 640, 360, codecs, chunks)


MANIFEST = manifest_of(film())
SIGNED = sign_manifest(MANIFEST, CREATOR_KEY)


def what_is_invalid(make: Callable[[], object]) -> str:
    with pytest.raises(ProblemError) as caught:
        make()
    assert caught.value.code == "manifest.invalid"
    return caught.value.params["what"]


class TestPrices:
    def test_each_chunk_costs_what_its_length_makes_it(self) -> None:
        assert [chunk.price for chunk in MANIFEST.chunks] == [ZERO, Money(5_300), Money(4_680), Money(2_020)]
        assert MANIFEST.total_price == Money(12_000)

    @given(st.lists(st.integers(100, 20_000), min_size=1, max_size=40), st.integers(0, 10**9), st.integers(0, 40))
    @settings(deadline=None)
    def test_the_parts_add_up_to_the_whole(self, lengths: list[int], price: int, free: int) -> None:
        ends = [sum(lengths[: count + 1]) for count in range(len(lengths))]
        manifest = manifest_of(film(tuple(ends)), preview_chunks=free, price=price)
        start_ms = 0 if free == 0 else ends[min(free, len(ends)) - 1]
        rate = Money(price)
        free_part = chunk_price(rate, start_ms=0, end_ms=start_ms)
        assert manifest.total_price == chunk_price(rate, start_ms=0, end_ms=ends[-1]) - free_part
        assert set(manifest.preview_keys) == set(range(min(free, len(ends))))

    def test_a_chunk_at_another_price_cannot_be_said(self) -> None:
        dearer = replace(MANIFEST.chunks[1], price=MANIFEST.chunks[1].price + Money(1))
        changed = (MANIFEST.chunks[0], dearer, *MANIFEST.chunks[2:])
        assert what_is_invalid(lambda: replace(MANIFEST, chunks=changed)) == "chunks.1.price"

    def test_a_preview_is_free(self) -> None:
        charged = replace(MANIFEST.chunks[0], price=Money(5_000))
        changed = (charged, *MANIFEST.chunks[1:])
        assert what_is_invalid(lambda: replace(MANIFEST, chunks=changed)) == "chunks.0.price"


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"version": 0}, "version"),
        ({"chain_id": 0}, "chainId"),
        ({"duration_ms": 34_001}, "durationMs"),
        ({"duration_ms": 2**40}, "durationMs"),
        ({"width": 0}, "width"),
        ({"height": 100_000}, "height"),
        ({"created_at": -1}, "createdAt"),
        ({"price_per_ten_seconds": Money(-1)}, "pricePerTenSeconds"),
        ({"codecs": ""}, "tracks"),
        ({"codecs": "avc1\n"}, "tracks"),
        ({"chunks": ()}, "chunks"),
        ({"chunks": MANIFEST.chunks[1:]}, "chunks.0"),
        ({"chunks": (MANIFEST.chunks[0], *MANIFEST.chunks[2:])}, "chunks.1"),
        ({"chunks": MANIFEST.chunks[:3]}, "durationMs"),
        ({"preview_keys": {0: bytes(32)}}, "previewKeys.0"),
        ({"preview_keys": {0: b"short"}}, "previewKeys"),
        ({"preview_keys": {**MANIFEST.preview_keys, 9: bytes(32)}}, "previewKeys"),
        ({"content_id": content_of(2)}, "previewKeys.0"),
    ],
)
def test_inconsistent_manifests_cannot_be_made(change: dict[str, Any], what: str) -> None:
    assert what_is_invalid(lambda: replace(MANIFEST, **change)) == what


@pytest.mark.parametrize(
    "change",
    [
        {"length": 83},
        {"length": 2**40},
        {"end_ms": 0},
        {"end_ms": 70_001},
        {"start_ms": 1},
        {"sha256": bytes32(bytes(32))},
    ],
)
def test_inconsistent_chunks_cannot_be_listed(change: dict[str, Any]) -> None:
    changed = (replace(MANIFEST.chunks[0], **change), *MANIFEST.chunks[1:])
    assert what_is_invalid(lambda: replace(MANIFEST, chunks=changed)).startswith("chunks.")


@pytest.mark.parametrize(
    "title",
    ["A clock", "時計", "Ça va?", "می\u200cخواهم", "👩\u200d🚀", "x" * 200],
)
def test_titles_of_all_languages_are_fine(title: str) -> None:
    check_title(title)
    assert parse_manifest(replace(MANIFEST, title=title).to_bytes()).title == title


@pytest.mark.parametrize(
    "title",
    [
        "",
        " ",
        " a",
        "a ",
        "x" * 201,
        "a\nb",
        "a\x00",
        "a\x7f",
        "\u202eevil",
        "a\u2066b",
        "a\u200fb",
        "\ufeffa",
        "a\u2028b",
        "a\ud800",
        "cafe\u0301",
        "a\ue000",
        "a\u00adb",
    ],
)
def test_titles_that_mislead_are_refused(title: str) -> None:
    assert what_is_invalid(lambda: check_title(title)) == "title"


class TestReading:
    def test_what_is_written_is_read(self) -> None:
        assert parse_manifest(MANIFEST.to_bytes()) == MANIFEST
        bare = replace(MANIFEST, poster_cid=None)
        assert parse_manifest(bare.to_bytes()) == bare

    def test_a_film_of_twelve_hours_fits(self) -> None:
        ends = tuple(range(10_000, 12 * 3600 * 1000 + 1, 10_000))
        data = manifest_of(film(ends)).to_bytes()
        assert len(data) < MAX_BYTES
        assert len(parse_manifest(data).chunks) == 4320

    def test_the_first_vector_is_what_this_code_writes(self) -> None:
        assert SIGNED.to_bytes() == (VECTORS / "good-signed.json").read_bytes()

    @pytest.mark.parametrize("vector", INDEX["good"], ids=lambda vector: vector["file"])
    def test_good_vectors_are_read_and_written_the_same(self, vector: dict[str, str]) -> None:
        data = (VECTORS / vector["file"]).read_bytes()
        signed = parse_signed(data)
        assert signed.to_bytes() == data
        assert parse_manifest(signed.manifest.to_bytes()) == signed.manifest

    @pytest.mark.parametrize("vector", INDEX["bad"], ids=lambda vector: vector["file"])
    def test_bad_vectors_are_refused(self, vector: dict[str, str]) -> None:
        parse = parse_signed if vector["form"] == "signed" else parse_manifest
        with pytest.raises(ProblemError) as caught:
            parse((VECTORS / vector["file"]).read_bytes())
        assert caught.value.code in ("manifest.invalid", "manifest.signature")

    def test_every_vector_is_listed_with_its_reason(self) -> None:
        listed = [vector["file"] for vectors in INDEX.values() for vector in vectors]
        assert sorted([*listed, "index.json"]) == sorted(path.name for path in VECTORS.iterdir())
        assert all(vector["why"] for vectors in INDEX.values() for vector in vectors)
        assert min(map(len, INDEX.values())) >= 60

    @pytest.mark.parametrize("name", sorted(MANIFEST.to_json()))
    @pytest.mark.parametrize("value", [None, True, -1, 2**60, "", "x", [], {}, [[]], {"0": "x"}, "0x" + "0" * 64])
    def test_no_field_takes_anything(self, name: str, value: object) -> None:
        body: dict[str, Any] = MANIFEST.to_json()
        if body[name] == value or (name, value) in (("poster", None), ("title", "x"), ("title", "0x" + "0" * 64)):
            return
        try:
            data = rfc8785.dumps(body | {name: value})
        except rfc8785.CanonicalizationError:
            data = json.dumps(body | {name: value}).encode()
        what_is_invalid(lambda: parse_manifest(data))

    @pytest.mark.parametrize("column", range(7))
    @pytest.mark.parametrize("value", [None, True, -1, "", "x", [], {}, "01", "-1", "0x" + "0" * 64])
    def test_no_column_of_a_chunk_takes_anything(self, column: int, value: object) -> None:
        body = json.loads(MANIFEST.to_bytes())
        body["chunks"][1][column] = value
        what_is_invalid(lambda: parse_manifest(rfc8785.dumps(body)))

    def test_no_field_may_be_missing_or_new(self) -> None:
        body: dict[str, Any] = MANIFEST.to_json()
        for name in body:
            rest = rfc8785.dumps({key: value for key, value in body.items() if key != name})
            assert what_is_invalid(partial(parse_manifest, rest)) == "fields"
        assert what_is_invalid(lambda: parse_manifest(rfc8785.dumps(body | {"note": "x"}))) == "fields"

    def test_size_and_depth_are_bounded(self) -> None:
        assert what_is_invalid(lambda: parse_manifest(b" " * (MAX_BYTES + 1))) == "size"
        assert what_is_invalid(lambda: parse_manifest(b"[" * MAX_BYTES)) == "depth"
        what_is_invalid(lambda: parse_manifest(b"[]" * (MAX_BYTES // 2)))
        what_is_invalid(lambda: parse_manifest(b'"' * MAX_BYTES))
        assert what_is_invalid(lambda: parse_manifest(b'{"a":' * 5 + b"1" + b"}" * 5)) == "depth"

    @given(st.binary(max_size=200))
    def test_noise_is_refused(self, noise: bytes) -> None:
        what_is_invalid(lambda: parse_manifest(noise))

    @given(st.data())
    @settings(max_examples=150, deadline=None)
    def test_one_changed_byte_is_refused_or_another_manifest(self, data: st.DataObject) -> None:
        good = MANIFEST.to_bytes()
        position = data.draw(st.integers(0, len(good) - 1))
        changed = good[:position] + bytes([data.draw(st.integers(0, 255))]) + good[position + 1 :]
        try:
            read = parse_manifest(changed)
        except ProblemError as exc:
            code = exc.code
        else:
            code = "manifest.invalid" if read.to_bytes() == changed else "misread"
        assert code == "manifest.invalid"


class TestSignature:
    def test_the_creator_is_known_by_the_signature(self) -> None:
        assert verify_manifest(MANIFEST, SIGNED.signature) == CREATOR == Account.from_key(CREATOR_KEY).address.lower()
        assert parse_signed(SIGNED.to_bytes()) == SIGNED

    def test_another_key_cannot_sign(self) -> None:
        with pytest.raises(ProblemError) as caught:
            sign_manifest(MANIFEST, b"\x12" * 32)
        assert caught.value.code == "manifest.signature"

    @pytest.mark.parametrize(
        "change",
        [
            {"title": "Another"},
            {"version": 2},
            {"created_at": 5},
            {"chain_id": 5042002},
            {"width": 641},
            {"codecs": "x"},
        ],
    )
    def test_a_signature_is_for_one_manifest(self, change: dict[str, Any]) -> None:
        forged = SignedManifest(replace(MANIFEST, **change), SIGNED.signature)
        with pytest.raises(ProblemError) as caught:
            parse_signed(forged.to_bytes())
        assert caught.value.code == "manifest.signature"

    @pytest.mark.parametrize("position", range(65))
    def test_no_other_signature_passes(self, position: int) -> None:
        changed = bytearray(SIGNED.signature)
        changed[position] ^= 1
        _refused(MANIFEST, bytes(changed))

    def test_odd_signatures_are_refused(self) -> None:
        order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
        r, s, v = SIGNED.signature[:32], SIGNED.signature[32:64], SIGNED.signature[64]
        mirrored = (order - int.from_bytes(s, "big")).to_bytes(32, "big")
        for odd in (
            b"",
            SIGNED.signature[:64],
            SIGNED.signature + b"x",
            r + mirrored + bytes([55 - v]),
            r + s + bytes([v - 27]),
            bytes(64) + b"\x1b",
            b"\xff" * 64 + b"\x1b",
            r + bytes(32) + b"\x1b",
        ):
            _refused(MANIFEST, odd)

    def test_the_published_file_is_strict(self) -> None:
        body = json.loads(SIGNED.to_bytes())
        changes: tuple[Any, ...] = (
            body | {"extra": 1},
            {"manifest": body["manifest"]},
            body | {"signature": body["signature"].upper()},
            body | {"signature": body["signature"][2:]},
            body | {"signature": "0xzz"},
            body | {"manifest": []},
            [],
        )
        for changed in changes:
            what_is_invalid(partial(parse_signed, rfc8785.dumps(changed)))


def _refused(manifest: Manifest, signature: bytes) -> None:
    with pytest.raises(ProblemError) as caught:
        verify_manifest(manifest, signature)
    assert caught.value.code == "manifest.signature"


class TestBeside:
    """Captions and chapters stand in a manifest where there are any."""

    CAPTIONS = (Caption("deu", "", Cid.of(b"eins")), Caption("", "Signs", Cid.of(b"two")))
    CHAPTERS = (Chapter(0, "The shop"), Chapter(9_000, "The bell"))

    def test_they_are_read_as_they_were_written(self) -> None:
        manifest = replace(MANIFEST, captions=self.CAPTIONS, chapters=self.CHAPTERS)
        assert parse_manifest(manifest.to_bytes()) == manifest
        assert set(manifest.to_json()) - set(MANIFEST.to_json()) == {"captions", "chapters"}

    def test_an_empty_list_is_another_spelling_and_refused(self) -> None:
        data = json.loads(MANIFEST.to_bytes()) | {"chapters": []}
        assert what_is_invalid(lambda: parse_manifest(rfc8785.dumps(data))) == "spelling"

    @pytest.mark.parametrize(
        ("change", "what"),
        [
            ({"captions": (Caption("DEU", "", Cid.of(b"x")),)}, "captions"),
            ({"captions": (Caption("deu", "a\nb", Cid.of(b"x")),)}, "captions"),
            ({"captions": (Caption("deu", "", Cid.of(b"x")),) * 33}, "captions"),
            ({"chapters": (Chapter(5, "b"), Chapter(5, "a"))}, "chapters"),
            ({"chapters": (Chapter(9, "b"), Chapter(5, "a"))}, "chapters"),
            ({"chapters": (Chapter(0, ""),)}, "chapters"),
            ({"chapters": (Chapter(0, "\u202eevil"),)}, "chapters"),
            ({"chapters": (Chapter(2**40, "late"),)}, "chapters"),
            ({"chapters": tuple(Chapter(number, "x") for number in range(201))}, "chapters"),
        ],
    )
    def test_what_misleads_is_refused(self, change: dict[str, Any], what: str) -> None:
        assert what_is_invalid(lambda: replace(MANIFEST, **change)) == what

    @pytest.mark.parametrize("rows", [[["deu", ""]], [["deu", "", "no cid"]], ["deu"], {"deu": 1}, [[1, "", "x"]]])
    def test_rows_of_another_form_are_refused(self, rows: object) -> None:
        data = json.loads(MANIFEST.to_bytes()) | {"captions": rows}
        assert what_is_invalid(lambda: parse_manifest(rfc8785.dumps(data)))


def test_a_film_may_share_the_parts_of_another_one() -> None:
    base = MANIFEST
    other = content_of(2)
    shared = replace(base, content_id=other, sealed_as=base.content_id)
    assert parse_manifest(shared.to_bytes()) == shared
    assert shared.sealed_id == base.content_id
    assert shared.parts == base.parts
    assert what_is_invalid(lambda: replace(base, sealed_as=base.content_id)) == "sealedAs"
    # Without the name of the film that they are of, its keys are wrong.
    assert what_is_invalid(lambda: replace(base, content_id=other)) == "previewKeys.0"


def test_what_a_creator_signs_is_eip_712() -> None:
    manifest = MANIFEST
    fields = "bytes32 contentId,uint64 version,bytes32 chunksRoot,uint32 chunkCount,bytes32 bodyHash,address creator"
    fields += ",address escrow,address token,uint64 createdAt"
    types = {"Manifest": [dict(zip(("type", "name"), field.split(), strict=True)) for field in fields.split(",")]}
    message = {
        "contentId": raw(manifest.content_id),
        "version": manifest.version,
        "chunksRoot": raw(manifest.chunks_root),
        "chunkCount": len(manifest.chunks),
        "bodyHash": raw(manifest.body_hash),
        "creator": manifest.creator,
        "escrow": manifest.escrow,
        "token": manifest.token,
        "createdAt": manifest.created_at,
    }
    domain = {"name": "Museclock", "version": "1", "chainId": manifest.chain_id}
    theirs = Account.sign_message(encode_typed_data(domain, types, message), CREATOR_KEY)
    assert sign_manifest(manifest, CREATOR_KEY).signature == bytes(theirs.signature)
