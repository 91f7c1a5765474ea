"""What a node can release, and the tick by which a person says that this is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from studio.kit.node_words import release_words
from studio.kit.widgets import text
from studio.kit.widgets.card import Inset
from studio.kit.widgets.tick import Tick
from studio.kit.words import tr

if TYPE_CHECKING:
    from services.wire.nodes import NodeOut


class ReleaseNote(Inset):
    """Shown for one node, or hidden. Signal: ``agreed(address)`` when the person ticks it."""

    agreed = Signal(str)

    def __init__(self, *, name: str) -> None:
        super().__init__()
        self._address = ""
        self.words = text.muted()
        self.words.setObjectName(f"{name}.words")
        self.tick = Tick(tr("I know what this node can do with my film"))
        self.tick.setObjectName(f"{name}.tick")
        self.tick.setAccessibleName(self.tick.text())
        self.body.addWidget(self.words)
        self.body.addWidget(self.tick)
        self.tick.clicked.connect(self._on_tick)
        self.hide()

    def show_node(self, node: NodeOut | None) -> None:
        """Show what a node can do; what was confirmed once is only said again."""
        self.setVisible(node is not None)
        if node is None:
            return
        self._address = node.address
        self.words.setText(release_words(node.name))
        self.tick.setChecked(node.is_agreed)
        self.tick.setVisible(not node.is_agreed)

    def _on_tick(self) -> None:
        if self.tick.isChecked():
            self.agreed.emit(self._address)
