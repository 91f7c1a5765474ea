"""Tables: a paged model of frozen rows, and a delegate that paints a row from one reading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from studio.kit import theme
from studio.kit.tokens import BODY, ROW_HEIGHT, SMALL

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """One column: its title, what it shows of a row, and how."""

    title: str
    cell: Callable[[R], Cell]
    width: int = 120
    """In pixels; 0 takes what the others leave."""
    right: bool = False
    """Amounts and counts stand at the right, in figures of one width."""


class TableModel(QAbstractTableModel, Generic[R]):
    """Holds the rows that were fetched. Signal: ``more_wanted`` when the view reached the end and there is more."""

    more_wanted = Signal()

    def __init__(self, columns: Sequence[Column[R]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._rows: tuple[R, ...] = ()
        self._has_more = False

    @property
    def rows(self) -> tuple[R, ...]:
        """The rows that are shown."""
        return self._rows

    def set_rows(self, rows: Sequence[R], *, has_more: bool = False) -> None:
        """Show these rows; rows that only follow the shown ones are added without a jump."""
        fresh = tuple(rows)
        self._has_more = has_more
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

    def cell(self, index: Index) -> Cell:
        """Give what a cell shows."""
        return self.columns[index.column()].cell(self._rows[index.row()])

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


class CellDelegate(QStyledItemDelegate):
    """Paints a cell from its one reading, with a hairline under the row."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        if not isinstance(model, TableModel):
            return
        tokens, cell, column = theme.active(), model.cell(index), model.columns[index.column()]
        painter.save()
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        if state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.fillRect(rect, theme.colour(tokens.hover, 0.6))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme.colour(tokens.line))
        inner = rect.adjusted(12, 0, -12, 0)
        side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
        if cell.badge:
            inner = self._badge(painter, inner, cell, right=column.right)
            side = Qt.AlignmentFlag.AlignHCenter
        else:
            painter.setFont(theme.font(BODY, tabular=column.right))
            painter.setPen(theme.colour(_ink(cell)))
        metrics = QFontMetrics(painter.font())
        words = metrics.elidedText(cell.text, Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, side | Qt.AlignmentFlag.AlignVCenter, words)
        painter.restore()

    @staticmethod
    def _badge(painter: QPainter, inner: QRect, cell: Cell, *, right: bool) -> QRect:
        tokens, tone = theme.active(), cell.tone or "neutral"
        painter.setFont(theme.font(SMALL, QFont.Weight.DemiBold))
        width = QFontMetrics(painter.font()).horizontalAdvance(cell.text) + 20
        left = inner.right() - width if right else inner.left()
        pill = QRect(left, inner.center().y() - 10, min(width, inner.width()), 22)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(tokens.soft(tone)))
        painter.drawRoundedRect(QRectF(pill), 11, 11)
        painter.setPen(theme.colour(tokens.tone(tone)))
        return pill


def _ink(cell: Cell) -> str:
    tokens = theme.active()
    if cell.tone is not None:
        return tokens.tone(cell.tone)
    return tokens.muted if cell.muted else tokens.text


class Table(QTableView):
    """A quiet table: no grid, rows 48 high, one row selected at a time. Signal: ``opened(row)``."""

    opened = Signal(object)

    def __init__(self, model: TableModel[Any], *, name: str, says: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(says)
        self.setModel(model)
        self._delegate = CellDelegate(self)
        self.setItemDelegate(self._delegate)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self._set_header(model)
        self.activated.connect(self._on_activated)

    def fit_rows(self, most: int = 100) -> None:
        """Be exactly as high as the rows, so that the page scrolls and not the table."""
        rows = min(self.model().rowCount(), most)
        self.setFixedHeight(self.horizontalHeader().height() + rows * ROW_HEIGHT + 2)

    def _set_header(self, model: TableModel[Any]) -> None:
        header = self.horizontalHeader()
        header.setFont(theme.font(SMALL, QFont.Weight.Medium))
        header.setHighlightSections(False)
        header.setFixedHeight(36)
        header.setMinimumSectionSize(40)
        for at, column in enumerate(model.columns):
            mode = QHeaderView.ResizeMode.Fixed if column.width else QHeaderView.ResizeMode.Stretch
            header.setSectionResizeMode(at, mode)
            if column.width:
                header.resizeSection(at, column.width)

    def _on_activated(self, index: QModelIndex) -> None:
        model = self.model()
        if isinstance(model, TableModel):
            self.opened.emit(model.rows[index.row()])
