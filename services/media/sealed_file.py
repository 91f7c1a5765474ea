"""A sealed file on its way to the disk, leaf by leaf: named and written behind who makes it. Worker only."""

from __future__ import annotations

import hashlib
import mmap
from concurrent.futures import Future, ThreadPoolExecutor, wait
from queue import SimpleQueue
from typing import Final

from services.ipfs.dagpb import Link
from services.ipfs.store import BlockGroup
from services.ipfs.unixfs import LEAF_BYTES, join_leaves
from services.media.seal import SecondPass
from services.units.cid import Cid

_WRITERS: Final = 4
"""Threads, of which most wait for the disk."""
_LEAVES: Final = 12
"""Leaves in memory: being made, named or written."""


class LeafWriter:
    """Names and writes leaves, in places of its own, on whole pages as the disk wants them (services.ipfs.durable)."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_WRITERS, "writing")
        self._places: SimpleQueue[mmap.mmap] = SimpleQueue()
        for _ in range(_LEAVES):
            self._places.put(mmap.mmap(-1, LEAF_BYTES))

    def place(self) -> mmap.mmap:
        """Give a place for a leaf, which write() or spare() takes back; waits for one."""
        return self._places.get()

    def spare(self, place: mmap.mmap) -> None:
        """Take a place back."""
        self._places.put(place)

    def write(self, group: BlockGroup, place: mmap.mmap, length: int, digest: bytes | None) -> Future[Link]:
        """Put a leaf into a group. digest: its SHA-256 if known. The result raises ProblemError: disk.full."""
        return self._pool.submit(self._write, group, place, length, digest)

    def close(self) -> None:
        """Wait for what is being written, and end."""
        self._pool.shutdown()

    def _write(self, group: BlockGroup, place: mmap.mmap, length: int, digest: bytes | None) -> Link:
        try:
            with memoryview(place) as whole, whole[:length] as leaf:
                return Link(group.put(leaf, digest=digest), length, length)
        finally:
            self.spare(place)


class SealedFile:
    """One file, whose leaves go into a group as soon as they are whole. A context manager; ``finish`` it inside."""

    def __init__(self, group: BlockGroup, writer: LeafWriter) -> None:
        self._group, self._writer = group, writer
        self._digest, self._turns = hashlib.sha256(), list[Future[Link]]()
        self._place: mmap.mmap | None = None
        self._filled = 0

    def __enter__(self) -> SealedFile:
        return self

    def __exit__(self, *_: object) -> None:
        """Wait until nothing is written any more, whatever happened."""
        wait(self._turns)
        if self._place is not None:
            self._writer.spare(self._place)

    def add(self, data: bytes) -> None:
        """Go on with what is sealed or stays in the clear."""
        while data:
            place, begin = self._leaf(), self._filled
            taken = data[: LEAF_BYTES - begin]
            place[begin : begin + len(taken)] = taken
            self._go_on(len(taken))
            data = data[len(taken) :]

    def add_sealed(self, piece: memoryview, second: SecondPass) -> None:
        """Go on with plaintext, enciphered to where it belongs; it does not reach over the leaf's end."""
        with memoryview(self._leaf()) as leaf, leaf[self._filled : self._filled + len(piece)] as body:
            second.update_into(piece, body)
        self._go_on(len(piece))

    def finish(self) -> tuple[Cid, bytes]:
        """Give the file's name and its SHA-256. Raises ProblemError: disk.full."""
        if self._filled:
            self._give()
        return join_leaves(self._group, [turn.result() for turn in self._turns]), self._digest.digest()

    def _leaf(self) -> mmap.mmap:
        if self._place is None:
            self._place = self._writer.place()
        return self._place

    def _go_on(self, length: int) -> None:
        self._filled += length
        if self._filled == LEAF_BYTES:
            self._give()

    def _give(self) -> None:
        place, length = self._leaf(), self._filled
        with memoryview(place) as whole, whole[:length] as leaf:
            self._digest.update(leaf)
        # The file's digest so far is the first leaf's, so that one is not hashed twice.
        digest = None if self._turns else self._digest.copy().digest()
        self._place, self._filled = None, 0
        self._turns.append(self._writer.write(self._group, place, length, digest))
