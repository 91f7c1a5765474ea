"""The machine-readable frame number in a test clip's picture. Pure functions over bytes: no Qt, no imaging library.

Geometry, in parts of a 640 x 360 picture and therefore at any size: one row of 24 cells, each 24 wide and 16 high,
from x = 32 and y = 340, on a black band. Cell by cell: white, black (the sync that sets the threshold), 16 bits of
frame number (most significant first, white = 1), 4 bits of check (exclusive or of the number's four nibbles and 0xA),
black, white.
"""

from __future__ import annotations

GRID_WIDTH, GRID_HEIGHT = 640, 360
CELLS = 24
CELL_WIDTH, CELL_HEIGHT = 24, 16
LEFT, TOP = 32, 340
MAX_FRAME = 0xFFFF
_NUMBER_BITS = 16
_CHECK_BITS = 4
# Black and white of limited-range video lie 219 apart; less than this is no barcode.
_MIN_CONTRAST = 80


def cells(frame: int) -> tuple[bool, ...]:
    """Give the cells of a frame number, white = True; raises ValueError outside 0 … MAX_FRAME."""
    if not 0 <= frame <= MAX_FRAME:
        raise ValueError(f"frame {frame} does not fit the barcode")
    number = tuple(bool(frame >> bit & 1) for bit in reversed(range(_NUMBER_BITS)))
    check = tuple(bool(_check(frame) >> bit & 1) for bit in reversed(range(_CHECK_BITS)))
    return (True, False, *number, *check, False, True)


def read_frame_number(pixels: bytes | bytearray | memoryview, *, width: int, height: int, pitch: int) -> int | None:
    """Read the frame number from a picture of four bytes a pixel (VLC's RV32, Qt's RGB32: blue, green, red, unused).

    pitch: bytes from one row to the next. The picture fills the buffer without borders, at any size from 320 x 180.
    None when there is no whole barcode in it.
    """
    levels = [_level(pixels, cell, width=width, height=height, pitch=pitch) for cell in range(CELLS)]
    white, black = min(levels[0], levels[-1]), max(levels[1], levels[-2])
    if white - black < _MIN_CONTRAST:
        return None
    bits = [level * 2 > white + black for level in levels]
    frame = _number(bits[2 : 2 + _NUMBER_BITS])
    return frame if tuple(bits) == cells(frame) else None


def _level(pixels: bytes | bytearray | memoryview, cell: int, *, width: int, height: int, pitch: int) -> int:
    """Average the green of nine points around a cell's centre."""
    total = 0
    for row_part in (6, 8, 10):
        row = (TOP + row_part) * height // GRID_HEIGHT
        for column_part in (9, 12, 15):
            column = (LEFT + cell * CELL_WIDTH + column_part) * width // GRID_WIDTH
            total += pixels[row * pitch + column * 4 + 1]
    return total // 9


def _number(bits: list[bool]) -> int:
    value = 0
    for bit in bits:
        value = value << 1 | bit
    return value


def _check(frame: int) -> int:
    return 0xA ^ frame & 0xF ^ frame >> 4 & 0xF ^ frame >> 8 & 0xF ^ frame >> 12 & 0xF
