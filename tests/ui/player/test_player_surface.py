"""The picture on the page: whole, in its own shape, upright films over the full height."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from player.pages.watch.surface import VideoSurface
from tests.fixtures.viewer_scenery import frame_of

WIDE, HIGH = 800, 450


def marked(width: int, height: int) -> np.ndarray:
    """A grey picture with a red line along each of its edges, an eighth of it wide."""
    made = np.full((height, width, 3), 128, dtype=np.uint8)
    edge = min(width, height) // 8
    for side in (np.s_[:edge], np.s_[-edge:], np.s_[:, :edge], np.s_[:, -edge:]):
        made[side] = (255, 0, 0)
    return made


@pytest.mark.parametrize(
    ("picture", "left", "top"),
    [((405, 720), (WIDE - HIGH * 405 // 720) // 2, 0), ((640, 360), 0, 0), ((1280, 544), 0, 55), ((720, 720), 175, 0)],
    ids=["upright", "16:9", "wider", "square"],
)
def test_all_of_a_picture_is_shown_as_large_as_there_is_room(
    qtbot: QtBot, picture: tuple[int, int], left: int, top: int
) -> None:
    surface = VideoSurface()
    qtbot.addWidget(surface)
    surface.resize(WIDE, HIGH)
    surface.show_frame(frame_of(marked(*picture)))
    seen = surface.grab().toImage()

    def is_red(x: int, y: int) -> bool:
        colour: QColor = seen.pixelColor(x, y)
        return colour.red() > 200 and colour.green() < 60

    middle_x, middle_y = WIDE // 2, HIGH // 2
    assert is_red(middle_x, top + 3)
    assert is_red(middle_x, HIGH - top - 4)
    assert is_red(left + 3, middle_y)
    assert is_red(WIDE - left - 4, middle_y)
    assert not is_red(middle_x, middle_y)
    # Beside and above it is no part of the picture in its own colours.
    assert not left or not is_red(left // 2, middle_y)
    assert not top or not is_red(middle_x, top // 2)
