"""What can be done about the place of the film that is chosen in the list: move it, copy its link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from studio.kit.node_words import HERE
from studio.kit.theme import scaled
from studio.kit.widgets import text
from studio.kit.widgets.button import Button, secondary
from studio.kit.widgets.card import Card, column
from studio.kit.widgets.flow import Flow
from studio.kit.widgets.node_choice import NodeChoice
from studio.kit.widgets.release_note import ReleaseNote
from studio.kit.words import tr

if TYPE_CHECKING:
    from studio.pages.content.view_model import ContentState


class PlaceCard(Card):
    """Shown while a film for sale is chosen. Signals: ``picked(address)``, ``move_wanted``, ``link_wanted``."""

    picked = Signal(str)
    move_wanted = Signal()
    link_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._title, self._where = text.Text(weight=text.Weight.DemiBold), text.caption(wrap=True)
        self._where.setObjectName("content.where")
        self._choice = NodeChoice(name="content.place", says=tr("Move to"))
        self._choice.setMinimumWidth(scaled(200))
        self._choice.picked.connect(self.picked)
        self._move: Button = secondary(tr("Move"), name="content.move", icon="arrow-right")
        self._move.clicked.connect(self.move_wanted)
        self._link: Button = secondary(tr("Copy link"), name="content.link", icon="copy")
        self._link.clicked.connect(self.link_wanted)
        self.body.addLayout(column(self._title, self._where, spacing=2))
        self.body.addLayout(Flow(self._choice, self._move, self._link, spacing=8))
        self.note = ReleaseNote(name="content.release")
        self.body.addWidget(self.note)
        self.hide()

    def show_state(self, state: ContentState) -> None:
        """Show the chosen film's place, and where it can go."""
        item = state.chosen
        self.setVisible(item is not None)
        if item is None:
            return
        self._title.setText(item.title)
        if item.moving:
            where = tr("On its way. It stays for sale where it was until it is for sale there.")
        elif item.node:
            where = tr("{node_name} sells it, also while this computer is off.", node_name=item.node_name)
        else:
            where = tr("It sells from this computer, while Museclock is open.")
        self._where.setText(where)
        can_move = bool(state.nodes) or bool(item.node)
        self._choice.show_nodes(state.nodes, state.target or "", without=item.node)
        self._choice.setVisible(can_move)
        self._move.setVisible(can_move)
        self._move.setEnabled(state.can_move)
        self._move.set_text(tr("Moving…") if state.busy else tr("Move"))
        self._move.setToolTip("" if state.can_move or state.busy else _why_not(state))
        self.note.show_node(state.target_node)


def _why_not(state: ContentState) -> str:
    if state.target_node is not None and not state.target_node.is_agreed:
        return tr("Say first that you know what the node can do with the film.")
    return tr("Choose another place than {lower}.", lower=tr(HERE).lower()) if state.target is None else ""
