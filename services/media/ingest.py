"""The whole way of a film inside the worker: check, cut, seal, store."""

from __future__ import annotations

import hashlib
import mmap
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from threading import Lock

from services.ipfs.store import DiskBlockStore
from services.ipfs.unixfs import add_file, is_complete
from services.media.cut import InitSegment, PlainChunk, cut
from services.media.film import MediaFacts, SealedChunk, Stage
from services.media.journal import IngestJournal
from services.media.poster import poster
from services.media.probe import probe
from services.media.seal import OVERHEAD_BYTES, chunk_key, key_commitment, nonce_of, seal_into, sealing_nonce
from services.media.settling import Settling, Written
from services.media.survey import CutPlan, Survey, survey
from services.media.tracks import Caption
from services.units.address import bytes32
from services.units.cid import Cid
from services.units.ids import ContentId
from services.wire.problems import ProblemError

TRACK = 0


class _Room:
    """Memory for one sealed chunk after the other, on whole pages as the disk wants it (services.ipfs.durable)."""

    def __init__(self) -> None:
        self._pages = mmap.mmap(-1, mmap.PAGESIZE)

    def of(self, length: int) -> memoryview:
        """Give this much of it; what was given before is not in use any more."""
        if length > len(self._pages):
            self._pages = mmap.mmap(-1, length + length // 4)
        return memoryview(self._pages)[:length]


@dataclass(frozen=True, slots=True)
class Outlet:
    """Where the work's news go. Facts come again before each pass over the film; chunks told before do not count."""

    on_stage: Callable[[Stage, int, int], None]
    on_facts: Callable[[MediaFacts], None]
    on_chunk: Callable[[SealedChunk], None]


@dataclass(frozen=True, slots=True)
class Summary:
    """What a finished ingest made besides the chunks."""

    init_cid: Cid
    poster_cid: Cid | None
    duration_ms: int
    codecs: str
    captions: tuple[Caption, ...]


@dataclass(frozen=True, slots=True)
class Ingest:
    """One film on its way into a block store under one secret."""

    source: Path
    secret: bytes
    content_id: ContentId
    store: DiskBlockStore
    journal: IngestJournal
    outlet: Outlet
    room: _Room = field(default_factory=_Room)
    finishing: Lock = field(default_factory=Lock)
    """Held while chunks get their names and are noted: who ends the process takes it first (Settling)."""

    def run(self) -> Summary:
        """Do it all; what the journal holds of an earlier run is not sealed and stored again.

        Raises ProblemError: as services.media.survey.survey and services.media.cut.cut, and disk.full.
        """
        facts = probe(self.source)
        self.outlet.on_facts(facts)
        found, picture = self._looked_at()
        try:
            init = self._cut_and_seal(facts, found.plan)
        except ProblemError as problem:
            if found.is_read or problem.code != "media.unreadable":
                raise
            # The film is not what its index says; what was made of it so far counts where it comes out the same.
            found = survey(self.source, self._checked, by_index=False)
            init = self._cut_and_seal(facts, found.plan)
        return Summary(
            init_cid=add_file(self.store, init.data),
            poster_cid=None if picture is None else add_file(self.store, picture),
            duration_ms=found.plan.duration_ms,
            codecs=init.codecs,
            captions=tuple(
                Caption(text.language, text.name, add_file(self.store, text.data)) for text in found.captions
            ),
        )

    def _looked_at(self) -> tuple[Survey, bytes | None]:
        """Survey the film and take its poster meanwhile: both are done before chunks need the memory."""
        with ThreadPoolExecutor(1, "poster") as beside:
            picture = beside.submit(poster, self.source)
            found = survey(self.source, self._checked)
            return found, picture.result()

    def _checked(self, done_ms: int, total_ms: int) -> None:
        self.outlet.on_stage("check", done_ms, total_ms)

    def _cut_and_seal(self, facts: MediaFacts, plan: CutPlan) -> InitSegment:
        """Seal and write each chunk while the next one is cut, two in memory at a time; the disk follows on its own."""
        self.outlet.on_facts(replace(facts, duration_ms=plan.duration_ms))
        init: InitSegment | None = None
        told = partial(self._settled, plan.duration_ms)
        with Settling(self.journal, self.finishing, told) as settling, ThreadPoolExecutor(2, "sealing") as sealing:
            before: Future[None] | None = None
            for piece in cut(self.source, plan):
                if isinstance(piece, InitSegment):
                    init = piece
                    continue
                self.outlet.on_stage("cut", piece.end_ms, plan.duration_ms)
                if before is not None:
                    before.result()
                before = sealing.submit(self._finish, piece, plan.duration_ms, settling, sealing)
            if before is not None:
                before.result()
        if init is None:
            raise ValueError("the muxer wrote no header")
        return init

    def _finish(self, piece: PlainChunk, total_ms: int, settling: Settling, hashing: ThreadPoolExecutor) -> None:
        key = chunk_key(self.secret, self.content_id, TRACK, piece.index)
        finished = self._finished_before(piece, key)
        written = self._seal(piece, key, hashing) if finished is None else Written(finished)
        self.outlet.on_stage("seal", piece.end_ms, total_ms)
        settling.add(written)

    def _settled(self, total_ms: int, chunk: SealedChunk) -> None:
        self.outlet.on_stage("store", chunk.end_ms, total_ms)
        self.outlet.on_chunk(chunk)

    def _finished_before(self, piece: PlainChunk, key: bytes) -> SealedChunk | None:
        """Give the journal's chunk if it holds this very plaintext under this key and its blocks are all here."""
        entry = self.journal.find(piece.index)
        if entry is None or (entry.chunk.start_ms, entry.chunk.end_ms) != (piece.start_ms, piece.end_ms):
            return None
        if entry.chunk.key_commitment != key_commitment(key, self.content_id, TRACK, piece.index):
            return None
        nonce = sealing_nonce(piece.data, key=key, content_id=self.content_id, track=TRACK, index=piece.index)
        return entry.chunk if entry.nonce == nonce and is_complete(self.store, entry.chunk.cid) else None

    def _seal(self, piece: PlainChunk, key: bytes, hashing: ThreadPoolExecutor) -> Written:
        sealed = self.room.of(OVERHEAD_BYTES + len(piece.data))
        seal_into(sealed, piece.data, key=key, content_id=self.content_id, track=TRACK, index=piece.index)
        digest, group = hashing.submit(hashlib.sha256, sealed), self.store.group()
        try:
            cid = add_file(group, sealed)
        except BaseException:
            group.abandon()
            raise
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
