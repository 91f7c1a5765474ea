"""The row of tags and the switch that hides what cannot be watched."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from studio.kit.widgets.button import Button
from studio.kit.widgets.flow import Flow
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
        # They break to a next line where letters are large; the switch stands at the end.
        self._row, held = Flow(), QWidget()
        held.setLayout(self._row)
        self._chips: list[Button] = []
        self._hide = Button(tr("Hide what I can’t watch"), "choice", name="films.hide_locked", icon="lock")
        self._hide.toggled.connect(self.locked_hidden)
        self.setLayout(Flow(held, self._hide, apart=True))

    def show_state(self, state: FilmsState) -> None:
        """Draw the tags that there are, and what is chosen."""
        # Only what fits a narrow window; the search finds the rest.
        tags = state.tags[:6] if not state.tag or state.tag in state.tags[:6] else (state.tag, *state.tags[:5])
        if tags != self._tags:
            self._tags = tags
            self._lay_out()
        for tag, chip in zip(self._tags, self._chips, strict=True):
            chip.setChecked(tag == state.tag)
        if self._hide.isChecked() != state.hides_locked:
            self._hide.setChecked(state.hides_locked)
        self._hide.setVisible(state.hides_locked or any(item.lock for item in state.items or ()))
        self.setVisible(bool(self._tags) or not self._hide.isHidden())

    def _lay_out(self) -> None:
        for old in self._chips:
            self._row.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._chips = []
        for tag in self._tags:
            chip = Button(tag, "choice", name="films.tag", says=tr("Films tagged {tag}", tag=tag))
            chip.clicked.connect(partial(self.tag_chosen.emit, tag))
            self._chips.append(chip)
            self._row.addWidget(chip)
