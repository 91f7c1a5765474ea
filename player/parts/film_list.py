"""Films as a grid of cards: one view, one painting delegate, no widget a card."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetrics, QMouseEvent, QPainter, QPen, QResizeEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from player.core.timeline import price_per_minute
from player.parts.poster_art import picture
from studio.kit import theme
from studio.kit.format import duration, money_exact
from studio.kit.icons import pixmap
from studio.kit.theme import eased, scaled
from studio.kit.tokens import BODY, DARK, GUTTER, RADIUS, SMALL
from studio.kit.words import mark, tr

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from services.wire.catalogue import ItemOut

Index = QModelIndex | QPersistentModelIndex
ITEM_ROLE = int(Qt.ItemDataRole.UserRole) + 1
_LEAST_WIDTH = 220
# Lengths that hold text, at 100 %: title and the line below it, what they take with two lines of title, chips.
_LINE, _TOLD, _WORDS_HEIGHT, _CHIP = 20, 18, 76, 22
_INSET, _BAR, _MENU = 8, 3, 24
# Qt breaks a row that fills the view to its last pixel.
_SPARE = 2


def price_words(item: ItemOut) -> str:
    """The price as a chip says it."""
    rate = item.price_per_ten_seconds
    return tr("{rate} / min", rate=money_exact(price_per_minute(rate))) if rate else tr("free")


def lock_words(item: ItemOut) -> str:
    """Why a film cannot be watched now; empty when it can."""
    return tr(_LOCK_WORDS[item.lock])


_LOCK_WORDS = {"": "", "members": mark("Members only"), "tier": mark("Not in your tier")}
_KEPT_WORDS = {
    "": "",
    "waiting": mark("coming to this disk"),
    "coming": mark("coming to this disk"),
    "here": mark("on this disk"),
    "failed": mark("not all on this disk"),
}


class FilmModel(QAbstractListModel):
    """The films that are shown, and their posters."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.items: tuple[ItemOut, ...] = ()
        self.posters: Mapping[str, bytes] = {}

    def show_films(self, items: Sequence[ItemOut], posters: Mapping[str, bytes]) -> None:
        """Show these films."""
        fresh, had = tuple(items), len(self.items)
        if had and len(fresh) > had and fresh[:had] == self.items:
            self.beginInsertRows(QModelIndex(), had, len(fresh) - 1)
            self.items, self.posters = fresh, posters
            self.endInsertRows()
        elif fresh != self.items:
            self.beginResetModel()
            self.items, self.posters = fresh, posters
            self.endResetModel()
        elif posters != self.posters:
            self.posters = posters
            self.dataChanged.emit(self.index(0), self.index(len(fresh) - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.items)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if not index.isValid():
            return None
        item = self.items[index.row()]
        if role == ITEM_ROLE:
            return item
        if role == Qt.ItemDataRole.DisplayRole:
            return item.title
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            at = tr(", at {node_name}", node_name=item.node_name) if item.node_name else ""
            facts = f"{duration(item.duration_ms)}, {price_words(item)}{_lock_said(item)}"
            return tr(
                "{title}, by {creator_name}{at}, {facts}",
                title=item.title,
                creator_name=item.creator_name,
                at=at,
                facts=facts,
            )
        return None


def _lock_said(item: ItemOut) -> str:
    return f", {lock_words(item).lower()}" if item.lock else ""


class FilmDelegate(QStyledItemDelegate):
    """Paints one card: poster with length and price on it, what is owned, title, creator."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        if not isinstance(model, FilmModel):
            return
        item = model.items[index.row()]
        rect: QRect = option.rect
        rect = rect.adjusted(0, 0, -GUTTER, -GUTTER)
        state: QStyle.StateFlag = option.state
        lit = bool(state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_HasFocus))
        art = QRect(rect.left(), rect.top(), rect.width(), rect.width() * 9 // 16)
        ratio = painter.device().devicePixelRatioF()
        poster = model.posters.get(item.poster) if item.poster else None
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawPixmap(art.topLeft(), picture(item.content_id, poster, art.width(), art.height(), ratio))
        _chip(painter, art, duration(item.duration_ms), at_right=True)
        _chip(painter, art, price_words(item), at_right=False)
        if item.lock:
            _lock_mark(painter, art, lock_words(item), ratio)
        _owned_bar(painter, art, item)
        tokens = theme.active()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.colour(tokens.accent if lit else tokens.line), 2 if lit else 1))
        painter.drawRoundedRect(QRectF(art).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        view = self.parent()
        has_menu = isinstance(view, FilmList) and view.has_menu
        room = art.width() - (_MENU + 4 if has_menu else 0)
        _words(painter, QRect(art.left(), art.bottom() + 10, room, scaled(_WORDS_HEIGHT) - 10), item)
        if has_menu and isinstance(view, FilmList):
            place = view.menu_place(index).center() - QPoint(8, 8)
            painter.drawPixmap(place, pixmap("more", tokens.text, 16, ratio))
        painter.restore()

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        view = self.parent()
        return view.cell() if isinstance(view, FilmList) else QSize(_LEAST_WIDTH, _LEAST_WIDTH)


def _chip(painter: QPainter, art: QRect, words: str, *, at_right: bool) -> None:
    painter.setFont(theme.font(SMALL, QFont.Weight.DemiBold, tabular=True))
    width = QFontMetrics(painter.font()).horizontalAdvance(words) + 14
    left = art.right() - _INSET - width if at_right else art.left() + _INSET
    high = scaled(_CHIP)
    pill = QRectF(left, art.bottom() - _INSET - _BAR - high, width, high)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour(DARK.scrim, 0.82))
    painter.drawRoundedRect(pill, 6, 6)
    painter.setPen(theme.colour(DARK.text if at_right else DARK.accent))
    painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, words)


def _lock_mark(painter: QPainter, art: QRect, words: str, ratio: float) -> None:
    painter.setFont(theme.font(SMALL, QFont.Weight.DemiBold))
    high = scaled(_CHIP)
    width = QFontMetrics(painter.font()).horizontalAdvance(words) + high + 12
    pill = QRectF(art.left() + _INSET, art.top() + _INSET, width, high)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour(DARK.scrim, 0.82))
    painter.drawRoundedRect(pill, 6, 6)
    painter.drawPixmap(int(pill.left()) + 5, int(pill.top()) + 4, pixmap("lock", DARK.text, high - 8, ratio))
    painter.setPen(theme.colour(DARK.text))
    painter.drawText(pill.adjusted(high, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, words)


def _owned_bar(painter: QPainter, art: QRect, item: ItemOut) -> None:
    if not item.owned_chunks:
        return
    share = min(1.0, item.owned_chunks / max(1, item.chunk_count - item.free_chunks))
    painter.fillRect(QRectF(art.left() + 4, art.bottom() - _BAR, art.width() - 8, _BAR), theme.colour(DARK.scrim, 0.6))
    painter.fillRect(
        QRectF(art.left() + 4, art.bottom() - _BAR, (art.width() - 8) * share, _BAR), theme.colour(DARK.accent)
    )


def _words(painter: QPainter, place: QRect, item: ItemOut) -> None:
    tokens = theme.active()
    font = theme.font(BODY, QFont.Weight.DemiBold)
    painter.setPen(theme.colour(tokens.text))
    top, high = place.top(), scaled(_LINE)
    for line in _two_lines(item.title, font, place.width()):
        painter.setFont(font)
        painter.drawText(QRect(place.left(), top, place.width(), high), Qt.AlignmentFlag.AlignVCenter, line)
        top += high
    painter.setFont(theme.font(SMALL))
    painter.setPen(theme.colour(tokens.muted))
    small = QFontMetrics(painter.font())
    owned = (
        tr(" · {owned_chunks} of {chunk_count} yours", owned_chunks=item.owned_chunks, chunk_count=item.chunk_count)
        if item.owned_chunks
        else ""
    )
    owned += tr(_KEPT_WORDS[item.kept]) and f" · {tr(_KEPT_WORDS[item.kept])}"
    at = f" · {item.node_name}" if item.node_name else ""
    told = small.elidedText(f"{item.creator_name}{at}{owned}", Qt.TextElideMode.ElideRight, place.width())
    painter.drawText(QRect(place.left(), top + 2, place.width(), scaled(_TOLD)), Qt.AlignmentFlag.AlignVCenter, told)


def _two_lines(words: str, font: QFont, width: int) -> list[str]:
    layout = QTextLayout(words, font)
    layout.setTextOption(QTextOption(Qt.AlignmentFlag.AlignLeft))
    layout.beginLayout()
    first = layout.createLine()
    first.setLineWidth(width)
    layout.endLayout()
    length = first.textLength()
    if length >= len(words):
        return [words]
    rest = QFontMetrics(font).elidedText(words[length:].strip(), Qt.TextElideMode.ElideRight, width)
    return [words[:length].strip(), rest]


class FilmList(QListView):
    """The grid; as high as its rows, so that the page scrolls. Signal: ``opened(item)`` at a click or Enter."""

    opened = Signal(object)
    menu_wanted = Signal(object, QPoint)
    """item, place on the screen: the other things that can be done with a film."""

    def __init__(self, *, name: str, says: str, has_menu: bool = False) -> None:
        super().__init__()
        self.has_menu = has_menu
        self._pressed_at: QPoint | None = None
        self.setObjectName(name)
        self.setAccessibleName(says)
        self.films = FilmModel(self)
        self.setModel(self.films)
        self.setItemDelegate(FilmDelegate(self))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        for policy in (self.setHorizontalScrollBarPolicy, self.setVerticalScrollBarPolicy):
            policy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(self._on_click)
        self.activated.connect(self._open)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._ask_for_menu)

    def show_films(self, items: Sequence[ItemOut], posters: Mapping[str, bytes]) -> None:
        """Show these films."""
        self.films.show_films(items, posters)
        self._fit()

    @property
    def columns(self) -> int:
        """Cards in a row: four at 1280, never narrower than they can be read."""
        return max(1, (self.width() + GUTTER) // (eased(_LEAST_WIDTH) + GUTTER))

    def cell(self) -> QSize:
        """A card with the gutters at its right and below."""
        width = (self.width() + GUTTER - _SPARE) // self.columns
        return QSize(width, (width - GUTTER) * 9 // 16 + scaled(_WORDS_HEIGHT) + GUTTER)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
        super().resizeEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed_at = event.position().toPoint()
        super().mousePressEvent(event)

    def _fit(self) -> None:
        rows = -(-len(self.films.items) // self.columns)
        self.setGridSize(self.cell())
        # The last gutter of a row reaches beyond the view, so that cards end where the page does.
        self.setViewportMargins(0, 0, -GUTTER, 0)
        self.setFixedHeight(max(1, rows * self.cell().height()))

    def _ask_for_menu(self, place: QPoint) -> None:
        # By the keyboard's menu key the place is the view's middle: the chosen card counts then.
        index = self.indexAt(place) if self.indexAt(place).isValid() else self.currentIndex()
        item = index.data(ITEM_ROLE)
        if item is not None:
            self.menu_wanted.emit(item, self.viewport().mapToGlobal(place))

    def menu_place(self, index: Index) -> QRect:
        """Where a card's three dots are: at the right of its title."""
        card = self.visualRect(index).adjusted(0, 0, -GUTTER, 0)
        top = card.top() + card.width() * 9 // 16 + 4
        return QRect(card.right() - _MENU + 1, top, _MENU, _MENU)

    def _on_click(self, index: QModelIndex) -> None:
        dots = self.menu_place(index)
        if self.has_menu and self._pressed_at is not None and dots.contains(self._pressed_at):
            self.menu_wanted.emit(index.data(ITEM_ROLE), self.viewport().mapToGlobal(dots.bottomLeft()))
        else:
            self._open(index)

    def _open(self, index: QModelIndex) -> None:
        item = index.data(ITEM_ROLE)
        if item is not None:
            self.opened.emit(item)
