"""The picture of a film with the ways to another: a moment of the film, or a picture file."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QWidget

from studio.kit import theme
from studio.kit.format import duration
from studio.kit.problems import advice
from studio.kit.tokens import RADIUS
from studio.kit.widgets import text
from studio.kit.widgets.button import secondary
from studio.kit.widgets.card import Card, column, row
from studio.kit.widgets.flow import Flow
from studio.kit.widgets.poster import Poster
from studio.kit.words import tr

if TYPE_CHECKING:
    from studio.kit.thumbnails import Moment, ThumbnailState

_MOMENT = QSize(128, 72)
_WIDE, _HIGH = 208, 117


class MomentButton(QAbstractButton):
    """A picture to click, or to press with Enter or Space; without a picture it waits."""

    def __init__(self, data: bytes | None, *, name: str, says: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(says)
        self.setFixedSize(theme.scaled(_MOMENT.width()), theme.scaled(_MOMENT.height()))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setEnabled(data is not None)
        self._image = None if data is None else QImage.fromData(data)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens, frame = theme.active(), QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        shape = QPainterPath()
        shape.addRoundedRect(frame, RADIUS, RADIUS)
        painter.setClipPath(shape)
        painter.fillRect(self.rect(), theme.colour(tokens.raised))
        if self._image is not None and not self._image.isNull():
            whole = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatioByExpanding)
            place = QRectF(0, 0, whole.width(), whole.height())
            place.moveCenter(frame.center())
            painter.drawImage(place, self._image)
        painter.setClipping(False)
        is_lit = self.hasFocus() or self.underMouse()
        painter.setPen(QPen(theme.colour(tokens.accent if is_lit else tokens.line), 2 if is_lit else 1))
        painter.drawPath(shape)
        painter.end()


class ThumbnailPicker(Card):
    """Signals: ``moments_wanted``, ``moment_chosen(at_ms)``, ``file_chosen(path)``. Hidden while there is no film."""

    moments_wanted = Signal()
    moment_chosen = Signal(int)
    file_chosen = Signal(str)

    def __init__(self, *, name: str, note: str = "") -> None:
        super().__init__(tr("Picture"))
        self.setObjectName(name)
        self._name = name
        self._dialog: QFileDialog | None = None
        self._poster = Poster(_WIDE, _HIGH)
        self._from_film = secondary(tr("From the film"), name=f"{name}.film", icon="film")
        self._from_film.clicked.connect(self.moments_wanted)
        self._from_file = secondary(tr("From a file"), name=f"{name}.file", icon="upload")
        self._from_file.clicked.connect(self._ask)
        self._note = text.caption(note, wrap=True)
        if not note:
            self._note.hide()  # shown by itself it would be a window
        side = column(self._note, spacing=8)
        side.insertLayout(0, Flow(self._from_film, self._from_file))
        side.addStretch(1)
        line = row(self._poster, spacing=16)
        line.addLayout(side, 1)
        self.body.addLayout(line)
        self._strip = QWidget()
        self._moments = Flow(spacing=8)
        self._strip.setLayout(self._moments)
        self.body.addWidget(self._strip)
        self._problem = text.Text(ink="bad", wrap=True)
        self.body.addWidget(self._problem)
        self._shown: tuple[Moment, ...] | None = None
        self.hide()

    def show_state(self, state: ThumbnailState) -> None:
        """Show the picture, and the moments to choose from."""
        self.setVisible(bool(state.upload))
        self._poster.show_picture(state.picture)
        self._from_film.setEnabled(not state.busy and not state.moments)
        self._from_file.setEnabled(not state.busy)
        self._problem.setVisible(state.problem is not None)
        self._problem.setText("" if state.problem is None else advice(state.problem).sentence)
        self._strip.setVisible(bool(state.moments))
        if state.moments != self._shown:
            self._shown = state.moments
            self._lay_out(state.moments)

    def _lay_out(self, moments: tuple[Moment, ...]) -> None:
        while (item := self._moments.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for moment in moments:
            says = tr("The picture at {moment}", moment=duration(moment.at_ms))
            button = MomentButton(moment.picture, name=f"{self._name}.moment", says=says)
            button.setToolTip(duration(moment.at_ms))
            button.clicked.connect(partial(self.moment_chosen.emit, moment.at_ms))
            self._moments.addWidget(button)

    def _ask(self) -> None:
        if self._dialog is None:
            self._dialog = QFileDialog(self, tr("Choose a picture"), "", "JPEG, PNG (*.jpg *.jpeg *.png)")
            self._dialog.setObjectName(f"{self._name}.dialog")
            self._dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
            self._dialog.fileSelected.connect(self.file_chosen)
        self._dialog.open()
