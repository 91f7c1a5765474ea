"""The whole way of a film inside the worker: check, cut, seal, store."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock

from services.ipfs.store import BlockStore
from services.ipfs.unixfs import add_file, is_complete
from services.media.cut import InitSegment, PlainChunk, cut
from services.media.film import MediaFacts, SealedChunk, Stage
from services.media.journal import Entry, IngestJournal
from services.media.poster import poster
from services.media.probe import probe
from services.media.seal import chunk_key, key_commitment, nonce_of, seal, sealing_nonce
from services.media.survey import CutPlan, survey
from services.media.tracks import Caption
from services.units.address import bytes32
from services.units.cid import Cid
from services.units.ids import ContentId

TRACK = 0
# Blocks that are made durable at the same time; the system joins their waits.
_STORING = 4


@dataclass(frozen=True, slots=True)
class Outlet:
    """Where the work's news go."""

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
    store: BlockStore
    journal: IngestJournal
    outlet: Outlet
    finishing: Lock = field(default_factory=Lock)
    """Held while a chunk is stored and noted: who ends the process takes it first, so that no block is nobody's."""

    def run(self) -> Summary:
        """Do it all; what the journal holds of an earlier run is not sealed and stored again.

        Raises ProblemError: as services.media.survey.survey and services.media.cut.cut, and disk.full.
        """
        facts = probe(self.source)
        found = survey(self.source, lambda done, total: self.outlet.on_stage("check", done, total))
        self.outlet.on_facts(replace(facts, duration_ms=found.plan.duration_ms))
        init = self._cut_and_seal(found.plan)
        picture = poster(self.source)
        return Summary(
            init_cid=add_file(self.store, init.data),
            poster_cid=None if picture is None else add_file(self.store, picture),
            duration_ms=found.plan.duration_ms,
            codecs=init.codecs,
            captions=tuple(
                Caption(text.language, text.name, add_file(self.store, text.data)) for text in found.captions
            ),
        )

    def _cut_and_seal(self, plan: CutPlan) -> InitSegment:
        """Seal and store each chunk while the next one is cut: two are in memory at a time."""
        init: InitSegment | None = None
        with ThreadPoolExecutor(1, "sealing") as sealing, ThreadPoolExecutor(_STORING, "storing") as storing:
            before: Future[None] | None = None
            for piece in cut(self.source, plan):
                if isinstance(piece, InitSegment):
                    init = piece
                    continue
                self.outlet.on_stage("cut", piece.end_ms, plan.duration_ms)
                if before is not None:
                    before.result()
                before = sealing.submit(self._finish, piece, plan.duration_ms, storing)
            if before is not None:
                before.result()
        if init is None:
            raise ValueError("the muxer wrote no header")
        return init

    def _finish(self, piece: PlainChunk, total_ms: int, storing: Executor) -> None:
        key = chunk_key(self.secret, self.content_id, TRACK, piece.index)
        chunk = self._finished_before(piece, key) or self._seal(piece, key, total_ms, storing)
        self.outlet.on_stage("seal", piece.end_ms, total_ms)
        self.outlet.on_stage("store", piece.end_ms, total_ms)
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

    def _seal(self, piece: PlainChunk, key: bytes, total_ms: int, storing: Executor) -> SealedChunk:
        sealed = seal(piece.data, key=key, content_id=self.content_id, track=TRACK, index=piece.index)
        self.outlet.on_stage("seal", piece.end_ms, total_ms)
        digest = storing.submit(hashlib.sha256, sealed)
        with self.finishing:
            chunk = SealedChunk(
                index=piece.index,
                start_ms=piece.start_ms,
                end_ms=piece.end_ms,
                cid=add_file(self.store, sealed, threads=storing),
                sha256=bytes32(digest.result().digest()),
                length=len(sealed),
                key_commitment=key_commitment(key, self.content_id, TRACK, piece.index),
            )
            self.journal.add(Entry(chunk, nonce_of(sealed)))
        return chunk
