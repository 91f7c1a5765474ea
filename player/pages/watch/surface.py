"""Paints the film: the whole picture, upright films over a blurred copy of it, dimmed under a card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from studio.kit import theme
from studio.kit.tokens import DARK
from studio.kit.words import tr

if TYPE_CHECKING:
    from player.vlc.frames import Frame

_DIM = 0.62
_BACKDROP = QSize(32, 18)
# With narrower pictures than this share of the width, the sides show a blurred copy instead of black.
_NARROW = 0.8


class VideoSurface(QWidget):
    """Shows the latest frame, or a still picture before the first."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("watch.video")
        self.setAccessibleName(tr("Video"))
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self._frame: Frame | None = None
        self._image: QImage | None = None
        self._still: QImage | None = None
        self._dimmed = False

    @property
    def has_frame(self) -> bool:
        """Whether a picture of the film was shown."""
        return self._frame is not None

    def show_frame(self, frame: Frame | None) -> None:
        """Show a frame; None goes back to the still picture."""
        # The image points into the frame's memory, so both are kept until the next one.
        self._frame = frame
        self._image = None
        if frame is not None:
            self._image = QImage(frame.pixels, frame.width, frame.height, frame.pitch, QImage.Format.Format_RGB32)
        self.update()

    def show_still(self, data: bytes | None) -> None:
        """Set the picture before the first frame, encoded."""
        self._still = QImage.fromData(data) if data else None
        self.update()

    def set_dimmed(self, *, dimmed: bool) -> None:
        """Step the picture back behind a card."""
        if dimmed != self._dimmed:
            self._dimmed = dimmed
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour(DARK.scrim))
        image = self._image or self._still
        if image is not None and not image.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            place = self._place(image)
            if place.width() < self.width() * _NARROW:
                small = image.scaled(
                    _BACKDROP, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
                )
                painter.drawImage(QRectF(self.rect()), small)
                painter.fillRect(self.rect(), theme.colour(DARK.scrim, _DIM))
            painter.drawImage(place, image)
        if self._dimmed:
            painter.fillRect(self.rect(), theme.colour(DARK.scrim, _DIM))
        painter.end()

    def _place(self, image: QImage) -> QRect:
        size = image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect(0, 0, size.width(), size.height())
        place.moveCenter(self.rect().center())
        return place
