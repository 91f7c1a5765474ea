"""The nodes besides the one on this computer: list, add, look again, remove."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from studio.kit.format import moment
from studio.kit.node_words import STATES, state_words
from studio.kit.problems import Problem, advice
from studio.kit.widgets import text
from studio.kit.widgets.badge import Badge
from studio.kit.widgets.banner import ProblemBanner
from studio.kit.widgets.button import Button, bare, ghost, secondary
from studio.kit.widgets.card import Card, column, row
from studio.kit.widgets.flow import Beside
from studio.kit.words import tr, tr_count
from studio.pages.settings.nodes_model import NodesViewModel

if TYPE_CHECKING:
    from services.wire.nodes import NodeOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Action


class NodesCard(Card):
    """Shows the list; every change of it goes to its view-model."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(tr("Nodes"))
        self._context = context
        self.model = NodesViewModel(context)
        self.body.addWidget(
            text.muted(tr("A node sells films. The one on this computer is always there; add others by their address."))
        )
        self.banner = ProblemBanner(name="settings.nodes.problem")
        self.banner.acted.connect(self._on_action)
        self.body.addWidget(self.banner)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(16)
        self.body.addLayout(self._lines)
        self._shown: dict[str, NodeLine] = {}
        self._address = QLineEdit()
        self._address.setObjectName("settings.nodes.address")
        self._address.setPlaceholderText(tr("https://"))
        self._address.setAccessibleName(tr("Address of a node, or a link to a film there"))
        self._add = secondary(tr("Add node"), name="settings.nodes.add", icon="plus")
        self._add.clicked.connect(self._on_add)
        self._address.returnPressed.connect(self._on_add)
        self._undo = bare(tr("Undo"), name="settings.nodes.undo", icon="retry")
        self._undo.clicked.connect(self.model.take_back)
        self._gone = text.muted()
        self._taken = Beside(self._gone, self._undo, least=420)
        self.body.addWidget(self._taken)
        adding = row(self._address, self._add)
        adding.setStretch(0, 1)
        self.body.addLayout(adding)
        self._added = 0
        self.model.changed.connect(self._render)
        self._render()
        self.model.refresh()

    def _render(self) -> None:
        state = self.model.state
        self.banner.show_problem(state.problem)
        self._taken.setVisible(bool(state.undo))
        self._gone.setText(tr("{address} was removed.", address=state.undo))
        self._add.setEnabled(not state.busy)
        self._add.set_text(tr("Looking…") if state.busy else tr("Add node"))
        if state.added != self._added:
            self._added = state.added
            self._address.clear()
        nodes = state.nodes or ()
        for address in set(self._shown) - {node.address for node in nodes}:
            gone = self._shown.pop(address)
            self._lines.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        for node in nodes:
            if node.address not in self._shown:
                self._shown[node.address] = line = NodeLine(self.model, node.address)
                self._lines.addWidget(line)
            self._shown[node.address].show_node(node)

    def _on_add(self) -> None:
        self.model.add(self._address.text())

    def _on_action(self, _action: Action, problem: Problem) -> None:
        self._context.handle(problem, self._on_add)


class NodeLine(QWidget):
    """One node: name, address, how it is, and what can be done about it."""

    def __init__(self, model: NodesViewModel, address: str) -> None:
        super().__init__()
        self._name, self._state = text.Text(weight=text.Weight.DemiBold), Badge()
        self._detail = text.caption(wrap=True)
        self._detail.setObjectName("settings.node.detail")
        self._look: Button = ghost(tr("Look again"), name="settings.node.look", icon="retry")
        self._look.clicked.connect(lambda: model.look(address))
        self._remove: Button = ghost(tr("Remove"), name="settings.node.remove")
        self._remove.clicked.connect(lambda: model.remove(address))
        head = row(self._name, self._state, self._look, self._remove)
        head.setStretch(0, 1)
        line = column(spacing=2)
        line.addLayout(head)
        line.addWidget(self._detail)
        self.setLayout(line)

    def show_node(self, node: NodeOut) -> None:
        """Show a node as it was last seen."""
        words, tone = STATES[node.state]
        self._name.setText(node.name)
        self._state.set_state(tr(words), tone)
        self._state.setToolTip(tr("Last answered {seen_at}", seen_at=moment(node.seen_at)))
        self._look.setVisible(node.state != "up")
        parts = [node.address] if node.name not in node.address else []
        parts += [tr_count(node.films, "{count} film of yours", "{count} films of yours")] if node.films else []
        if node.state != "up":
            parts.append(state_words(node))
        if node.state == "wrong" and node.problem is not None:
            parts.append(advice(Problem(node.problem.code, node.problem.params)).happened)
        self._detail.setText(" · ".join(parts) or node.address)
        self._remove.setEnabled(not node.films)
        self._remove.setToolTip(
            tr("Move your films away first.") if node.films else tr("What you bought there plays on.")
        )
