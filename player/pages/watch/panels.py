"""Lists that lie on the picture: the figures of the sitting, and what the keys do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from player.core.figures import middle, slowest
from player.core.speed import speed_words
from player.core.timeline import Access
from player.pages.watch.keys import HELP
from services.units.money import ZERO, total
from studio.kit import theme
from studio.kit.format import DASH, duration, money_exact
from studio.kit.tokens import DARK, RADIUS, SMALL
from studio.kit.words import tr, tr_count

if TYPE_CHECKING:
    from player.pages.watch.state import WatchState

Lines = tuple[tuple[str, str], ...]
_LEAST_ROW, _PAD, _GAP = 20, 14, 20


class OverlayLines(QWidget):
    """Names and values in two columns, on a ground that lets the picture through. The pointer passes it by."""

    def __init__(self, name: str, title: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._title = title
        self._lines: Lines = ()
        self._covered = False
        self.hide()

    def set_covered(self, *, covered: bool) -> None:
        """Hide while something else takes the place."""
        self._covered = covered
        self.setVisible(bool(self._lines) and not covered)

    def show_lines(self, lines: Lines) -> None:
        """Show these, or hide for none."""
        self.setVisible(bool(lines) and not self._covered)
        if lines != self._lines:
            self._lines = lines
            self.setAccessibleName(f"{self._title}: " + ", ".join(f"{name} {value}" for name, value in lines))
            self.resize(self.sizeHint())
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(2 * _PAD + self._names() + _GAP + self._values(), 2 * _PAD + _row() * (len(self._lines) + 1))

    def _names(self) -> int:
        return max((QFontMetrics(theme.font(SMALL)).horizontalAdvance(name) for name, _ in self._lines), default=0)

    def _values(self) -> int:
        metrics = QFontMetrics(theme.font(SMALL, QFont.Weight.Medium, tabular=True))
        return max((metrics.horizontalAdvance(value) for _, value in self._lines), default=0) + 8

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.colour(DARK.line))
        painter.setBrush(theme.colour(DARK.scrim, 0.86))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        vertical = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(theme.colour(DARK.text))
        painter.setFont(theme.font(SMALL, QFont.Weight.DemiBold))
        high = _row()
        painter.drawText(QRectF(_PAD, _PAD - 4, self.width(), high), vertical, self._title)
        second = _PAD + self._names() + _GAP
        for at, (name, value) in enumerate(self._lines, start=1):
            top = _PAD + at * high
            painter.setPen(theme.colour(DARK.muted))
            painter.setFont(theme.font(SMALL))
            painter.drawText(QRectF(_PAD, top, second, high), vertical, name)
            painter.setPen(theme.colour(DARK.text))
            painter.setFont(theme.font(SMALL, QFont.Weight.Medium, tabular=True))
            painter.drawText(QRectF(second, top, self.width(), high), vertical, value)
        painter.end()


def _row() -> int:
    """Give the height of a line: with large letters no more than they need, since there are many."""
    return max(_LEAST_ROW, QFontMetrics(theme.font(SMALL)).height() + 1)


def key_lines(state: WatchState) -> Lines:
    """Give what the keys do, while that is asked for."""
    return tuple((keys, tr(words)) for keys, words in HELP) if state.shows_keys else ()


def figure_lines(state: WatchState) -> Lines:
    """Give the sitting's figures, while they are asked for: picture first, then money."""
    item, timeline, figures = state.item, state.timeline, state.figures
    if not state.shows_figures or item is None or timeline is None:
        return ()
    here = timeline.chunk_at(state.position_ms)
    counts = {access: sum(1 for chunk in timeline.chunks if chunk.access is access) for access in Access}
    return (
        (tr("Picture"), f"{item.width} × {item.height}, {speed_words(state.speed)}, {state.playback.state.value}"),
        (
            tr("Position"),
            tr(
                "{position_ms}, part {value} of {len} ({value_2})",
                position_ms=duration(state.position_ms),
                value=here.index + 1,
                len=len(timeline),
                value_2=here.access.value,
            ),
        ),
        (
            tr("Parts"),
            tr(
                "{counts} yours, {counts_2} free, {counts_3} not bought",
                counts=counts[Access.OWNED],
                counts_2=counts[Access.FREE],
                counts_3=counts[Access.LOCKED],
            ),
        ),
        (tr("First picture"), _ms(figures.starts_ms[-1] if figures.starts_ms else None)),
        (tr("Waits"), str(figures.stalls)),
        (
            tr("Key after paying"),
            tr(
                "{key_ms}, at most {key_ms_2}",
                key_ms=_ms(middle(figures.key_ms)),
                key_ms_2=_ms(slowest(figures.key_ms)),
            ),
        ),
        *_money_lines(state),
    )


def _money_lines(state: WatchState) -> Lines:
    """Give what the sitting cost; what was not charged or came back is a dash until the receipts are read."""
    figures = state.figures
    receipts = state.receipts or ()
    not_charged = total([receipt.amount for receipt in receipts if receipt.state == "refused"])
    given_back = total([receipt.amount for receipt in receipts if state.asked_back.get(receipt.receipt) == "paid"])
    return (
        (
            tr("Paid now"),
            tr(
                "{paid} for {parts}",
                paid=money_exact(figures.paid),
                parts=tr_count(figures.parts, "{count} part", "{count} parts"),
            ),
        ),
        (tr("Paid in all"), money_exact(state.spent)),
        (tr("Not charged"), DASH if state.receipts is None else money_exact(not_charged or ZERO)),
        (tr("Given back"), DASH if state.receipts is None else money_exact(given_back or ZERO)),
    )


def _ms(value: int | None) -> str:
    return DASH if value is None else tr("{value} ms", value=value)
