"""A short sentence at the lower edge that goes away by itself."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from studio.kit.tokens import GUTTER
from studio.kit.widgets import text

_SHOWN_MS = 4000


class Toast(QFrame):
    """Floats over its host and goes with its edge. For good news only; a problem stays until it is dealt with."""

    def __init__(self, host: QWidget, over: QWidget | None = None) -> None:
        """over: a child of the host at whose lower edge it stands, instead of the host's own."""
        super().__init__(host)
        self._host, self._over = host, over
        self.setProperty("kit", "toast")
        self.setObjectName("toast")
        self._text = text.Text()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 10, 16, 10)
        layout.addWidget(self._text)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SHOWN_MS)
        self._timer.timeout.connect(self.hide)
        self.hide()
        (over or host).installEventFilter(self)

    @property
    def said(self) -> str:
        """What is shown, or was shown last."""
        return self._text.text()

    def say(self, sentence: str) -> None:
        """Show a sentence for a few seconds."""
        self._text.setText(sentence)
        self.setAccessibleName(sentence)
        self._place()
        self.show()
        self.raise_()
        self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move) and not self.isHidden():
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        """Stand in the middle of the lower edge; a sentence longer than that breaks."""
        area = self._host.rect() if self._over is None else self._over.geometry()
        room = area.width() - 2 * GUTTER
        wide = min(self.sizeHint().width(), room)
        self.resize(wide, max(self.sizeHint().height(), self.heightForWidth(wide)))
        self.move(area.center().x() - self.width() // 2, area.bottom() - self.height() - GUTTER)
