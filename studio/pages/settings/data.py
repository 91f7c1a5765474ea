"""The data folder: where it is, what of it is how large, and a click that opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from studio.kit.format import size
from studio.kit.problems import advice
from studio.kit.widgets import text
from studio.kit.widgets.button import secondary
from studio.kit.widgets.card import Card, row
from studio.kit.widgets.fields import Fact
from studio.kit.widgets.skeleton import skeleton_lines
from studio.kit.words import mark, tr
from studio.pages.settings.data_model import DataViewModel

if TYPE_CHECKING:
    from studio.kit.context import PageContext

_PARTS = {
    "films": mark("Films and their blocks"),
    "shelf": mark("Parts from other nodes"),
    "books": mark("Books, drafts and receipts"),
    "node": mark("The node on this computer"),
    "keys": mark("Keys, sealed"),
    "logs": mark("Logs"),
    "window": mark("What the window remembers"),
    "other": mark("Other"),
}


class DataCard(Card):
    """Shows the sizes as the service measured them."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(tr("Data folder"))
        self.setObjectName("settings.data")
        self._context = context
        self.model = DataViewModel(context)
        self._path = text.body(context.profile_path)
        self.body.addWidget(self._path)
        self._ghost = skeleton_lines(100, 80, 90)
        self.body.addWidget(self._ghost)
        self._facts = {name: Fact(tr(words)) for name, words in _PARTS.items()}
        for fact in self._facts.values():
            fact.hide()
            self.body.addWidget(fact)
        self._free = Fact(tr("Room left on this disk"), strong=True)
        self.body.addWidget(self._free)
        self._none = text.muted()
        self.body.addWidget(self._none)
        self._open = secondary(tr("Open the folder"), name="settings.data.open", icon="link")
        self._open.clicked.connect(self._on_open)
        self._open.setEnabled(bool(context.profile_path))
        buttons = row(self._open)
        buttons.insertStretch(0, 1)
        self.body.addLayout(buttons)
        self.model.changed.connect(self._render)
        self._render()
        self.model.refresh()

    def _render(self) -> None:
        state = self.model.state
        places = state.places
        self._ghost.setVisible(places is None and state.problem is None)
        self._none.setVisible(places is None and state.problem is not None)
        if state.problem is not None:
            self._none.setText(advice(state.problem).sentence)
        self._free.setVisible(places is not None)
        if places is None:
            return
        self._path.setText(places.path)
        sizes = {part.name: part.size for part in places.parts}
        for name, fact in self._facts.items():
            fact.setVisible(bool(sizes.get(name)))
            fact.show_value(size(sizes.get(name, 0)))
        self._free.show_value(size(places.free))

    def _on_open(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(self._context.profile_path))
