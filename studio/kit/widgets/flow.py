"""Rows that break: on a narrow window, or with large text, what has no room goes to the next line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QHBoxLayout, QLayout, QLayoutItem, QWidget

from studio.kit.theme import scaled
from studio.kit.tokens import GUTTER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QResizeEvent

_Line = list[tuple[QLayoutItem, QSize]]


class Flow(QLayout):
    """Widgets side by side at their own width; the ones without room stand below.

    apart: the last one stands at the right end of its line, as a page's buttons do beside its title.
    """

    def __init__(self, *widgets: QWidget, spacing: int = 8, apart: bool = False) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        # Asked for many times while a page is laid out; what was found holds until something in it changes.
        self._found: dict[int, list[_Line]] = {}
        self._apart = apart
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(spacing)
        for widget in widgets:
            self.addWidget(widget)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, at: int) -> QLayoutItem | None:
        return self._items[at] if 0 <= at < len(self._items) else None

    def takeAt(self, at: int) -> QLayoutItem | None:
        return self._items.pop(at) if 0 <= at < len(self._items) else None

    def invalidate(self) -> None:
        self._found.clear()
        super().invalidate()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        margins = self.contentsMargins()
        lines = self._lines(width - margins.left() - margins.right())
        high = sum(_height(line) for line in lines) + self.spacing() * max(0, len(lines) - 1)
        return high + margins.top() + margins.bottom()

    def sizeHint(self) -> QSize:
        """All in one line, as long as there is room."""
        sizes = [item.sizeHint() for item in self._items if not item.isEmpty()]
        width = sum(size.width() for size in sizes) + self.spacing() * max(0, len(sizes) - 1)
        return self._padded(QSize(width, max((size.height() for size in sizes), default=0)))

    def minimumSize(self) -> QSize:
        """The widest one by itself."""
        sizes = [item.minimumSize() for item in self._items if not item.isEmpty()]
        return self._padded(
            QSize(max((size.width() for size in sizes), default=0), max((size.height() for size in sizes), default=0))
        )

    def setGeometry(self, area: QRect) -> None:
        super().setGeometry(area)
        inner = area.marginsRemoved(self.contentsMargins())
        top, last = inner.top(), self._last()
        for line in self._lines(inner.width()):
            left, high = inner.left(), _height(line)
            for item, size in line:
                if self._apart and item is last and self._has_several():
                    left = max(left, inner.right() + 1 - size.width())
                item.setGeometry(QRect(QPoint(left, top + (high - size.height()) // 2), size))
                left += size.width() + self.spacing()
            top += high + self.spacing()

    def _padded(self, size: QSize) -> QSize:
        return size.grownBy(self.contentsMargins())

    def _last(self) -> QLayoutItem | None:
        return next((item for item in reversed(self._items) if not item.isEmpty()), None)

    def _has_several(self) -> bool:
        return sum(not item.isEmpty() for item in self._items) > 1

    def _lines(self, width: int) -> list[_Line]:
        found = self._found.get(width)
        if found is None:
            found = self._found[width] = self._broken(width)
        return found

    def _broken(self, width: int) -> list[_Line]:
        lines: list[_Line] = [[]]
        used = 0
        for item in self._items:
            if item.isEmpty():
                continue
            size = _fitted(item, width)
            if lines[-1] and used + size.width() > width:
                lines.append([])
                used = 0
            lines[-1].append((item, size))
            used += size.width() + self.spacing()
        return lines if lines[-1] else []


def _height(line: _Line) -> int:
    return max(size.height() for _, size in line)


def _fitted(item: QLayoutItem, width: int) -> QSize:
    """Give an item its own size, at most the whole width."""
    size = item.sizeHint().expandedTo(item.minimumSize()).boundedTo(item.maximumSize())
    if size.width() <= width:
        return size
    narrow = max(width, item.minimumSize().width())
    return QSize(narrow, item.heightForWidth(narrow) if item.hasHeightForWidth() else size.height())


class Columns(QWidget):
    """Widgets beside each other in shares of the width, or fewer in a row when one of them would be too narrow.

    least: of one share, in pixels at 100 %. With three or more in a row all stand in lines of equal length where that
    is possible: four tiles become two and two, never three and one.
    """

    def __init__(self, *widgets: QWidget, shares: Sequence[int] = (), least: int = 200, spacing: int = GUTTER) -> None:
        super().__init__()
        self._widgets = widgets
        self._shares = tuple(shares) or (1,) * len(widgets)
        self._least, self._spacing = least, spacing
        self._per_row = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(spacing)
        self._place(len(widgets))

    @property
    def per_row(self) -> int:
        """How many stand side by side."""
        return self._per_row

    def minimumSizeHint(self) -> QSize:
        """The narrowest is one below the other: a row of many must not hold the page wide."""
        high = self._grid.minimumSize().height()
        return QSize(max(widget.minimumSizeHint().width() for widget in self._widgets), high)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place(self._fitting(event.size().width()))

    def _fitting(self, width: int) -> int:
        count = len(self._widgets)
        needed = sum(self._shares) * scaled(self._least) + (count - 1) * self._spacing
        if width >= needed:
            return count
        room = max(1, (width + self._spacing) // (scaled(self._least) + self._spacing))
        return max(per for per in range(1, min(room, count - 1) + 1) if count % per == 0)

    def _place(self, per_row: int) -> None:
        if per_row == self._per_row:
            return
        self._per_row = per_row
        for at in range(max(self._grid.columnCount(), len(self._widgets))):
            self._grid.setColumnStretch(at, 0)
        for at, widget in enumerate(self._widgets):
            self._grid.addWidget(widget, at // per_row, at % per_row)
        for at in range(per_row):
            self._grid.setColumnStretch(at, self._shares[at] if per_row == len(self._widgets) else 1)
        self.updateGeometry()


class Beside(QWidget):
    """Words, and at their right what can be done about them; below them, where both have no room in a line.

    least: what both need side by side, in pixels at 100 %.
    """

    def __init__(self, words: QLayout | QWidget, *ends: QWidget, least: int = 500, spacing: int = 12) -> None:
        super().__init__()
        self._least = least
        self._is_stacked = False
        self._parts = QHBoxLayout(self)
        self._parts.setContentsMargins(0, 0, 0, 0)
        self._parts.setSpacing(spacing)
        if isinstance(words, QWidget):
            self._parts.addWidget(words, 1)
        else:
            self._parts.addLayout(words, 1)
        self._ends = QHBoxLayout()
        self._ends.setSpacing(spacing)
        for end in ends:
            self._ends.addWidget(end)
        self._parts.addLayout(self._ends)

    def add_end(self, end: QWidget) -> None:
        """Put one more thing that can be done behind the others."""
        self._ends.insertWidget(self._ends.count() - self._is_stacked, end)

    @property
    def is_stacked(self) -> bool:
        """Whether what can be done stands below."""
        return self._is_stacked

    def resizeEvent(self, event: QResizeEvent) -> None:
        is_narrow = event.size().width() < scaled(self._least)
        if is_narrow != self._is_stacked:
            self._is_stacked = is_narrow
            ways = QBoxLayout.Direction
            self._parts.setDirection(ways.TopToBottom if is_narrow else ways.LeftToRight)
            if is_narrow:
                self._ends.addStretch(1)
            else:
                self._ends.takeAt(self._ends.count() - 1)
        super().resizeEvent(event)
