"""Pictures on their way from libVLC to the window: three buffers, the latest one wins."""

from __future__ import annotations

import ctypes
import sys
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_ALIGN = 32
_BUFFERS = 3
# A stranger's file must not make us allocate more than three 8K pictures.
MAX_PIXELS = 7680 * 4320
# Kept in the interpreter's lock: nearly always it returns after a few bytes.
_memcmp = ctypes.PyDLL("msvcrt" if sys.platform == "win32" else None).memcmp
_memcmp.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture as RV32 (blue, green, red, unused); its memory belongs to the store that it came from."""

    memory: ctypes.Array[ctypes.c_ubyte]
    address: int
    width: int
    height: int
    pitch: int

    @property
    def pixels(self) -> memoryview:
        """The picture's bytes, row after row."""
        skip = self.address - ctypes.addressof(self.memory)
        return memoryview(self.memory).cast("B")[skip : skip + self.pitch * self.height]


class FrameStore:
    """Hands buffers to libVLC's picture thread and the latest picture to the window.

    arrived: called on libVLC's thread for each picture; True for the first one after a ``take`` that looks otherwise.
    tap: sees every picture on libVLC's thread, for tests and measurements.
    """

    def __init__(self, arrived: Callable[[bool], None], tap: Callable[[Frame], None] | None = None) -> None:
        self._guard = Lock()
        self._arrived, self._tap = arrived, tap
        self._size = (0, 0)
        self._frames: list[Frame] = []
        self._latest: Frame | None = None
        self._held: Frame | None = None
        self._told = False
        self._changes = 0

    @property
    def changes(self) -> int:
        """How many pictures looked otherwise than the one before. libVLC shows a standing one again every 80 ms."""
        return self._changes

    def expect(self, width: int, height: int) -> None:
        """Set the size to show pictures in; (0, 0) for the size that the decoder names.

        The decoder's own size includes its padding (184 lines for 180), which would stretch the picture.
        """
        self._size = (width, height)

    def shape(self, width: int, height: int) -> Frame | None:
        """Make buffers for a decoder's size and give one as a sample; None for a size we refuse."""
        if all(self._size):
            width, height = self._size
        if width < 1 or height < 1 or width * height > MAX_PIXELS:
            return None
        frames = [_allocate(width, height) for _ in range(_BUFFERS)]
        with self._guard:
            self._frames = frames
        return frames[0]

    def writable(self) -> Frame:
        """Give a buffer that nobody looks at."""
        with self._guard:
            return next(frame for frame in self._frames if frame is not self._latest and frame is not self._held)

    def show(self, address: int) -> None:
        """Make the picture at an address the latest."""
        with self._guard:
            frame = next((frame for frame in self._frames if frame.address == address), None)
            if frame is None:
                return
            before, self._latest = self._latest, frame
        changed = before is None or not _same(before, frame)
        with self._guard:
            self._changes += changed
            news = changed and not self._told
            self._told = self._told or changed
        if self._tap is not None:
            self._tap(frame)
        self._arrived(news)

    def take(self) -> Frame | None:
        """Give the latest picture to the window; it stays untouched until the next take."""
        with self._guard:
            self._told = False
            self._held = self._latest
            return self._held

    def let_go(self) -> None:
        """Forget all pictures, once libVLC draws no more: who still shows one keeps that one's memory only.

        Store and engine know each other, so that without this the buffers would wait for Python's collector, 25 MB a
        film in full HD.
        """
        with self._guard:
            self._frames, self._latest, self._held = [], None, None


def _same(one: Frame, other: Frame) -> bool:
    """Compare what is seen, not the filling behind each row. Pictures of a moving film differ in their first rows."""
    if (one.width, one.height) != (other.width, other.height):
        return False
    # One row after the other only where rows have filling.
    rows, length = (1, one.pitch * one.height) if one.pitch == one.width * 4 else (one.height, one.width * 4)
    starts = ((one.address + row * one.pitch, other.address + row * other.pitch) for row in range(rows))
    return all(_memcmp(start, its, length) == 0 for start, its in starts)


def _allocate(width: int, height: int) -> Frame:
    pitch = -(-width * 4 // _ALIGN) * _ALIGN
    lines = -(-height // _ALIGN) * _ALIGN
    memory = (ctypes.c_ubyte * (pitch * lines + _ALIGN))()
    start = ctypes.addressof(memory)
    return Frame(memory, start + -start % _ALIGN, width, height, pitch)
