"""The film in a small window that stays above others: picture, play and pause, the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizeGrip, QVBoxLayout, QWidget

from player.pages.watch.overlay import OverlayButton, OverlayText, Shade
from player.pages.watch.surface import VideoSurface
from studio.kit.words import tr

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent, QKeyEvent, QMouseEvent

    from player.pages.watch.state import WatchState
    from player.vlc.frames import Frame

_SIZE = QSize(400, 225)
_MARGIN = 24


class SmallWindow(QWidget):
    """Signals: ``toggle_wanted``, and ``left`` when the film is to go back into the page."""

    toggle_wanted = Signal()
    left = Signal()

    def __init__(self, owner: QWidget) -> None:
        flags = Qt.WindowType.Tool | Qt.WindowType.WindowStaysOnTopHint | Qt.WindowType.FramelessWindowHint
        super().__init__(owner, flags)
        self.setObjectName("watch.small")
        self.setWindowTitle(tr("Museclock"))
        self.setMinimumSize(240, 135)
        self.resize(_SIZE)
        self.surface = VideoSurface()
        self.surface.setParent(self)
        self.surface.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._dragged: QPoint | None = None
        bar = Shade(at_top=False)
        self._play = OverlayButton("pause", tr("Pause"), name="watch.small.play")
        back = OverlayButton("inset", tr("Back to the window (P)"), name="watch.small.back")
        self._words = OverlayText()
        line = QHBoxLayout(bar)
        line.setContentsMargins(8, 8, 4, 4)
        line.addWidget(self._play)
        line.addWidget(self._words, 1)
        line.addWidget(back)
        line.addWidget(QSizeGrip(self), 0, Qt.AlignmentFlag.AlignBottom)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addStretch(1)
        layout.addWidget(bar)
        self._play.clicked.connect(self.toggle_wanted)
        back.clicked.connect(self.left)

    def show_state(self, state: WatchState) -> None:
        """Draw the state."""
        self._play.show_icon("pause" if state.is_playing else "play", tr("Pause") if state.is_playing else tr("Play"))
        self._words.setText(tr("Waits for you in the window") if state.paywall is not None else "")
        self.surface.set_dimmed(dimmed=state.paywall is not None)

    def show_frame(self, frame: Frame | None) -> None:
        """Show a picture."""
        self.surface.show_frame(frame)

    def place(self, over: QWidget) -> None:
        """Show it at the lower right of the screen that the window is on."""
        screen = over.screen().availableGeometry()
        self.move(screen.right() - self.width() - _MARGIN, screen.bottom() - self.height() - _MARGIN)
        self.show()

    def resizeEvent(self, _event: object) -> None:
        self.surface.setGeometry(self.rect())
        self.surface.lower()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._dragged = event.globalPosition().toPoint() - self.frameGeometry().topLeft()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragged is not None:
            self.move(event.globalPosition().toPoint() - self._dragged)

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._dragged = None

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self.toggle_wanted.emit()
        elif event.key() in (Qt.Key.Key_P, Qt.Key.Key_Escape):
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.left.emit()
        super().closeEvent(event)
