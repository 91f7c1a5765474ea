"""The tips that a creator got, with the words that came with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout

from studio.kit.format import moment, money_exact, short
from studio.kit.view_model import ViewModel
from studio.kit.widgets import text
from studio.kit.widgets.card import Card, column, holder, row
from studio.kit.words import tr

if TYPE_CHECKING:
    from services.wire.tips import TipOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class TipsState:
    """tips is None until they are read."""

    tips: tuple[TipOut, ...] | None = None


class TipsViewModel(ViewModel[TipsState]):
    """Reads them."""

    watches = frozenset({"earnings"})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, TipsState())

    def refresh(self) -> None:
        """Read them again."""
        self._fetch(lambda desk: desk.tips.received(), self._on_tips, self._not_now)

    def _on_tips(self, tips: tuple[TipOut, ...]) -> None:
        self._set(tips=tips)

    def _not_now(self, _problem: Problem) -> None:
        """The page itself says what is wrong."""


class TipsCard(Card):
    """Shows the latest; hidden while there are none."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(tr("Tips"), spacing=12)
        self.setObjectName("earnings.tips")
        self.model = TipsViewModel(context)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(12)
        self.body.addLayout(self._lines)
        self._shown: tuple[TipOut, ...] = ()
        self.hide()
        self.model.changed.connect(self._render)
        self.model.refresh()

    def _render(self) -> None:
        tips = (self.model.state.tips or ())[:_SHOWN]
        self.setVisible(bool(tips))
        if tips == self._shown:
            return
        self._shown = tips
        while (item := self._lines.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for tip in tips:
            said = text.body(f"“{tip.message}”" if tip.message else tr("without words"))
            by = tr("{moment}, from {payer}", moment=moment(tip.at), payer=short(tip.payer))
            line = row(spacing=16)
            line.addLayout(column(said, text.caption(by), spacing=2), 1)
            line.addWidget(text.figure(money_exact(tip.amount), size=14))
            self._lines.addWidget(holder(line))
