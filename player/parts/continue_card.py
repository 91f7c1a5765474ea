"""The large card of the film that was begun."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from player.parts.poster_art import picture
from studio.kit.format import duration
from studio.kit.widgets import text
from studio.kit.widgets.button import primary
from studio.kit.widgets.card import Card, row
from studio.kit.widgets.progress import ProgressBar
from studio.kit.words import tr

if TYPE_CHECKING:
    from services.wire.catalogue import ItemOut

_ART = QSize(384, 216)


class _Art(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(_ART)
        self._content_id = ""
        self._poster: bytes | None = None

    def show_film(self, content_id: str, poster: bytes | None) -> None:
        self._content_id, self._poster = content_id, poster
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        painter.drawPixmap(0, 0, picture(self._content_id, self._poster, _ART.width(), _ART.height(), ratio))
        painter.end()


class ContinueCard(Card):
    """Signal: ``opened(item)``."""

    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__(tr("Go on watching"), padding=20)
        self.setObjectName("continue.card")
        self._item: ItemOut | None = None
        self._art = _Art()
        self._title = text.heading()
        self._title.setWordWrap(True)
        self._by = text.muted()
        self._progress = ProgressBar()
        self._where = text.caption()
        self._go = primary(tr("Continue"), name="continue.open", icon="play")
        self._go.clicked.connect(self._open)
        words = QVBoxLayout()
        words.setSpacing(8)
        words.addWidget(self._title)
        words.addWidget(self._by)
        words.addStretch(1)
        words.addWidget(self._where)
        words.addWidget(self._progress)
        words.addSpacing(8)
        buttons = row(self._go)
        buttons.addStretch(1)
        words.addLayout(buttons)
        line = row(self._art, spacing=24)
        line.addLayout(words, 1)
        self.body.addLayout(line)

    def show_film(self, item: ItemOut, poster: bytes | None) -> None:
        """Show where a film was left."""
        self._item = item
        self._art.show_film(item.content_id, poster)
        self._title.setText(item.title)
        self._by.setText(item.creator_name)
        owned = (
            tr(
                " · {owned_chunks} of {chunk_count} parts yours",
                owned_chunks=item.owned_chunks,
                chunk_count=item.chunk_count,
            )
            if item.owned_chunks
            else ""
        )
        self._where.setText(
            tr(
                "{position_ms} of {duration_ms}{owned}",
                position_ms=duration(item.position_ms),
                duration_ms=duration(item.duration_ms),
                owned=owned,
            )
        )
        self._progress.show_progress(item.position_ms, item.duration_ms)

    def _open(self) -> None:
        if self._item is not None:
            self.opened.emit(self._item)
