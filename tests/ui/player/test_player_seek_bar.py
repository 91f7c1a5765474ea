"""The seek bar draws what is owned, paid ahead, free and locked so that each can be told without its colour."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from player.core.timeline import Band, Look
from player.pages.watch.seek_bar import SeekBar
from studio.kit.theme import Theme

WIDTH, EACH_MS = 800, 10_000
ORDER = (Look.OWNED, Look.FREE, Look.AHEAD, Look.LOCKED)


@pytest.fixture
def drawn(qtbot: QtBot, theme: Theme) -> dict[Look, QImage]:
    """The middle of each stretch of a bar on a dark ground, where it always lies."""
    assert theme.choice == "dark"
    bar = SeekBar()
    qtbot.addWidget(bar)
    bar.resize(WIDTH, bar.height())
    bands = tuple(Band(at * EACH_MS, (at + 1) * EACH_MS, look) for at, look in enumerate(ORDER))
    bar.show_bands(bands, 0)
    seen, each = bar.grab().toImage(), WIDTH // len(ORDER)
    return {look: seen.copy(at * each + each // 4, 0, each // 2, bar.height()) for at, look in enumerate(ORDER)}


def along_the_middle(stretch: QImage) -> list[QColor]:
    return [stretch.pixelColor(x, stretch.height() // 2) for x in range(stretch.width())]


def vividness(colour: QColor) -> int:
    """How far a colour is from grey, 0 to 255."""
    parts = (colour.red(), colour.green(), colour.blue())
    return max(parts) - min(parts)


def test_each_kind_is_drawn_in_a_way_of_its_own(drawn: dict[Look, QImage]) -> None:
    shades = {look: {colour.lightness() for colour in along_the_middle(stretch)} for look, stretch in drawn.items()}
    # Owned is solid and light; free is an outline around the ground; the others are lined.
    assert len(shades[Look.OWNED]) == 1
    assert len(shades[Look.FREE]) == 1
    assert min(shades[Look.OWNED]) > max(shades[Look.FREE]) + 80
    for lined in (Look.AHEAD, Look.LOCKED):
        assert max(shades[lined]) > min(shades[lined]) + 30
    column = [drawn[Look.FREE].pixelColor(10, y).lightness() for y in range(drawn[Look.FREE].height())]
    assert max(column) > max(shades[Look.FREE]) + 60


def test_what_was_paid_ahead_is_in_the_colour_of_money_and_what_is_locked_is_not(drawn: dict[Look, QImage]) -> None:
    vivid = {look: max(vividness(colour) for colour in along_the_middle(drawn[look])) for look in ORDER}
    assert vivid[Look.AHEAD] > 120
    assert all(vivid[look] < 60 for look in ORDER if look is not Look.AHEAD)


def test_owned_behind_the_position_and_ahead_of_it_are_told_apart(qtbot: QtBot, theme: Theme) -> None:
    bar = SeekBar()
    qtbot.addWidget(bar)
    bar.resize(WIDTH, bar.height())
    bar.show_bands((Band(0, 4 * EACH_MS, Look.OWNED),), 2 * EACH_MS)
    seen = bar.grab().toImage()
    behind, ahead = (seen.pixelColor(x, seen.height() // 2) for x in (WIDTH // 4, WIDTH * 3 // 4))
    assert vividness(behind) > vividness(ahead) + 80
