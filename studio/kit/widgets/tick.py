"""A box to tick, with its mark: a filled square alone says nothing to who sees no colours."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QStyle, QStyleOptionButton

from studio.kit import theme
from studio.kit.icons import pixmap

_AIR = 2


class Tick(QCheckBox):
    """A check box drawn by the style sheet, and the tick in it by us: a style sheet takes pictures from files only."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.isChecked():
            return
        option = QStyleOptionButton()
        self.initStyleOption(option)
        place = self.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, self)
        place = place.adjusted(_AIR, _AIR, -_AIR, -_AIR)
        painter = QPainter(self)
        ink = theme.active().on_accent
        painter.drawPixmap(place.topLeft(), pixmap("check", ink, place.width(), self.devicePixelRatioF()))
        painter.end()
