"""The whole way of a film inside the worker: check, cut, seal, store."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from threading import Lock

from services.ipfs.store import DiskBlockStore
from services.ipfs.unixfs import add_file
from services.media.allowance import give_back
from services.media.cut import InitSegment, cut
from services.media.film import MediaFacts, SealedChunk, Stage
from services.media.journal import IngestJournal
from services.media.poster import poster
from services.media.probe import open_file, probe
from services.media.sealing import ChunkSealer, Sealing
from services.media.settling import Settling, Written
from services.media.survey import Survey, survey
from services.media.tracks import Caption
from services.units.cid import Cid
from services.units.ids import ContentId
from services.wire.problems import ProblemError

_LONG_MS = 3600 * 1000


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
    finishing: Lock = field(default_factory=Lock)
    """Held while chunks get their names and are noted: who ends the process takes it first (Settling)."""

    def run(self) -> Summary:
        """Do it all; what the journal holds of an earlier run is not sealed and stored again.

        Raises ProblemError: as services.media.survey.survey and services.media.cut.cut, and disk.full.
        """
        facts = probe(self.source)
        self.outlet.on_facts(facts)
        with ThreadPoolExecutor(1, "poster") as beside:
            taking = beside.submit(poster, self.source)
            if facts.duration_ms > _LONG_MS:
                # The film's index, which each who reads the film has in memory, is larger than a few chunks.
                wait([taking])
            found, init = self._found_and_sealed(facts, taking)
        picture = taking.result()
        return Summary(
            init_cid=add_file(self.store, init.data),
            poster_cid=None if picture is None else add_file(self.store, picture),
            duration_ms=found.plan.duration_ms,
            codecs=init.codecs,
            captions=tuple(
                Caption(text.language, text.name, add_file(self.store, text.data)) for text in found.captions
            ),
        )

    def _found_and_sealed(self, facts: MediaFacts, poster: Future[bytes | None]) -> tuple[Survey, InitSegment]:
        found = survey(self.source, self._checked)
        try:
            return found, self._cut_and_seal(facts, found, poster)
        except ProblemError as problem:
            if found.is_read or problem.code != "media.unreadable":
                raise
        # The film is not what its index says; what was made of it so far counts where it comes out the same.
        found = survey(self.source, self._checked, by_index=False)
        return found, self._cut_and_seal(facts, found, poster)

    def _checked(self, done_ms: int, total_ms: int) -> None:
        self.outlet.on_stage("check", done_ms, total_ms)

    def _cut_and_seal(self, facts: MediaFacts, found: Survey, poster: Future[bytes | None]) -> InitSegment:
        """Seal and write chunks while the next one is cut; the disk follows on its own."""
        plan = found.plan
        self.outlet.on_facts(replace(facts, duration_ms=plan.duration_ms))
        init: InitSegment | None = None
        settling = Settling(self.journal, self.finishing, partial(self._settled, plan.duration_ms))
        with (
            open_file(self.source) as file,
            settling,
            self._sealing(plan.duration_ms, settling) as sealing,
        ):
            for piece in cut(self.source, plan, samples=None if found.is_read else file):
                if isinstance(piece, InitSegment):
                    init = piece
                    # What pictures and indexes took is out of memory before chunks need theirs.
                    wait([poster])
                    give_back()
                    continue
                self.outlet.on_stage("cut", piece.end_ms, plan.duration_ms)
                sealing.add(piece)
        if init is None:
            raise ValueError("the muxer wrote no header")
        return init

    def _sealing(self, total_ms: int, settling: Settling) -> Sealing:
        return Sealing(
            ChunkSealer(self.source.name, self.secret, self.content_id, self.store, self.journal),
            lambda written: self._sealed(written, total_ms, settling),
        )

    def _sealed(self, written: Written, total_ms: int, settling: Settling) -> None:
        self.outlet.on_stage("seal", written.chunk.end_ms, total_ms)
        settling.add(written)

    def _settled(self, total_ms: int, chunk: SealedChunk) -> None:
        self.outlet.on_stage("store", chunk.end_ms, total_ms)
        self.outlet.on_chunk(chunk)
