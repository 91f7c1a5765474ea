"""The manifest: what a creator publishes and signs about one version of a film. One that exists is consistent.

Reading untrusted bytes is services.media.manifest_text; signing is services.media.signature.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import rfc8785

from services.ipfs.unixfs import PROFILE
from services.media.film import Ingested, SealedChunk
from services.media.limits import MAX_FILM_MS, MAX_SEALED_BYTES, MAX_SIDE
from services.media.merkle import chunks_root
from services.media.seal import KEY_BYTES, OVERHEAD_BYTES, chunk_key, key_commitment
from services.media.tracks import MAX_CHAPTERS, MAX_TEXTS, Caption, Chapter, plain_language, plain_name
from services.units.address import Address, Bytes32, bytes32
from services.units.cid import RAW, Cid
from services.units.ids import ContentId
from services.units.money import ZERO, Money, chunk_price
from services.wire.problems import ProblemError

TYPE: Final = "museclock.manifest/1"
TRACK: Final = 0
MAX_CHUNKS: Final = 8_000
MAX_TITLE: Final = 200
# The longest chunk that cutting makes is 22 s; more is room for other cutters.
MAX_CHUNK_MS: Final = 60_000
_MAX_SECONDS: Final = 2**40
_MAX_CODECS: Final = 100


@dataclass(frozen=True, slots=True)
class ManifestChunk:
    """A chunk as it is sold: the ciphertext's file, the promise of its key, its place and its price."""

    cid: Cid
    sha256: Bytes32
    length: int
    key_commitment: Bytes32
    start_ms: int
    end_ms: int
    price: Money


@dataclass(frozen=True, slots=True)
class Manifest:
    """One published version of a film.

    Making one raises ProblemError: manifest.invalid unless chunks follow on each other from 0 to the film's end, each
    costs what the price per ten seconds makes it (nothing where a preview key opens it), and preview keys match
    their commitments. created_at: seconds since 1970. sealed_as: whose parts they are, where a film shares the sealed
    files of another one: keys, commitments and files carry that one's id. Whoever has a key of the one has the other's.
    """

    content_id: ContentId
    version: int
    title: str
    creator: Address
    chain_id: int
    token: Address
    escrow: Address
    price_per_ten_seconds: Money
    duration_ms: int
    width: int
    height: int
    codecs: str
    init_cid: Cid
    poster_cid: Cid | None
    chunks: tuple[ManifestChunk, ...]
    preview_keys: Mapping[int, bytes]
    created_at: int
    captions: tuple[Caption, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    sealed_as: ContentId | None = None

    def __post_init__(self) -> None:
        check_title(self.title)
        _check_numbers(self)
        _check_text(self)
        _check_chunks(self)
        _check_previews(self)
        _check_beside(self)

    @property
    def sealed_id(self) -> ContentId:
        """The id that its sealed files, keys and commitments carry."""
        return self.sealed_as or self.content_id

    @property
    def chunks_root(self) -> Bytes32:
        """The hash from which each chunk can be proven."""
        return chunks_root(self.chunks, track=TRACK)

    @property
    def body_hash(self) -> Bytes32:
        """The SHA-256 of the canonical bytes."""
        return bytes32(hashlib.sha256(self.to_bytes()).digest())

    @property
    def total_price(self) -> Money:
        """What the whole film costs without a membership."""
        return sum((chunk.price for chunk in self.chunks), ZERO)

    @property
    def parts(self) -> tuple[object, ...]:
        """What is sold, without its price: equal in two versions when what was bought of one is whole in the other."""
        sold = tuple(replace(chunk, price=ZERO) for chunk in self.chunks)
        where = (self.chain_id, self.token, self.escrow)
        return (self.creator, *where, self.sealed_id, self.codecs, self.init_cid, sold)

    @property
    def terms(self) -> tuple[Money, frozenset[int]]:
        """What it costs: the price per ten seconds, and the chunks that are free."""
        return self.price_per_ten_seconds, frozenset(self.preview_keys)

    def to_json(self) -> dict[str, object]:
        """Give the JSON form: integers, texts, and money as decimal text of micro-USDC.

        Captions, chapters and another film's parts stand in it where there are any, so that a film without reads as it
        always did.
        """
        beside: dict[str, object] = {
            "sealedAs": self.sealed_as,
            "captions": [[one.language, one.name, str(one.cid)] for one in self.captions],
            "chapters": [[one.start_ms, one.title] for one in self.chapters],
        }
        return self._required() | {name: rows for name, rows in beside.items() if rows}

    def _required(self) -> dict[str, object]:
        return {
            "type": TYPE,
            "profile": PROFILE,
            "contentId": self.content_id,
            "version": self.version,
            "title": self.title,
            "creator": self.creator,
            "chainId": self.chain_id,
            "token": self.token,
            "escrow": self.escrow,
            "pricePerTenSeconds": str(self.price_per_ten_seconds.micros),
            "durationMs": self.duration_ms,
            "width": self.width,
            "height": self.height,
            "poster": None if self.poster_cid is None else str(self.poster_cid),
            "tracks": [{"id": TRACK, "codecs": self.codecs, "init": str(self.init_cid)}],
            "chunks": [_chunk_row(chunk) for chunk in self.chunks],
            "chunksRoot": self.chunks_root,
            "previewKeys": {str(index): bytes32(key) for index, key in self.preview_keys.items()},
            "createdAt": self.created_at,
        }

    def to_bytes(self) -> bytes:
        """Give the canonical JSON (RFC 8785): one manifest has exactly one spelling."""
        return canonical_json(self.to_json())


def compose_manifest(
    film: Ingested,
    *,
    secret: bytes,
    content_id: ContentId,
    version: int,
    title: str,
    creator: Address,
    chain_id: int,
    token: Address,
    escrow: Address,
    price_per_ten_seconds: Money,
    preview_chunks: int,
    created_at: int,
) -> Manifest:
    """Make the manifest of an ingested film whose first ``preview_chunks`` chunks are free and public.

    secret: the one that the film was ingested with; only the preview keys derived from it enter the manifest.
    Raises ProblemError: manifest.invalid.
    """
    free = range(min(preview_chunks, len(film.chunks)))
    return Manifest(
        content_id=content_id,
        version=version,
        title=title,
        creator=creator,
        chain_id=chain_id,
        token=token,
        escrow=escrow,
        price_per_ten_seconds=price_per_ten_seconds,
        duration_ms=film.duration_ms,
        width=film.width,
        height=film.height,
        codecs=film.codecs,
        init_cid=film.init_cid,
        poster_cid=film.poster_cid,
        chunks=tuple(_sold(chunk, ZERO if chunk.index in free else price_per_ten_seconds) for chunk in film.chunks),
        preview_keys={index: chunk_key(secret, content_id, TRACK, index) for index in free},
        created_at=created_at,
        captions=film.captions,
        chapters=tuple(chapter for chapter in film.facts.chapters if chapter.start_ms < film.duration_ms),
    )


def with_terms(manifest: Manifest, *, secret: bytes, price_per_ten_seconds: Money, preview_chunks: int) -> Manifest:
    """Give a manifest at another price and with its first ``preview_chunks`` chunks free; the parts stay.

    secret: the one that the film was ingested with. Raises ProblemError: manifest.invalid.
    """
    free = range(min(preview_chunks, len(manifest.chunks)))
    prices = [
        ZERO if index in free else chunk_price(price_per_ten_seconds, start_ms=chunk.start_ms, end_ms=chunk.end_ms)
        for index, chunk in enumerate(manifest.chunks)
    ]
    return replace(
        manifest,
        price_per_ten_seconds=price_per_ten_seconds,
        chunks=tuple(replace(chunk, price=price) for chunk, price in zip(manifest.chunks, prices, strict=True)),
        preview_keys={index: chunk_key(secret, manifest.sealed_id, TRACK, index) for index in free},
    )


def canonical_json(value: Any) -> bytes:
    """Write JSON as RFC 8785 does; raises its CanonicalizationError for what has no such form."""
    return rfc8785.dumps(value)


def check_title(title: str) -> None:
    """Refuse a title that is empty, too long, or that shows as something else than it is.

    No control or surrogate characters, none that turn the writing direction or break the line, composed form (NFC),
    no space at its ends. Raises ProblemError: manifest.invalid.
    """
    if not 0 < len(title) <= MAX_TITLE or title != title.strip() or not unicodedata.is_normalized("NFC", title):
        raise invalid("title")
    if any(_misleads(character) for character in title):
        raise invalid("title")


def invalid(what: str) -> ProblemError:
    """Give the problem of a manifest whose ``what`` is wrong."""
    return ProblemError("manifest.invalid", what=what)


def _sold(chunk: SealedChunk, rate: Money) -> ManifestChunk:
    return ManifestChunk(
        cid=chunk.cid,
        sha256=chunk.sha256,
        length=chunk.length,
        key_commitment=chunk.key_commitment,
        start_ms=chunk.start_ms,
        end_ms=chunk.end_ms,
        price=chunk_price(rate, start_ms=chunk.start_ms, end_ms=chunk.end_ms),
    )


def _misleads(character: str) -> bool:
    # Of the format characters only the joiners are needed to write, in Persian, Indic scripts and emoji.
    category = unicodedata.category(character)
    return category in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp") or (category == "Cf" and character not in "\u200c\u200d")


def _chunk_row(chunk: ManifestChunk) -> list[object]:
    place = [chunk.start_ms, chunk.end_ms, str(chunk.price.micros)]
    return [str(chunk.cid), chunk.sha256, chunk.length, chunk.key_commitment, *place]


def _check_numbers(manifest: Manifest) -> None:
    bounds = {
        "version": (manifest.version, 1, 2**31),
        "chainId": (manifest.chain_id, 1, 2**53 - 1),
        "durationMs": (manifest.duration_ms, 1, MAX_FILM_MS),
        "width": (manifest.width, 1, MAX_SIDE),
        "height": (manifest.height, 1, MAX_SIDE),
        "createdAt": (manifest.created_at, 0, _MAX_SECONDS),
        "chunks": (len(manifest.chunks), 1, MAX_CHUNKS),
    }
    for name, (value, low, high) in bounds.items():
        if not low <= value <= high:
            raise invalid(name)
    if manifest.price_per_ten_seconds < ZERO:
        raise invalid("pricePerTenSeconds")


def _check_text(manifest: Manifest) -> None:
    if manifest.sealed_as == manifest.content_id:
        raise invalid("sealedAs")
    if (
        not 0 < len(manifest.codecs) <= _MAX_CODECS
        or not manifest.codecs.isascii()
        or not manifest.codecs.isprintable()
    ):
        raise invalid("tracks")


def _check_chunks(manifest: Manifest) -> None:
    end_ms = 0
    for index, chunk in enumerate(manifest.chunks):
        follows_on = chunk.start_ms == end_ms and 0 < chunk.end_ms - chunk.start_ms <= MAX_CHUNK_MS
        if not follows_on or not OVERHEAD_BYTES < chunk.length <= MAX_SEALED_BYTES or not _names_its_file(chunk):
            raise invalid(f"chunks.{index}")
        if chunk.price != _price(manifest, index):
            raise invalid(f"chunks.{index}.price")
        end_ms = chunk.end_ms
    if end_ms != manifest.duration_ms:
        raise invalid("durationMs")


def _names_its_file(chunk: ManifestChunk) -> bool:
    """Say whether CID and SHA-256 agree where they must: a file of one block is that block."""
    return chunk.cid.codec != RAW or bytes32(chunk.cid.digest) == chunk.sha256


def _price(manifest: Manifest, index: int) -> Money:
    if index in manifest.preview_keys:
        return ZERO
    chunk = manifest.chunks[index]
    return chunk_price(manifest.price_per_ten_seconds, start_ms=chunk.start_ms, end_ms=chunk.end_ms)


def _check_beside(manifest: Manifest) -> None:
    if len(manifest.captions) > MAX_TEXTS or not all(_is_plain(one) for one in manifest.captions):
        raise invalid("captions")
    starts = [chapter.start_ms for chapter in manifest.chapters]
    named = all(chapter.title and plain_name(chapter.title) == chapter.title for chapter in manifest.chapters)
    inside = all(0 <= start_ms < manifest.duration_ms for start_ms in starts)
    if len(starts) > MAX_CHAPTERS or not named or not inside or starts != sorted(set(starts)):
        raise invalid("chapters")


def _is_plain(caption: Caption) -> bool:
    return plain_language(caption.language) == caption.language and plain_name(caption.name) == caption.name


def _check_previews(manifest: Manifest) -> None:
    for index, key in manifest.preview_keys.items():
        if not 0 <= index < len(manifest.chunks) or len(key) != KEY_BYTES:
            raise invalid("previewKeys")
        if key_commitment(key, manifest.sealed_id, TRACK, index) != manifest.chunks[index].key_commitment:
            raise invalid(f"previewKeys.{index}")
