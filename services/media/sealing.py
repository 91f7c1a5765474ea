"""Seals a film's chunks and writes their blocks, several at a time, beside the one that cuts them. Worker only."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Final

from services.ipfs.store import BlockGroup, DiskBlockStore
from services.ipfs.unixfs import LEAF_BYTES, is_complete
from services.media.cut import PlainChunk
from services.media.film import SealedChunk
from services.media.journal import IngestJournal
from services.media.plain import Pieces, Room
from services.media.seal import (
    HEADER_BYTES,
    OVERHEAD_BYTES,
    ChangedError,
    FirstPass,
    SecondPass,
    chunk_key,
    key_commitment,
    nonce_of,
)
from services.media.sealed_file import LeafWriter, SealedFile
from services.media.settling import Written
from services.units.address import bytes32
from services.units.cid import Cid
from services.units.ids import ContentId
from services.wire.problems import ProblemError

TRACK: Final = 0
_AT_ONCE: Final = 3
"""Chunks: for two processors. Others write, yet a disk that empties its cache keeps one of them waiting."""
_ALONE_BYTES: Final = 32 * 1024 * 1024
"""A chunk that has more than this in memory is alone there."""


@dataclass(frozen=True, slots=True)
class ChunkSealer:
    """Seals chunks of one version into a block store. name: the film's file's, for what is said of it."""

    name: str
    secret: bytes
    content_id: ContentId
    store: DiskBlockStore
    journal: IngestJournal

    def finish(self, piece: PlainChunk, room: Room, writer: LeafWriter) -> Written:
        """Seal a chunk and write its blocks, unless the journal says that an earlier run did.

        Raises ProblemError: media.unreadable for a film that changes meanwhile, disk.full.
        """
        key = chunk_key(self.secret, self.content_id, TRACK, piece.index)
        ends = [*range(LEAF_BYTES - HEADER_BYTES, piece.plain.length, LEAF_BYTES), piece.plain.length]
        pieces, first = piece.plain.pieces(ends, room), self._pass(piece, key)
        for part in pieces:
            first.update(part)
        header = first.header()
        finished = self._finished_before(piece, key, header)
        if finished is not None:
            return Written(finished)
        group = self.store.group()
        try:
            again = None if isinstance(pieces, list) else self._pass(piece, key)
            cid, sha256 = self._written(pieces, SecondPass(header, again, key=key), group, writer)
        except BaseException:
            group.abandon()
            raise
        return Written(self._sealed(piece, key, cid, sha256), nonce_of(header), group)

    def _written(self, pieces: Pieces, second: SecondPass, group: BlockGroup, writer: LeafWriter) -> tuple[Cid, bytes]:
        with SealedFile(group, writer) as file:
            file.add(second.header)
            for part in pieces:
                file.add_sealed(part, second)
            try:
                file.add(second.finish())
            except ChangedError as exc:
                raise ProblemError("media.unreadable", name=self.name, reason="changed") from exc
            return file.finish()

    def _pass(self, piece: PlainChunk, key: bytes) -> FirstPass:
        return FirstPass(piece.plain.length, key=key, content_id=self.content_id, track=TRACK, index=piece.index)

    def _finished_before(self, piece: PlainChunk, key: bytes, header: bytes) -> SealedChunk | None:
        """Give the journal's chunk if it holds this very plaintext under this key and its blocks are all here."""
        entry = self.journal.find(piece.index)
        if entry is None or (entry.chunk.start_ms, entry.chunk.end_ms) != (piece.start_ms, piece.end_ms):
            return None
        if entry.chunk.key_commitment != key_commitment(key, self.content_id, TRACK, piece.index):
            return None
        return entry.chunk if entry.nonce == nonce_of(header) and is_complete(self.store, entry.chunk.cid) else None

    def _sealed(self, piece: PlainChunk, key: bytes, cid: Cid, sha256: bytes) -> SealedChunk:
        return SealedChunk(
            index=piece.index,
            start_ms=piece.start_ms,
            end_ms=piece.end_ms,
            cid=cid,
            sha256=bytes32(sha256),
            length=OVERHEAD_BYTES + piece.plain.length,
            key_commitment=key_commitment(key, self.content_id, TRACK, piece.index),
        )


class Sealing:
    """Takes chunks in order and gives each on in that order when its blocks are written. A context manager."""

    def __init__(self, sealer: ChunkSealer, on_written: Callable[[Written], None]) -> None:
        self._sealer, self._on_written = sealer, on_written
        self._turns: deque[Future[Written]] = deque()
        self._rooms: SimpleQueue[Room] = SimpleQueue()
        for _ in range(_AT_ONCE):
            self._rooms.put(Room())
        self._pool, self._writer = ThreadPoolExecutor(_AT_ONCE, "sealing"), LeafWriter()

    def __enter__(self) -> Sealing:
        return self

    def __exit__(self, *_: object) -> None:
        """Finish what is left, also when cutting failed: what is finished stays finished."""
        try:
            self._until(0)
        finally:
            self._pool.shutdown()
            self._writer.close()
            for turn in self._turns:
                self._abandon(turn)

    def add(self, piece: PlainChunk) -> None:
        """Hand a chunk over; waits while enough are sealed. Raises what sealing an earlier one raised."""
        is_alone = piece.plain.held_bytes > _ALONE_BYTES
        self._until(0 if is_alone else _AT_ONCE)
        self._turns.append(self._pool.submit(self._finish, piece))
        if is_alone:
            self._until(0)

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
            return self._sealer.finish(piece, room, self._writer)
        finally:
            piece.plain.release()
            self._rooms.put(room)
