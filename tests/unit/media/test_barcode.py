"""The frame number in a picture: read at any size, never misread."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.media.barcode import MAX_FRAME, cells, read_frame_number


def picture(
    frame: int, width: int, height: int, *, white: int = 255, black: int = 0, pad: int = 0
) -> tuple[bytes, int]:
    """Draw only the barcode, as RV32 with ``pad`` bytes after each row."""
    image = np.full((height, width + pad // 4, 4), black, np.uint8)
    for position, is_white in enumerate(cells(frame)):
        left, right = ((32 + 24 * (position + edge)) * width // 640 for edge in (0, 1))
        image[340 * height // 360 : 356 * height // 360, left:right] = white if is_white else black
    return image.tobytes(), image.shape[1] * 4


@settings(deadline=None)
@given(st.integers(0, MAX_FRAME), st.sampled_from([(320, 180), (640, 360), (854, 480), (1001, 563), (1280, 720)]))
def test_numbers_are_read_at_any_size(frame: int, size: tuple[int, int]) -> None:
    pixels, pitch = picture(frame, *size, white=225, black=18, pad=32)
    assert read_frame_number(pixels, width=size[0], height=size[1], pitch=pitch) == frame


def test_no_barcode_is_no_number() -> None:
    for grey in (0, 128, 255):
        flat = bytes([grey]) * (640 * 360 * 4)
        assert read_frame_number(flat, width=640, height=360, pitch=2560) is None


@given(st.integers(0, MAX_FRAME), st.integers(0, 23))
@settings(deadline=None, max_examples=30)
def test_one_wrong_cell_is_noticed(frame: int, position: int) -> None:
    pixels, pitch = picture(frame, 640, 360)
    image = np.frombuffer(pixels, np.uint8).reshape(360, 640, 4).copy()
    image[340:356, 32 + 24 * position : 56 + 24 * position] ^= 255
    assert read_frame_number(image.tobytes(), width=640, height=360, pitch=pitch) is None


def test_numbers_that_do_not_fit_are_refused() -> None:
    for frame in (-1, MAX_FRAME + 1):
        with pytest.raises(ValueError, match="does not fit"):
            cells(frame)
