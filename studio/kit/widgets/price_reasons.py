"""A suggested price with its reasons; the creator takes it or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout

from studio.kit.format import money_exact, money_plain
from studio.kit.price_words import in_words, input_name, measured, shares
from studio.kit.widgets import text
from studio.kit.widgets.button import bare, secondary
from studio.kit.widgets.card import Inset, holder, row
from studio.kit.widgets.progress import ProgressBar
from studio.kit.words import tr

if TYPE_CHECKING:
    from services.wire.pricing import InputOut, SuggestionOut

_BAR_WIDTH = 72


class PriceReasons(Inset):
    """Signal: ``taken(price)`` when the suggestion is to be used. Hidden while there is none."""

    taken = Signal(object)

    def __init__(self, *, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._suggestion: SuggestionOut | None = None
        self._price = text.Text(weight=text.Weight.DemiBold, tabular=True)
        self._price.set_ink("accent")
        self._price.setObjectName(f"{name}.price")
        self._range = text.caption()
        self.use = secondary(tr("Use it"), name=f"{name}.use", says=tr("Use the suggested price"))
        self.use.clicked.connect(self._on_use)
        head = row(text.Text(tr("Suggested")), self._price, self._range, spacing=8)
        head.addStretch(1)
        head.addWidget(self.use)
        self.body.addLayout(head)
        self._words = text.muted()
        self._words.setObjectName(f"{name}.words")
        self.body.addWidget(self._words)
        self._shares = text.caption(wrap=True)
        self._shares.setObjectName(f"{name}.shares")
        self.body.addWidget(self._shares)
        self._more = bare(tr("How it is counted"), name=f"{name}.more", icon="info")
        self._more.clicked.connect(self._on_more)
        self.body.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        self._grid = QGridLayout()
        self._grid.setSpacing(8)
        self._grid.setColumnStretch(1, 1)
        self._table = holder(self._grid)
        self._table.hide()
        self.body.addWidget(self._table)
        self.hide()

    def show_suggestion(self, suggestion: SuggestionOut | None, words: str, price_text: str) -> None:
        """Show a suggestion; words: its explanation by somebody else, empty for the plain one."""
        self.setVisible(suggestion is not None)
        if suggestion is None:
            return
        if suggestion != self._suggestion:
            self._suggestion = suggestion
            self._fill(suggestion)
        self._words.setText(words or in_words(suggestion))
        told = shares(suggestion.chosen_cost or suggestion.cost)
        self._shares.setText(told)
        self._shares.setVisible(bool(told))
        self.use.setEnabled(price_text.strip() != money_plain(suggestion.price))

    def _fill(self, suggestion: SuggestionOut) -> None:
        self._price.setText(money_exact(suggestion.price))
        low, high = money_exact(suggestion.low), money_exact(suggestion.high)
        self._range.setText(tr("usual: {low} to {high}", low=low, high=high))
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for at, each in enumerate(suggestion.inputs):
            self._add(at, each, suggestion)

    def _add(self, at: int, each: InputOut, suggestion: SuggestionOut) -> None:
        bar = ProgressBar()
        bar.setFixedWidth(_BAR_WIDTH)
        bar.show_progress(each.points, 100, "accent")
        said = tr("{points} of 100, weight {weight} %", points=each.points, weight=each.weight)
        bar.setAccessibleName(f"{input_name(each)}: {said}")
        cells = (
            text.caption(input_name(each)),
            text.Text(measured(each, suggestion), size=12, tabular=True),
            bar,
            text.Text(f"{each.points} × {each.weight} %", size=12, ink="muted", tabular=True),
        )
        cells[3].setToolTip(said)
        for column, widget in enumerate(cells):
            side = Qt.AlignmentFlag.AlignRight if column == 3 else Qt.AlignmentFlag.AlignLeft
            self._grid.addWidget(widget, at, column, side | Qt.AlignmentFlag.AlignVCenter)

    def _on_use(self) -> None:
        if self._suggestion is not None:
            self.taken.emit(self._suggestion.price)

    def _on_more(self) -> None:
        is_open = self._table.isHidden()
        self._table.setVisible(is_open)
        self._more.set_text(tr("Hide how it is counted") if is_open else tr("How it is counted"))
