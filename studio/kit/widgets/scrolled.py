"""A part as high as it wants to be; where that is more than there is, it is scrolled."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

from studio.kit.theme import scaled

_LEAST = 120


class Scrolled(QScrollArea):
    """Holds one widget of a fixed width, and is shown while that is."""

    def __init__(self, held: QWidget) -> None:
        super().__init__()
        self._held = held
        self.setProperty("kit", "see-through")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Maximum)
        self.setWidgetResizable(True)
        self.viewport().setAutoFillBackground(False)
        self.setWidget(held)
        held.installEventFilter(self)
        self.setVisible(not held.isHidden())

    def sizeHint(self) -> QSize:
        held, wide = self._held, self._held.minimumWidth()
        high = held.heightForWidth(wide) if held.hasHeightForWidth() else held.sizeHint().height()
        # The bar has its room beside what is held, whose edge it would cover.
        wide += self.verticalScrollBar().sizeHint().width()
        # A scroll area makes what it holds at least this high: less than that would be cut off beside free room.
        return QSize(wide, max(high, held.minimumSizeHint().height()))

    def minimumSizeHint(self) -> QSize:
        whole = self.sizeHint()
        return QSize(whole.width(), min(whole.height(), scaled(_LEAST)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._held:
            if event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
                self.setVisible(not self._held.isHidden())
            if event.type() is QEvent.Type.LayoutRequest:
                self.updateGeometry()
        return super().eventFilter(watched, event)
