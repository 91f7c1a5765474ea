"""A quiet line that says which nodes do not answer, so that nobody takes their films for gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout

from studio.kit.icons import Icon
from studio.kit.node_words import down_words
from studio.kit.view_model import ViewModel
from studio.kit.widgets import text

if TYPE_CHECKING:
    from services.wire.nodes import NodeOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem


@dataclass(frozen=True, slots=True)
class MissingState:
    """words: empty while every node answers."""

    words: str = ""


class MissingViewModel(ViewModel[MissingState]):
    """Watches the nodes."""

    watches = frozenset({"node"})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, MissingState())

    def refresh(self) -> None:
        """Ask how the nodes are."""
        self._fetch(lambda desk: desk.nodes.list(), self._on_nodes, self._no_nodes)

    def _on_nodes(self, nodes: tuple[NodeOut, ...]) -> None:
        self._set(words=down_words(nodes))

    def _no_nodes(self, _problem: Problem) -> None:
        """The page itself says that the service is gone."""


class MissingNodes(QFrame):
    """Shows the line or hides."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self.setObjectName("nodes.missing")
        self.setProperty("kit", "inset")
        self.model = MissingViewModel(context)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 10, 16, 10)
        layout.setSpacing(12)
        layout.addWidget(Icon("alert", "warn"), 0, Qt.AlignmentFlag.AlignTop)
        self._words = text.muted()
        layout.addWidget(self._words, 1)
        self.hide()
        self.model.changed.connect(self._render)
        self.model.refresh()

    def _render(self) -> None:
        words = self.model.state.words
        self._words.setText(words)
        self.setAccessibleName(words)
        self.setVisible(bool(words))
