"""The numbers that stand for Qt's names on the start path are Qt's numbers."""

from __future__ import annotations

from PySide6.QtCore import Qt

from studio.kit import qt_values


def test_numbers_are_those_of_qt() -> None:
    assert Qt.TextFormat.PlainText.value == qt_values.PLAIN_TEXT
    assert Qt.AlignmentFlag.AlignCenter.value == qt_values.CENTRED
    assert Qt.FocusPolicy.ClickFocus.value == qt_values.CLICK_FOCUS
    assert Qt.FocusPolicy.NoFocus.value == qt_values.NO_FOCUS
    assert Qt.ScrollBarPolicy.ScrollBarAlwaysOff.value == qt_values.NO_SCROLL_BAR
    assert (Qt.Key.Key_Return.value, Qt.Key.Key_Enter.value) == qt_values.ENTER_KEYS
