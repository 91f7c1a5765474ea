"""The row of tags and the switch that hides what cannot be watched."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from studio.kit.widgets.button import Button
from studio.kit.words import tr

if TYPE_CHECKING:
    from player.parts.films_view_model import FilmsState


class FilterBar(QWidget):
    """Signals: ``tag_chosen(tag)``, ``locked_hidden(bool)``."""

    tag_chosen = Signal(str)
    locked_hidden = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self._tags: tuple[str, ...] = ()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        self._chips = QHBoxLayout()
        self._chips.setSpacing(8)
        layout.addLayout(self._chips)
        layout.addStretch(1)
        self._hide = Button(tr("Hide what I can’t watch"), "choice", name="films.hide_locked", icon="lock")
        self._hide.toggled.connect(self.locked_hidden)
        layout.addWidget(self._hide)

    def show_state(self, state: FilmsState) -> None:
        """Draw the tags that there are, and what is chosen."""
        # Only what fits a narrow window; the search finds the rest.
        tags = state.tags[:6] if not state.tag or state.tag in state.tags[:6] else (state.tag, *state.tags[:5])
        if tags != self._tags:
            self._tags = tags
            self._lay_out()
        for at, tag in enumerate(self._tags):
            item = self._chips.itemAt(at)
            chip = None if item is None else item.widget()
            if isinstance(chip, Button):
                chip.setChecked(tag == state.tag)
        if self._hide.isChecked() != state.hides_locked:
            self._hide.setChecked(state.hides_locked)
        self._hide.setVisible(state.hides_locked or any(item.lock for item in state.items or ()))
        self.setVisible(bool(self._tags) or not self._hide.isHidden())

    def _lay_out(self) -> None:
        while (item := self._chips.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for tag in self._tags:
            chip = Button(tag, "choice", name="films.tag", says=tr("Films tagged {tag}", tag=tag))
            chip.clicked.connect(partial(self.tag_chosen.emit, tag))
            self._chips.addWidget(chip)
