"""A box to choose a node by its name; the one on this computer comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QComboBox

from studio.kit import theme
from studio.kit.node_words import HERE

if TYPE_CHECKING:
    from services.wire.nodes import NodeOut


class NodeChoice(QComboBox):
    """Signal: ``picked(address)`` when a person chooses; empty for this computer."""

    picked = Signal(str)

    def __init__(self, *, name: str, says: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(says)
        self.view().setAccessibleName(says)
        self._shown: tuple[tuple[str, str], ...] = ()
        self.activated.connect(lambda at: self.picked.emit(self.itemData(at)))

    @property
    def address(self) -> str:
        """What is chosen."""
        return str(self.currentData() or "")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the box, and the arrow that says that it opens."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour(theme.active().muted), 1.5))
        x, y = self.width() - 20, self.height() // 2 - 2
        painter.drawPolyline([QPoint(x, y), QPoint(x + 4, y + 4), QPoint(x + 8, y)])
        painter.end()

    def show_nodes(self, nodes: tuple[NodeOut, ...], chosen: str, *, without: str | None = None) -> None:
        """Offer this computer and the nodes, less one place; what is not offered any more is not chosen either."""
        wanted = tuple(one for one in (("", HERE), *((n.address, n.name) for n in nodes)) if one[0] != without)
        if wanted != self._shown:
            self._shown = wanted
            self.clear()
            for address, name in wanted:
                self.addItem(name, address)
        self.setCurrentIndex(max(0, self.findData(chosen)))
