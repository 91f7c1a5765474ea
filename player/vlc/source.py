"""The bytes of one run: an init segment and chunks that follow each other, in memory only, read once by libVLC."""

from __future__ import annotations

from threading import Condition
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_INIT = -1
# The first picture comes within 20 ms of its bytes (measured; 1 s on a machine ten times too busy). A decoder that
# needs pictures from behind the first fragment shall not wait that long for them.
_SURE_S = 2.0
_UNSURE_S = 0.1


class ByteSource:
    """A bounded ring of chunks between the window (feeds) and a libVLC thread (reads).

    Reading blocks for a chunk before ``limit`` that was not fed yet. At ``limit`` it blocks too, because libVLC
    reads seconds ahead and the next chunk may yet be bought, until ``settle`` says that the border is near; then
    the run ends. At ``total``, the film's end, it ends at once.
    Whoever stops the engine calls ``abort`` first: a blocked read would hang the stop (measured).

    WORKAROUND(VLC 3): the second picture of a run flushes the first when that was not shown yet (1 of 12 runs
    measured). The second waits until VLC has buffered 700 ms, so what follows the first fragment (250 ms) is held back
    until ``go_on``.

    wanted: called with the index of a chunk that will be needed, on any thread, once an index.
    enter: gives the byte at which reading begins in the first chunk, and the one after the fragment there
    (0 when unknown: nothing is held back), and whether that fragment is surely enough for a picture.
    """

    def __init__(
        self,
        init: bytes,
        *,
        first: int,
        limit: int,
        total: int,
        wanted: Callable[[int], None],
        enter: Callable[[bytes], tuple[int, int, bool]] = lambda _chunk: (0, 0, False),
    ) -> None:
        self._changed = Condition()
        self._segments: dict[int, memoryview] = {_INIT: memoryview(init)}
        self._starts: dict[int, int] = {_INIT: 0}
        self._first, self._limit, self._total, self._settled = first, limit, total, -1
        self._wanted, self._enter = wanted, enter
        self._asked: set[int] = set()
        self._cursor, self._offset = _INIT, 0
        self._first_fragment = 0
        self._patience_s = _UNSURE_S
        self._dead = self._goes_on = False
        self._ended_before: int | None = None

    @property
    def ended_before(self) -> int | None:
        """The chunk index at which the reader was told that the run ends; None while it goes on."""
        with self._changed:
            return self._ended_before

    @property
    def held(self) -> tuple[int, ...]:
        """The chunks in memory."""
        with self._changed:
            return tuple(sorted(index for index in self._segments if index != _INIT))

    def feed(self, index: int, chunk: bytes) -> bool:
        """Hand over a chunk; False when this run does not want it (any more)."""
        with self._changed:
            if self._dead or index in self._segments or not self._is_ahead(index):
                return False
            self._segments[index] = self._entered(chunk) if index == self._first else memoryview(chunk)
            self._changed.notify_all()
            return True

    def _entered(self, chunk: bytes) -> memoryview:
        start, end, sure = self._enter(chunk)
        self._patience_s = _SURE_S if sure else _UNSURE_S
        self._first_fragment = end - start
        self._goes_on = self._goes_on or end == 0
        return memoryview(chunk)[start:]

    def _is_ahead(self, index: int) -> bool:
        return max(self._cursor, self._first) <= index < self._limit

    def set_limit(self, limit: int) -> None:
        """Move the end of the run; without effect on chunks already read and once the run has ended."""
        with self._changed:
            self._limit = limit
            self._changed.notify_all()

    def settle(self, index: int) -> None:
        """Let the run end before this chunk, unless the limit lies behind it by then."""
        with self._changed:
            self._settled = index
            self._changed.notify_all()

    def go_on(self) -> None:
        """Give what follows the first fragment: its picture was shown."""
        with self._changed:
            self._goes_on = True
            self._changed.notify_all()

    def abort(self) -> None:
        """Make the reader give up now; drops all bytes."""
        with self._changed:
            self._dead = self._goes_on = True
            self._segments.clear()
            self._changed.notify_all()

    def ask(self) -> None:
        """Ask for what is needed next: for a new run before libVLC reads, which takes it 8 ms."""
        wanted = self._next_wish()
        if wanted is not None:
            self._wanted(wanted)

    def read(self, size: int) -> memoryview | None:
        """Give up to ``size`` bytes; empty at the end of the run, None after abort. Blocks (libVLC's thread)."""
        while True:
            wanted = self._next_wish()
            if wanted is not None:
                self._wanted(wanted)
                continue
            with self._changed:
                if self._dead:
                    return None
                if self._ended_before is not None:
                    return memoryview(b"")
                segment = self._segments.get(self._cursor)
                if segment is None:
                    self._changed.wait_for(self._can_go_on)
                    self._end_if_locked()
                elif self._offset < len(segment):
                    end = self._wait_for_picture(len(segment))
                    piece = segment[self._offset : min(self._offset + size, end)]
                    self._offset += len(piece)
                    return piece
                else:
                    self._advance(len(segment))

    def _wait_for_picture(self, length: int) -> int:
        """Give the byte up to which the segment under the cursor may be read now."""
        if self._cursor != self._first or self._goes_on:
            return length
        if self._offset >= self._first_fragment:
            self._changed.wait_for(lambda: self._goes_on, self._patience_s)
            self._goes_on = True
            return length
        return self._first_fragment

    def _next_wish(self) -> int | None:
        """Take the chunk to ask for now, and remember that it was asked for."""
        with self._changed:
            wish = self._wish()
            if wish is not None:
                self._asked.add(wish)
            return wish

    def _wish(self) -> int | None:
        """The chunk under the cursor, then the one after it."""
        at = max(self._cursor, self._first)
        if self._dead:
            return None
        missing = (index for index in (at, at + 1) if index not in self._segments and index not in self._asked)
        return next((index for index in missing if index < self._limit), None)

    def _can_go_on(self) -> bool:
        return self._dead or self._cursor in self._segments or self._is_over() or self._wish() is not None

    def _is_over(self) -> bool:
        return self._cursor >= self._total or (self._cursor >= self._limit and self._cursor <= self._settled)

    def _advance(self, length: int) -> None:
        following = self._first if self._cursor == _INIT else self._cursor + 1
        self._starts[following] = self._starts[self._cursor] + length
        # One chunk behind is kept for a seek back.
        if self._cursor > self._first:
            self._segments.pop(self._cursor - 1, None)
        self._cursor, self._offset = following, 0
        self._end_if_locked()

    def _end_if_locked(self) -> None:
        if not self._dead and self._cursor not in self._segments and self._is_over():
            self._ended_before = self._cursor

    def seek(self, position: int) -> bool:
        """Move the reader to a byte that is still in memory; False for any other.

        libVLC reads the header and the first fragment, and then seeks back to the header.
        """
        with self._changed:
            for index, segment in self._segments.items():
                start = self._starts.get(index)
                if start is not None and start <= position < start + len(segment):
                    self._cursor, self._offset, self._ended_before = index, position - start, None
                    return True
            return False
