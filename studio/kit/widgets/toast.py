"""A short sentence at the lower edge that goes away by itself."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from studio.kit.tokens import GUTTER
from studio.kit.widgets import text

_SHOWN_MS = 4000


class Toast(QFrame):
    """Floats over its host. For good news only; a problem stays until it is dealt with."""

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

    @property
    def said(self) -> str:
        """What is shown, or was shown last."""
        return self._text.text()

    def say(self, sentence: str) -> None:
        """Show a sentence for a few seconds."""
        self._text.setText(sentence)
        self.setAccessibleName(sentence)
        self.adjustSize()
        area = self._host.rect() if self._over is None else self._over.geometry()
        self.move(area.center().x() - self.width() // 2, area.bottom() - self.height() - GUTTER)
        self.show()
        self.raise_()
        self._timer.start()
