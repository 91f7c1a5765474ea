"""Makes sealed chunks durable behind the work that makes them: all that wait at once, then their notes, then the news.

A disk takes about as long for ten chunks as for one, so nobody waits for it after each; and where they come faster than
a disk likes to be asked, it is asked for a few of them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import BoundedSemaphore, Lock
from time import monotonic
from typing import Final

from services.ipfs.store import BlockGroup
from services.media.film import SealedChunk
from services.media.journal import Entry, IngestJournal

MAX_WAITING: Final = 8
"""Chunks that may wait for the disk; they lie in the system's memory, not in the worker's."""
_TOGETHER: Final = 4
_NOT_SOONER_S: Final = 0.2
"""What comes sooner after the last chunks were sent to the disk waits until it is as many as _TOGETHER, or the end."""


@dataclass(frozen=True, slots=True)
class Written:
    """A chunk whose blocks are written; nonce and group are None for one that an earlier run has finished."""

    chunk: SealedChunk
    nonce: bytes = b""
    group: BlockGroup | None = None


class Settling:
    """Takes written chunks in order and tells of each in that order when it is durable and noted. A context manager.

    finishing: held while chunks get their names and are noted, so that who ends the process in between leaves no block
    that nobody knows of.
    """

    def __init__(
        self,
        journal: IngestJournal,
        finishing: Lock,
        on_chunk: Callable[[SealedChunk], None],
        *,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self._journal, self._finishing, self._on_chunk, self._now = journal, finishing, on_chunk, now
        self._waiting: deque[Written] = deque()
        self._room = BoundedSemaphore(MAX_WAITING)
        self._thread = ThreadPoolExecutor(1, "settling")
        self._turns: deque[Future[None]] = deque()
        self._sent_at = now() - _NOT_SOONER_S

    def __enter__(self) -> Settling:
        return self

    def __exit__(self, *_: object) -> None:
        """Settle what is left, also when the work before it failed: what is finished stays finished."""
        try:
            self._send()
            while self._turns:
                self._turns.popleft().result()
        finally:
            self._thread.shutdown()
            for written in self._waiting:
                if written.group is not None:
                    written.group.abandon()

    def add(self, written: Written) -> None:
        """Hand a chunk over; waits while too many do. Raises what settling an earlier one raised."""
        self._room.acquire()
        self._waiting.append(written)
        if len(self._waiting) >= _TOGETHER or self._now() - self._sent_at >= _NOT_SOONER_S:
            self._send()
        while self._turns and self._turns[0].done():
            self._turns.popleft().result()

    def _send(self) -> None:
        self._sent_at = self._now()
        self._turns.append(self._thread.submit(self._settle_all))

    def _settle_all(self) -> None:
        taken = [self._waiting.popleft() for _ in range(len(self._waiting))]
        try:
            self._settle(taken)
        finally:
            for _ in taken:
                self._room.release()
        for written in taken:
            self._on_chunk(written.chunk)

    def _settle(self, taken: list[Written]) -> None:
        fresh = [written for written in taken if written.group is not None]
        if not fresh:
            return
        groups = [written.group for written in fresh if written.group is not None]
        try:
            with self._finishing:
                BlockGroup.settle(groups)
                self._journal.add(*(Entry(written.chunk, written.nonce) for written in fresh))
        finally:
            for group in groups:
                group.abandon()
