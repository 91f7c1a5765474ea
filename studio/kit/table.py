"""Tables: a model of frozen rows, and a view that paints each row from one reading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QStaticText
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableView,
)

from studio.kit import theme
from studio.kit.tokens import BODY, ROW_HEIGHT, SMALL

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QMouseEvent, QPixmap, QResizeEvent

    from studio.kit.tokens import Tokens, Tone

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

    def row_at(self, row: int) -> R | None:
        """Give a row; None for one that is not here."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

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

    def cells(self, row: int) -> tuple[Cell, ...]:
        """Give what all cells of a row show, from one reading."""
        shown = self._rows[row]
        return tuple(column.cell(shown) for column in self.columns)

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


_KEPT_TEXTS, _MARK = 4096, 3
# No letter of the interface is wider, in parts of the mean one: what fits by this need not be measured.
_WIDEST = 1.7
_LEAST_WIDTH, _GOOD_WIDTH = 160, 280
"""Of a column that takes what the others leave, in pixels at 100 %: cut off below, and what a title and its picture
want."""


class _LaidOut(NamedTuple):
    """A text that needs only be drawn, and its size in pixels."""

    text: QStaticText
    width: int
    height: int


class _Inks:
    """Fonts and colours of one theme, made once: a scrolled frame paints a hundred cells."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.lit, self.line = theme.colour(tokens.hover, 0.6), theme.colour(tokens.line)
        self.plain, self.tabular, self.badge = theme.font(BODY), theme.font(BODY, tabular=True), _badge_font()
        self._widths = {font: QFontMetrics(getattr(self, font)) for font in ("plain", "tabular", "badge")}
        self._mean = {font: metrics.averageCharWidth() * _WIDEST for font, metrics in self._widths.items()}
        self._colours: dict[str, QColor] = {}
        self._laid_out: dict[tuple[str, str, int], _LaidOut] = {}
        self.high, self.pill = theme.scaled(ROW_HEIGHT), theme.scaled(22)

    def colour(self, value: str) -> QColor:
        """Give a colour by its token's value."""
        found = self._colours.get(value)
        if found is None:
            found = self._colours[value] = theme.colour(value)
        return found

    def laid_out(self, text: str, font: str, width: int) -> _LaidOut:
        """Give a text as it is drawn, shortened to a width; laid out once: a scrolled frame shows most of it again."""
        found = self._laid_out.get((text, font, width))
        if found is None:
            if len(self._laid_out) > _KEPT_TEXTS:
                self._laid_out.clear()
            found = self._laid_out[text, font, width] = self._lay_out(text, font, width)
        return found

    def _lay_out(self, text: str, font: str, width: int) -> _LaidOut:
        fits = len(text) * self._mean[font] <= width
        shown = text if fits else self._widths[font].elidedText(text, Qt.TextElideMode.ElideRight, width)
        made = QStaticText(shown)
        made.setTextFormat(Qt.TextFormat.PlainText)
        made.prepare(font=getattr(self, font))
        size = made.size()
        return _LaidOut(made, round(size.width()), round(size.height()))


def _badge_font() -> QFont:
    return theme.font(SMALL, QFont.Weight.DemiBold)


class _RowPainter:
    """Paints cells from their one reading each, with a hairline under the row.

    One painter for a whole frame: a delegate is asked for each cell, which from Python costs more than the painting.
    """

    def __init__(self, painter: QPainter, inks: _Inks) -> None:
        self._painter, self._inks = painter, inks

    def row(self, top: int, width: int, *, is_lit: bool, is_chosen: bool) -> None:
        """Paint a row's ground and its hairline, and at the left the mark of one that is chosen."""
        if is_lit or is_chosen:
            self._painter.fillRect(0, top, width, self._inks.high, self._inks.lit)
        if is_chosen:
            self._painter.fillRect(0, top, _MARK, self._inks.high - 1, self._inks.colour(self._inks.tokens.accent))
        self._painter.fillRect(0, top + self._inks.high - 1, width, 1, self._inks.line)

    def cell(self, cell: Cell, left: int, top: int, width: int, *, right: bool) -> None:
        """Paint what a cell shows."""
        painter, inks = self._painter, self._inks
        if cell.badge:
            self._badge(cell, QRect(left + 12, top, width - 24, self._inks.high), right=right)
            return
        if cell.picture is not None:
            size = cell.picture.deviceIndependentSize()
            high, wide = round(size.height()), round(size.width())
            painter.drawPixmap(left + 12, top + (inks.high - high) // 2, cell.picture)
            left, width = left + wide + 12, width - wide - 12
        if not cell.text:
            return
        painter.setFont(inks.tabular if right else inks.plain)
        painter.setPen(inks.colour(_ink(cell, inks.tokens)))
        words = inks.laid_out(cell.text, "tabular" if right else "plain", width - 24)
        start = left + width - 12 - words.width if right else left + 12
        painter.drawStaticText(start, top + (inks.high - words.height) // 2, words.text)

    def _badge(self, cell: Cell, inner: QRect, *, right: bool) -> None:
        painter, inks, tone = self._painter, self._inks, cell.tone or "neutral"
        words = inks.laid_out(cell.text, "badge", inner.width() - 20)
        width = min(words.width + 20, inner.width())
        left = inner.right() - width if right else inner.left()
        pill = QRect(left, inner.center().y() - inks.pill // 2 + 1, width, inks.pill)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(inks.colour(inks.tokens.soft(tone)))
        painter.drawRoundedRect(pill, inks.pill / 2, inks.pill / 2)
        painter.setFont(inks.badge)
        painter.setPen(inks.colour(inks.tokens.tone(tone)))
        painter.drawStaticText(left + 10, pill.top() + (inks.pill - words.height) // 2, words.text)


def _ink(cell: Cell, tokens: Tokens) -> str:
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
        self._inks: _Inks | None = None
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
        self.activated.connect(self._on_activated)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows that are to be painted anew."""
        model, tokens, area = self.model(), theme.active(), event.rect()
        if not isinstance(model, TableModel):
            return
        if self._inks is None or self._inks.tokens is not tokens:
            self._inks = _Inks(tokens)
        frame = QPainter(self.viewport())
        frame.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter, width = _RowPainter(frame, self._inks), self.viewport().width()
        places = [(self.columnViewportPosition(at), self.columnWidth(at)) for at in range(len(model.columns))]
        first = self.rowAt(max(0, area.top()))
        chosen = {index.row() for index in self.selectionModel().selectedRows()}
        top, count = self.rowViewportPosition(max(first, 0)), model.rowCount()
        row = first if first >= 0 else count
        while row < count and top <= area.bottom():
            cells = model.cells(row)
            painter.row(top, width, is_lit=row == self._lit_row, is_chosen=row in chosen)
            for cell, column, (left, wide) in zip(cells, model.columns, places, strict=True):
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

    def _share(self) -> None:
        model, header = self.model(), self.horizontalHeader()
        if not isinstance(model, TableModel):
            return
        open_ones = [at for at, column in enumerate(model.columns) if not column.width]
        if open_ones:
            widths = {at: theme.scaled(column.width) for at, column in enumerate(model.columns) if column.width}
            room = self.viewport().width() - len(open_ones) * theme.scaled(_GOOD_WIDTH)
            for at in [at for at in reversed(widths) if model.columns[at].may_hide]:
                is_gone = sum(widths.values()) > room
                header.setSectionHidden(at, is_gone)
                if is_gone:
                    del widths[at]
            left = (self.viewport().width() - sum(widths.values())) // len(open_ones)
            for at in open_ones:
                header.resizeSection(at, max(left, theme.scaled(_LEAST_WIDTH)))

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
