"""Small pictures of films for tables: painted when they are here, fetched when they are looked at."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPixmap

from studio.kit import theme
from studio.kit.view_model import ViewModel

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from services.client import DeskClient
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem

WIDE, HIGH = 64, 36
"""In pixels at 100 %; sixteen by nine, with room in a row."""
_KEPT: Final = 400
_AT_ONCE: Final = 4
_REST_MS: Final = 30
_CORNER = 4


@dataclass(frozen=True, slots=True)
class ShelfState:
    """fetched: how many came so far; whoever shows pictures paints again when it changes."""

    fetched: int = 0


class PictureShelf(ViewModel[ShelfState]):
    """Keeps the pictures that were looked at last; one that cannot be had stays an empty frame."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, ShelfState())
        self._kept: OrderedDict[str, QPixmap] = OrderedDict()
        self._wanted: OrderedDict[str, None] = OrderedDict()
        self._under_way: set[str] = set()
        self._empty: tuple[str, QPixmap] | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._fetch_wanted)

    def of(self, cid: str | None) -> QPixmap:
        """Give a picture by its CID, an empty frame while it is not here. Cheap: called for each painted row."""
        if not cid:
            return self._frame()
        found = self._kept.get(cid)
        if found is not None:
            self._kept.move_to_end(cid)
            return found
        if cid not in self._under_way and cid not in self._wanted:
            self._wanted[cid] = None
            while len(self._wanted) > _KEPT:
                self._wanted.popitem(last=False)
            self._rest.start()
        return self._frame()

    def _frame(self) -> QPixmap:
        name = theme.active().name
        if self._empty is None or self._empty[0] != name:
            self._empty = (name, _drawn(None))
        return self._empty[1]

    def _fetch_wanted(self) -> None:
        # What was looked at last is what is seen now.
        while self._wanted and len(self._under_way) < _AT_ONCE:
            cid, _ = self._wanted.popitem(last=True)
            self._under_way.add(cid)
            self._act(partial(_blob, cid), partial(self._on_picture, cid), partial(self._on_none, cid))

    def _on_picture(self, cid: str, data: bytes) -> None:
        self._under_way.discard(cid)
        self._keep(cid, _drawn(QImage.fromData(data)))

    def _on_none(self, cid: str, _problem: Problem) -> None:
        self._under_way.discard(cid)
        self._keep(cid, self._frame())

    def _keep(self, cid: str, picture: QPixmap) -> None:
        self._kept[cid] = picture
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        self._set(fetched=self.state.fetched + 1)
        self._fetch_wanted()


def _blob(cid: str, desk: DeskClient) -> Awaitable[bytes]:
    return desk.catalogue.blob(cid)


def _drawn(image: QImage | None) -> QPixmap:
    """Draw a picture into the frame, with round corners and twice the pixels for dense screens."""
    wide, high = theme.scaled(WIDE), theme.scaled(HIGH)
    made = QPixmap(wide * 2, high * 2)
    made.setDevicePixelRatio(2)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    shape = QPainterPath()
    shape.addRoundedRect(QRectF(0, 0, wide, high), _CORNER, _CORNER)
    painter.setClipPath(shape)
    painter.fillRect(0, 0, wide, high, theme.colour(theme.active().raised))
    if image is not None and not image.isNull():
        whole = image.size().scaled(wide, high, Qt.AspectRatioMode.KeepAspectRatioByExpanding)
        place = QRectF(0, 0, whole.width(), whole.height())
        place.moveCenter(QRectF(0, 0, wide, high).center())
        painter.drawImage(place, image)
    painter.end()
    return made
