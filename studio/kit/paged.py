"""A table of very many rows: it knows how many there are, and fetches the pages that are seen."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final, TypeVar

from PySide6.QtCore import QModelIndex, QObject, QTimer, Signal

from studio.kit.table import Cell, Column, Index, TableModel

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

R = TypeVar("R")
PAGE: Final = 100
"""Rows a page, as a service gives at most at once without holding the window up."""
_KEPT: Final = 60
MOST_HERE: Final = _KEPT * PAGE
"""Rows that are kept at once."""
_WAITING: Final = Cell("…", muted=True)
_REST_MS: Final = 30


class PagedTableModel(TableModel[R]):
    """Signal: ``page_wanted(offset)`` for rows that are looked at and not here, when scrolling rests."""

    page_wanted = Signal(int)

    def __init__(self, columns: Sequence[Column[R]], parent: QObject | None = None) -> None:
        super().__init__(columns, parent)
        self._total = 0
        self._pages: OrderedDict[int, tuple[R, ...]] = OrderedDict()
        self._asked: set[int] = set()
        self._missed: int | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._ask)

    def begin(self, total: int, rows: Sequence[R] = ()) -> None:
        """Show another list, with its first page when it is here."""
        self.beginResetModel()
        self._total = total
        self._pages.clear()
        self._asked.clear()
        self._missed = None
        self.forget()
        if rows:
            self._pages[0] = tuple(rows)
        self.endResetModel()

    def put(self, offset: int, rows: Sequence[R]) -> None:
        """Take over a page that was wanted."""
        self._pages[offset // PAGE] = tuple(rows)
        self._asked.discard(offset // PAGE)
        self.forget()
        while len(self._pages) > _KEPT:
            self._pages.popitem(last=False)
        if rows:
            self.dataChanged.emit(self.index(offset, 0), self.index(offset + len(rows) - 1, self.columnCount() - 1))

    def row_at(self, row: int) -> R | None:
        """Give a row; None while it is not here."""
        page = self._pages.get(row // PAGE)
        return page[row % PAGE] if page is not None and row % PAGE < len(page) else None

    def lacking(self, rows: Iterable[int]) -> tuple[int, ...]:
        """Give the offsets of the pages that some rows are on and that are not here."""
        pages = dict.fromkeys(row // PAGE for row in rows)
        return tuple(page * PAGE for page in pages if page not in self._pages)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else self._total

    def _waiting(self, row: int) -> tuple[Cell, ...]:
        page = row // PAGE
        if page not in self._asked:
            # Of what flies by while scrolling only the last is fetched.
            self._missed = page
            self._rest.start()
        return (_WAITING,) * len(self.columns)

    def canFetchMore(self, _parent: Index) -> bool:
        return False

    def _ask(self) -> None:
        page, self._missed = self._missed, None
        if page is None:
            return
        for near in (page, page - 1, page + 1):
            if 0 <= near * PAGE < self._total and near not in self._pages and near not in self._asked:
                self._asked.add(near)
                self.page_wanted.emit(near * PAGE)
