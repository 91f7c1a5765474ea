"""Reads manifests that strangers send: bounded in size, depth and count, and only in their one canonical spelling."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Never, cast

from services.ipfs.unixfs import PROFILE
from services.media.manifest import MAX_CHUNKS, TRACK, TYPE, Manifest, ManifestChunk, invalid
from services.media.tracks import Caption, Chapter
from services.units.address import address, bytes32, raw
from services.units.cid import Cid
from services.units.ids import content_id
from services.units.money import Money

MAX_BYTES = 2 * 1024 * 1024
_MAX_DEPTH = 4
# A string without its end counts up to the end of the text: every character is looked at once.
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_MONEY = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_INDEX = re.compile(r"0|[1-9][0-9]{0,4}", re.ASCII)
_MAX_DIGITS = 16
_FIELDS = frozenset(
    [
        "type",
        "profile",
        "contentId",
        "version",
        "title",
        "creator",
        "chainId",
        "token",
        "escrow",
        "pricePerTenSeconds",
        "durationMs",
        "width",
        "height",
        "poster",
        "tracks",
        "chunks",
        "chunksRoot",
        "previewKeys",
        "createdAt",
    ]
)
# Left out where there are none.
_BESIDE = frozenset(["captions", "chapters", "sealedAs"])


def parse_manifest(data: bytes) -> Manifest:
    """Read a manifest; raises ProblemError: manifest.invalid for anything but the bytes that to_bytes() gives."""
    manifest = manifest_of(read_json(data))
    if manifest.to_bytes() != data:
        raise invalid("spelling")
    return manifest


def read_json(data: bytes) -> object:
    """Read JSON of bounded size and depth without floats and without a name twice; ProblemError: manifest.invalid."""
    if len(data) > MAX_BYTES:
        raise invalid("size")
    with _values_as_problems():
        text = data.decode("utf-8")
        _check_depth(text)
        return cast(
            "object",
            json.loads(
                text, object_pairs_hook=_object, parse_int=_integer, parse_float=_no_number, parse_constant=_no_number
            ),
        )


def manifest_of(value: object) -> Manifest:
    """Make the manifest out of read JSON; raises ProblemError: manifest.invalid."""
    with _values_as_problems():
        body = _dict(value)
        if set(body) - _BESIDE != _FIELDS or body["type"] != TYPE or body["profile"] != PROFILE:
            raise invalid("fields")
        return _checked(body)


def _checked(body: dict[str, object]) -> Manifest:
    track = _track(body["tracks"])
    manifest = Manifest(
        content_id=content_id(_text(body["contentId"])),
        version=_whole(body["version"]),
        title=_text(body["title"]),
        creator=address(_text(body["creator"])),
        chain_id=_whole(body["chainId"]),
        token=address(_text(body["token"])),
        escrow=address(_text(body["escrow"])),
        price_per_ten_seconds=_money(body["pricePerTenSeconds"]),
        duration_ms=_whole(body["durationMs"]),
        width=_whole(body["width"]),
        height=_whole(body["height"]),
        codecs=_text(track["codecs"]),
        init_cid=Cid.parse(_text(track["init"])),
        poster_cid=None if body["poster"] is None else Cid.parse(_text(body["poster"])),
        chunks=_chunks(body["chunks"]),
        preview_keys=_preview_keys(body["previewKeys"]),
        created_at=_whole(body["createdAt"]),
        captions=tuple(_caption(_list(row)) for row in _list(body.get("captions", []))),
        chapters=tuple(_chapter(_list(row)) for row in _list(body.get("chapters", []))),
        sealed_as=content_id(_text(body["sealedAs"])) if "sealedAs" in body else None,
    )
    if manifest.chunks_root != body["chunksRoot"]:
        raise invalid("chunksRoot")
    return manifest


def _track(value: object) -> dict[str, object]:
    tracks = _list(value)
    track = _dict(tracks[0]) if len(tracks) == 1 else {}
    if set(track) != {"id", "codecs", "init"} or track["id"] != TRACK:
        raise invalid("tracks")
    return track


def _chunks(value: object) -> tuple[ManifestChunk, ...]:
    rows = _list(value)
    if len(rows) > MAX_CHUNKS:
        raise invalid("chunks")
    return tuple(_chunk(_list(row)) for row in rows)


def _chunk(row: list[object]) -> ManifestChunk:
    cid, sha256, length, commitment, start_ms, end_ms, price = row
    return ManifestChunk(
        cid=Cid.parse(_text(cid)),
        sha256=bytes32(_text(sha256)),
        length=_whole(length),
        key_commitment=bytes32(_text(commitment)),
        start_ms=_whole(start_ms),
        end_ms=_whole(end_ms),
        price=_money(price),
    )


def _caption(row: list[object]) -> Caption:
    language, name, cid = row
    return Caption(_text(language), _text(name), Cid.parse(_text(cid)))


def _chapter(row: list[object]) -> Chapter:
    start_ms, title = row
    return Chapter(_whole(start_ms), _text(title))


def _preview_keys(value: object) -> dict[int, bytes]:
    keys = _dict(value)
    if not all(_INDEX.fullmatch(name) for name in keys):
        raise invalid("previewKeys")
    return {int(name): raw(bytes32(_text(key))) for name, key in keys.items()}


def _money(value: object) -> Money:
    text = _text(value)
    if not _MONEY.fullmatch(text):
        raise invalid("money")
    return Money(int(text))


def _whole(value: object) -> int:
    if type(value) is not int:
        raise invalid("number")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise invalid("text")
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise invalid("list")
    return value


def _dict(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise invalid("object")
    return value


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise invalid("duplicate")
    return result


def _integer(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise invalid("number")
    return int(digits)


def _no_number(text: str) -> Never:
    raise invalid("number")


def _check_depth(text: str) -> None:
    """Refuse brackets that nest too deep, before anything recurses into them."""
    depth = 0
    for character in _STRING.sub("", text):
        if character in "[{":
            depth += 1
        elif character in "]}":
            depth -= 1
        if depth > _MAX_DEPTH:
            raise invalid("depth")


@contextmanager
def _values_as_problems() -> Iterator[None]:
    try:
        yield
    except (ValueError, OverflowError, RecursionError) as exc:
        raise invalid("value") from exc
