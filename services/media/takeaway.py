"""A purchase to take away: one file with the signed manifest, the sealed parts, their keys and the receipts.

It is a ZIP archive without compression: ``film.json`` (as published), ``keys.json`` (key by part), ``receipts.json``,
``init.mp4`` and ``parts/<index>.sealed``. Reading believes none of it: what plays is what the creator signed.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from services.ipfs.memory import MemoryBlockStore
from services.ipfs.unixfs import add_file
from services.media.evidence import open_chunk
from services.media.manifest import Manifest
from services.media.manifest_text import MAX_BYTES
from services.media.seal import KEY_BYTES, check_sealed
from services.media.signature import parse_signed
from services.wire.problems import ProblemError

_FILM, _KEYS, _RECEIPTS, _INIT = "film.json", "keys.json", "receipts.json", "init.mp4"
MAX_INIT_BYTES: Final = 1024 * 1024
_MAX_KEYS_BYTES: Final = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its place, its key and its sealed file."""

    index: int
    key: bytes
    sealed: bytes


def write_takeaway(
    file: BinaryIO, *, signed: str, init: bytes, parts: Iterable[Part], receipts: list[dict[str, Any]]
) -> int:
    """Write it; one part at a time is in memory. Gives the number of parts."""
    keys: dict[str, str] = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_FILM, signed)
        archive.writestr(_INIT, init)
        archive.writestr(_RECEIPTS, json.dumps(receipts, indent=1))
        for part in parts:
            archive.writestr(_name(part.index), part.sealed)
            keys[str(part.index)] = part.key.hex()
        archive.writestr(_KEYS, json.dumps(keys))
    return len(keys)


class Takeaway:
    """An exported purchase, opened and checked against what its creator signed. Close it, or use it as a context."""

    def __init__(self, path: Path) -> None:
        """Raises ProblemError: archive.damaged, manifest.invalid, manifest.signature; OSError."""
        try:
            self._archive = zipfile.ZipFile(path)
        except zipfile.BadZipFile as exc:
            raise ProblemError("archive.damaged", what="form") from exc
        try:
            self.manifest: Manifest = parse_signed(self._member(_FILM, MAX_BYTES)).manifest
            self._keys = self._read_keys()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Takeaway:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._archive.close()

    @property
    def indices(self) -> tuple[int, ...]:
        """The parts that can be played, in order."""
        return tuple(sorted(self._keys))

    def plain(self) -> Iterator[bytes]:
        """Give the film that was bought as one fragmented MP4: header, then each part in the clear.

        Raises ProblemError: archive.damaged, content.damaged, content.wrong_key.
        """
        init = self._member(_INIT, MAX_INIT_BYTES)
        if add_file(MemoryBlockStore(), init) != self.manifest.init_cid:
            raise ProblemError("content.damaged", cid=self.manifest.init_cid)
        yield init
        for index in self.indices:
            yield self._part(index)

    def _part(self, index: int) -> bytes:
        chunk = self.manifest.chunks[index]
        sealed = self._member(_name(index), chunk.length)
        check_sealed(sealed, sha256=chunk.sha256, length=chunk.length, index=index)
        return open_chunk(self.manifest, index, key=self._keys[index], sealed=sealed)

    def _read_keys(self) -> Mapping[int, bytes]:
        try:
            told = json.loads(self._member(_KEYS, _MAX_KEYS_BYTES))
            keys = {int(index): bytes.fromhex(key) for index, key in told.items()}
        except (ValueError, TypeError, AttributeError, RecursionError) as exc:
            raise ProblemError("archive.damaged", what=_KEYS) from exc
        are_ours = all(0 <= index < len(self.manifest.chunks) for index in keys)
        if not are_ours or any(len(key) != KEY_BYTES for key in keys.values()):
            raise ProblemError("archive.damaged", what=_KEYS)
        return keys

    def _member(self, name: str, most: int) -> bytes:
        """Read a member that is as long as it says and no longer than it may be."""
        try:
            about = self._archive.getinfo(name)
            if about.compress_type != zipfile.ZIP_STORED or about.file_size > most:
                raise ProblemError("archive.damaged", what=name)
            with self._archive.open(about) as member:
                data = member.read(most + 1)
        except (KeyError, zipfile.BadZipFile, EOFError, RuntimeError, NotImplementedError) as exc:
            raise ProblemError("archive.damaged", what=name) from exc
        if len(data) > most:
            raise ProblemError("archive.damaged", what=name)
        return data


def _name(index: int) -> str:
    return f"parts/{index:05d}.sealed"
