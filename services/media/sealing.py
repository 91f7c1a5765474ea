"""Seals a film's chunks and writes their blocks, several at a time, beside the one that cuts them. Worker only."""

from __future__ import annotations

import hashlib
import mmap
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Final

from services.ipfs.store import DiskBlockStore
from services.ipfs.unixfs import add_file, is_complete
from services.media.cut import PlainChunk
from services.media.film import SealedChunk
from services.media.journal import IngestJournal
from services.media.seal import OVERHEAD_BYTES, chunk_key, key_commitment, nonce_of, seal_into, sealing_nonce
from services.media.settling import Written
from services.units.address import bytes32
from services.units.ids import ContentId

TRACK: Final = 0
_AT_ONCE: Final = 2
"""Chunks: one is written, for which the disk makes it wait, while another one is enciphered."""
_ALONE_BYTES: Final = 32 * 1024 * 1024
"""A chunk above this is sealed alone: the worker's memory is for four of the largest."""
_THREADS: Final = 3 * _AT_ONCE
"""A chunk takes one that leads, one that hashes it whole, and one that names and writes its blocks."""


@dataclass(frozen=True, slots=True)
class ChunkSealer:
    """Seals chunks of one version into a block store."""

    secret: bytes
    content_id: ContentId
    store: DiskBlockStore
    journal: IngestJournal

    def finish(self, piece: PlainChunk, room: Room, pool: ThreadPoolExecutor) -> Written:
        """Seal a chunk and write its blocks, unless the journal says that an earlier run did."""
        key = chunk_key(self.secret, self.content_id, TRACK, piece.index)
        finished = self._finished_before(piece, key)
        return self._seal(piece, key, room, pool) if finished is None else Written(finished)

    def _finished_before(self, piece: PlainChunk, key: bytes) -> SealedChunk | None:
        """Give the journal's chunk if it holds this very plaintext under this key and its blocks are all here."""
        entry = self.journal.find(piece.index)
        if entry is None or (entry.chunk.start_ms, entry.chunk.end_ms) != (piece.start_ms, piece.end_ms):
            return None
        if entry.chunk.key_commitment != key_commitment(key, self.content_id, TRACK, piece.index):
            return None
        nonce = sealing_nonce(piece.data, key=key, content_id=self.content_id, track=TRACK, index=piece.index)
        return entry.chunk if entry.nonce == nonce and is_complete(self.store, entry.chunk.cid) else None

    def _seal(self, piece: PlainChunk, key: bytes, room: Room, pool: ThreadPoolExecutor) -> Written:
        sealed = room.of(OVERHEAD_BYTES + len(piece.data))
        with piece.data as plain:
            seal_into(sealed, plain, key=key, content_id=self.content_id, track=TRACK, index=piece.index)
        digest, group = pool.submit(hashlib.sha256, sealed), self.store.group()
        try:
            cid = add_file(group, sealed, pool=pool)
        except BaseException:
            group.abandon()
            raise
        finally:
            # The room is another chunk's afterwards.
            wait([digest])
        chunk = SealedChunk(
            index=piece.index,
            start_ms=piece.start_ms,
            end_ms=piece.end_ms,
            cid=cid,
            sha256=bytes32(digest.result().digest()),
            length=len(sealed),
            key_commitment=key_commitment(key, self.content_id, TRACK, piece.index),
        )
        return Written(chunk, nonce_of(sealed), group)


class Room:
    """Memory for one sealed chunk after the other, on whole pages as the disk wants it (services.ipfs.durable)."""

    def __init__(self) -> None:
        self._pages = mmap.mmap(-1, mmap.PAGESIZE)

    def of(self, length: int) -> memoryview:
        """Give this much of it; what was given before is not in use any more."""
        if length > len(self._pages):
            self._pages = mmap.mmap(-1, length + length // 4)
        return memoryview(self._pages)[:length]


class Sealing:
    """Takes chunks in order and gives each on in that order when its blocks are written. A context manager."""

    def __init__(self, sealer: ChunkSealer, on_written: Callable[[Written], None]) -> None:
        self._sealer, self._on_written = sealer, on_written
        self._turns: deque[Future[Written]] = deque()
        self._rooms: SimpleQueue[Room] = SimpleQueue()
        for _ in range(_AT_ONCE):
            self._rooms.put(Room())
        self._pool = ThreadPoolExecutor(_THREADS, "sealing")

    def __enter__(self) -> Sealing:
        return self

    def __exit__(self, *_: object) -> None:
        """Finish what is left, also when cutting failed: what is finished stays finished."""
        try:
            self._until(0)
        finally:
            self._pool.shutdown()
            for turn in self._turns:
                self._abandon(turn)

    def add(self, piece: PlainChunk) -> None:
        """Hand a chunk over; waits while enough are sealed. Raises what sealing an earlier one raised."""
        self._until(_AT_ONCE - 1 if len(piece.data) < _ALONE_BYTES else 0)
        self._turns.append(self._pool.submit(self._finish, piece))

    def _until(self, count: int) -> None:
        while len(self._turns) > count:
            self._on_written(self._turns.popleft().result())

    @staticmethod
    def _abandon(turn: Future[Written]) -> None:
        """Forget the blocks of a chunk that an earlier one's failure left over."""
        if turn.exception() is None and (group := turn.result().group) is not None:
            group.abandon()

    def _finish(self, piece: PlainChunk) -> Written:
        room = self._rooms.get()
        try:
            return self._sealer.finish(piece, room, self._pool)
        finally:
            self._rooms.put(room)
