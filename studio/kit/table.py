"""Tables: a model of frozen rows, and a view that paints each row from one reading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableView,
)

from studio.kit import theme
from studio.kit.table_paint import Inks, RowPainter, badge_font
from studio.kit.tokens import BODY, ROW_HEIGHT, SMALL

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QMouseEvent, QPixmap, QResizeEvent

    from studio.kit.tokens import Tone

R = TypeVar("R")
Index = QModelIndex | QPersistentModelIndex
CELL_ROLE = int(Qt.ItemDataRole.UserRole) + 1


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell shows. With ``badge`` the text stands on the tone's ground."""

    text: str
    tone: Tone | None = None
    badge: bool = False
    muted: bool = False
    tip: str = ""
    picture: QPixmap | None = None
    """Stands before the text, at its own size."""


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """One column: its title, what it shows of a row, and how."""

    title: str
    cell: Callable[[R], Cell]
    width: int = 120
    """In pixels; 0 takes what the others leave."""
    right: bool = False
    """Amounts and counts stand at the right, in figures of one width."""
    may_hide: bool = False
    """Where there is too little room it goes before a title is cut; what it says stands on the row's own page."""
    at_need: bool = False
    """As above, but only where the table would be wider than its place: in large letters on a small window."""


_KEPT_ROWS = 512


class TableModel(QAbstractTableModel, Generic[R]):
    """Holds the rows that were fetched. Signal: ``more_wanted`` when the view reached the end and there is more."""

    more_wanted = Signal()

    def __init__(self, columns: Sequence[Column[R]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._rows: tuple[R, ...] = ()
        self._has_more = False
        # What was read of the rows that were painted last: writing sums and times costs more than painting them.
        self._read: dict[int, tuple[Cell, ...]] = {}

    @property
    def rows(self) -> tuple[R, ...]:
        """The rows that are shown."""
        return self._rows

    def row_at(self, row: int) -> R | None:
        """Give a row; None for one that is not here."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def set_rows(self, rows: Sequence[R], *, has_more: bool = False) -> None:
        """Show these rows; rows that only follow the shown ones are added without a jump."""
        fresh = tuple(rows)
        self._has_more = has_more
        self.forget()
        if fresh == self._rows:
            return
        kept = len(self._rows)
        if kept and fresh[:kept] == self._rows:
            self.beginInsertRows(QModelIndex(), kept, len(fresh) - 1)
            self._rows = fresh
            self.endInsertRows()
            return
        self.beginResetModel()
        self._rows = fresh
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as above
        return 0 if parent.isValid() else len(self.columns)

    def cells(self, row: int) -> tuple[Cell, ...]:
        """Give what all cells of a row show, from one reading."""
        found = self._read.get(row)
        if found is None:
            shown = self.row_at(row)
            found = self._waiting(row) if shown is None else tuple(column.cell(shown) for column in self.columns)
            if shown is not None:
                if len(self._read) >= _KEPT_ROWS:
                    self._read.clear()
                self._read[row] = found
        return found

    def forget(self) -> None:
        """Read the rows anew: what they show besides themselves, such as pictures or a theme's colours, changed."""
        self._read.clear()

    def _waiting(self, row: int) -> tuple[Cell, ...]:
        """Give what a row shows that is not here."""
        raise IndexError(row)

    def cell(self, index: Index) -> Cell:
        """Give what a cell shows."""
        return self.cells(index.row())[index.column()]

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if not index.isValid():
            return None
        if role == CELL_ROLE:
            return self.cell(index)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.cell(index).text
        return (self.cell(index).tip or None) if role == Qt.ItemDataRole.ToolTipRole else None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> Any:
        if orientation is Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return self.columns[section].title
            if role == Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if self.columns[section].right else Qt.AlignmentFlag.AlignLeft
                return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def canFetchMore(self, _parent: Index) -> bool:
        return self._has_more

    def fetchMore(self, _parent: Index) -> None:
        self._has_more = False
        self.more_wanted.emit()


_LEAST_WIDTH, _GOOD_WIDTH = 160, 280
"""Of a column that takes what the others leave, in pixels at 100 %: cut off below, and what a title and its picture
want."""
_MEASURED, _MOST, _HEADING_EDGES = 12, 3, 26
"""Rows that are looked at for a column's width; how far it may outgrow its own, in halves; a heading's padding."""


def _may_go(column: Column[Any], kept: int) -> bool:
    """Tell whether a column gives way so that the open ones keep a width, in pixels at 100 %."""
    return column.may_hide if kept == _GOOD_WIDTH else column.at_need


class Table(QTableView):
    """A quiet table: no grid, rows 48 high, one row selected at a time. Signal: ``opened(row)``."""

    opened = Signal(object)

    def __init__(self, model: TableModel[Any], *, name: str, says: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(says)
        self.setModel(model)
        self._inks: Inks | None = None
        self._lit_row = -1
        self._most = 0
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self._high = theme.scaled(ROW_HEIGHT)
        self.verticalHeader().setDefaultSectionSize(self._high)
        self._set_header(model)
        model.modelReset.connect(self._share)
        self.activated.connect(self._on_activated)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows that are to be painted anew."""
        model, tokens, area = self.model(), theme.active(), event.rect()
        if not isinstance(model, TableModel):
            return
        if self._inks is None or self._inks.tokens is not tokens:
            self._inks = Inks(tokens)
            model.forget()
        frame = QPainter(self.viewport())
        frame.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter, width = RowPainter(frame, self._inks), self.viewport().width()
        places = [(self.columnViewportPosition(at), self.columnWidth(at)) for at in range(len(model.columns))]
        first = self.rowAt(max(0, area.top()))
        chosen = {index.row() for index in self.selectionModel().selectedRows()}
        top, count = self.rowViewportPosition(max(first, 0)), model.rowCount()
        row = first if first >= 0 else count
        while row < count and top <= area.bottom():
            cells = model.cells(row)
            painter.row(top, width, is_lit=row == self._lit_row, is_chosen=row in chosen)
            for cell, column, (left, wide) in zip(cells, model.columns, places, strict=True):
                if not wide:
                    continue
                painter.cell(cell, left, top, wide, right=column.right)
            row, top = row + 1, top + self._high
        frame.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._light(self.rowAt(event.position().toPoint().y()))
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._light(-1)
        super().leaveEvent(event)

    def _light(self, row: int) -> None:
        if row != self._lit_row:
            self._lit_row = row
            self.viewport().update()

    def fit_rows(self, most: int = 100) -> None:
        """Be exactly as high as the rows, so that the page scrolls and not the table."""
        self._most = most
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the columns without a width what is left, at least what a few words need."""
        self._share()
        super().resizeEvent(event)
        if self._most:
            self._fit()

    def _fit(self) -> None:
        rows, header = min(self.model().rowCount(), self._most), self.horizontalHeader()
        # A table that is wider than its place is scrolled sideways, and the bar wants its height.
        bar = self.horizontalScrollBar().sizeHint().height() if header.length() > self.width() > 0 else 0
        self.setFixedHeight(header.height() + rows * self._high + bar + 2)

    @Slot()
    def _share(self) -> None:
        model, header = self.model(), self.horizontalHeader()
        if not isinstance(model, TableModel):
            return
        open_ones = [at for at, column in enumerate(model.columns) if not column.width]
        if open_ones:
            widths = {at: self._wanted(model, at) for at, column in enumerate(model.columns) if column.width}
            for kept in (_GOOD_WIDTH, _LEAST_WIDTH):
                room = self.viewport().width() - len(open_ones) * theme.scaled(kept)
                for at in [at for at in reversed(widths) if _may_go(model.columns[at], kept)]:
                    is_gone = sum(widths.values()) > room
                    header.setSectionHidden(at, is_gone)
                    if is_gone:
                        del widths[at]
            left = (self.viewport().width() - sum(widths.values())) // len(open_ones)
            for at in open_ones:
                widths[at] = max(left, theme.scaled(_LEAST_WIDTH))
            for at, wide in widths.items():
                header.resizeSection(at, wide)

    def _wanted(self, model: TableModel[Any], at: int) -> int:
        """Give a column's width in pixels: its own, or what its heading and first cells take in this language."""
        column, own = model.columns[at], theme.scaled(model.columns[at].width)
        widest = QFontMetrics(self.horizontalHeader().font()).horizontalAdvance(column.title) + _HEADING_EDGES
        plain = QFontMetrics(theme.font(BODY, tabular=column.right))
        for row in range(min(model.rowCount(), _MEASURED)):
            cell = model.cells(row)[at] if model.row_at(row) is not None else Cell("")
            if column.right or not cell.tip:
                metrics, edges = (QFontMetrics(badge_font()), 46) if cell.badge else (plain, 26)
                widest = max(widest, metrics.horizontalAdvance(cell.text) + edges)
        return max(own, min(widest, own * _MOST // 2))

    def _set_header(self, model: TableModel[Any]) -> None:
        header = self.horizontalHeader()
        header.setFont(theme.font(SMALL, QFont.Weight.Medium))
        header.setHighlightSections(False)
        header.setFixedHeight(theme.scaled(36))
        header.setMinimumSectionSize(40)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        for at, column in enumerate(model.columns):
            header.resizeSection(at, theme.scaled(column.width or _LEAST_WIDTH))

    def _on_activated(self, index: QModelIndex) -> None:
        model = self.model()
        if isinstance(model, TableModel) and (row := model.row_at(index.row())) is not None:
            self.opened.emit(row)
