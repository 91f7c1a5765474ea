"""How a table's rows are painted: fonts and colours made once, texts laid out once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QStaticText

from studio.kit import theme
from studio.kit.tokens import BODY, ROW_HEIGHT, SMALL

if TYPE_CHECKING:
    from studio.kit.table import Cell
    from studio.kit.tokens import Tokens

_KEPT_TEXTS, _MARK = 4096, 3


class _LaidOut(NamedTuple):
    """A text that needs only be drawn, and its size in pixels."""

    text: QStaticText
    width: int
    height: int


class Inks:
    """Fonts and colours of one theme, made once: a scrolled frame paints a hundred cells."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.lit, self.line = theme.colour(tokens.hover, 0.6), theme.colour(tokens.line)
        self.plain, self.tabular, self.badge = theme.font(BODY), theme.font(BODY, tabular=True), badge_font()
        self._widths = {font: QFontMetrics(getattr(self, font)) for font in ("plain", "tabular", "badge")}
        self._letters: dict[str, dict[str, int]] = {font: {} for font in self._widths}
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
        shown = text
        if not self._fits(text, font, width):
            shown = self._widths[font].elidedText(text, Qt.TextElideMode.ElideRight, width)
        made = QStaticText(shown)
        made.setTextFormat(Qt.TextFormat.PlainText)
        made.prepare(font=getattr(self, font))
        size = made.size()
        return _LaidOut(made, round(size.width()), round(size.height()))

    def _fits(self, text: str, font: str, width: int) -> bool:
        """Tell whether a text surely has room: by its letters' widths, which costs a tenth of measuring it."""
        letters, used = self._letters[font], 0
        for letter in text:
            wide = letters.get(letter)
            if wide is None:
                wide = letters[letter] = self._widths[font].horizontalAdvance(letter) + 1
            used += wide
        return used <= width


def badge_font() -> QFont:
    return theme.font(SMALL, QFont.Weight.DemiBold)


class RowPainter:
    """Paints cells from their one reading each, with a hairline under the row.

    One painter for a whole frame: a delegate is asked for each cell, which from Python costs more than the painting.
    """

    def __init__(self, painter: QPainter, inks: Inks) -> None:
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
