"""Remembers the finished chunks of an ingest, so that work killed at any moment goes on where it was."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from io import BufferedRandom
from pathlib import Path

from services.ipfs.durable import disk_problems, sync_folder
from services.media.film import SealedChunk
from services.units.cid import Cid

_MAX_LINE_BYTES = 1_000


@dataclass(frozen=True, slots=True)
class Entry:
    """A chunk whose blocks are durable, with its nonce, which tells whether the same plaintext comes again."""

    chunk: SealedChunk
    nonce: bytes


class IngestJournal:
    """One JSON line a chunk, written when its blocks are durable. A line torn by a crash is dropped."""

    def __init__(self, folder: Path) -> None:
        """Open or make the journal in ``folder``, which belongs to one ingest. Raises ProblemError: disk.full."""
        self._path = folder / "chunks.jsonl"
        with disk_problems():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._entries = self._recover()
            sync_folder(folder)

    def find(self, index: int) -> Entry | None:
        """Give what was finished of a chunk."""
        return self._entries.get(index)

    def add(self, *entries: Entry) -> None:
        """Write chunks down; durable when this returns. Raises ProblemError: disk.full."""
        lines = [json.dumps(entry.chunk.to_json() | {"nonce": entry.nonce.hex()}) + "\n" for entry in entries]
        with disk_problems(), _open_private(self._path) as file:
            file.write("".join(lines).encode())
            file.flush()
            os.fsync(file.fileno())
        self._entries.update({entry.chunk.index: entry for entry in entries})

    def _recover(self) -> dict[int, Entry]:
        """Read the whole lines and cut off the rest, so that the next line begins on its own."""
        entries: dict[int, Entry] = {}
        whole_bytes = 0
        with _open_private(self._path) as file:
            file.seek(0)
            while (line := file.readline(_MAX_LINE_BYTES)).endswith(b"\n"):
                entry = _read(line)
                if entry is None:
                    break
                entries[entry.chunk.index] = entry
                whole_bytes += len(line)
            file.truncate(whole_bytes)
        return entries


def noted_chunks(folder: Path) -> set[Cid]:
    """Name the sealed file of every chunk that a journal ever held, also of those that were sealed again since."""
    path = folder / "chunks.jsonl"
    if not path.is_file():
        return set()
    with path.open("rb") as file:
        entries = (_read(line) for line in iter(lambda: file.readline(_MAX_LINE_BYTES), b""))
        return {entry.chunk.cid for entry in entries if entry is not None}


def _read(line: bytes) -> Entry | None:
    try:
        data = json.loads(line)
        return Entry(SealedChunk.from_json(data), bytes.fromhex(data["nonce"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _open_private(path: Path) -> BufferedRandom:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o600)
    return os.fdopen(descriptor, "a+b")
