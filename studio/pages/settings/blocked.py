"""Channels that this viewer does not want to see; the list is this computer's and nobody is told."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout

from studio.kit.format import moment, short
from studio.kit.view_model import ViewModel
from studio.kit.widgets import text
from studio.kit.widgets.button import bare, secondary
from studio.kit.widgets.card import Card, column, holder, row
from studio.kit.words import tr

if TYPE_CHECKING:
    from services.wire.profiles import StandingOut, StandingsOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem


@dataclass(frozen=True, slots=True)
class BlockedState:
    """blocked is None until it is read."""

    blocked: tuple[StandingOut, ...] | None = None
    undo: StandingOut | None = None
    """The channel that was taken off the list last."""
    problem: Problem | None = None


class BlockedViewModel(ViewModel[BlockedState]):
    """Reads the list, and takes channels off it."""

    watches = frozenset({"library"})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, BlockedState())

    def refresh(self) -> None:
        """Read the list again."""
        self._fetch(lambda desk: desk.library.standings(), self._on_standings, self._on_problem)

    def show_again(self, one: StandingOut) -> None:
        """Take a channel off the list."""
        self._set(undo=None)

        def shown(standings: StandingsOut) -> None:
            self._on_standings(standings)
            self._set(undo=one)

        self._act(lambda desk: desk.library.stand_no_more("blocked", one.creator), shown, self._on_problem)

    def take_back(self) -> None:
        """Put the channel that was taken off last back on the list."""
        one = self.state.undo
        if one is not None:
            self._set(undo=None)
            self._act(
                lambda desk: desk.library.stand("blocked", one.creator, name=one.name, node=one.node),
                self._on_standings,
                self._on_problem,
            )

    def _on_standings(self, standings: StandingsOut) -> None:
        self._set(blocked=standings.blocked, problem=None)

    def _on_problem(self, problem: Problem) -> None:
        self._set(problem=problem)


class BlockedCard(Card):
    """A line for each hidden channel."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(tr("Hidden channels"))
        self.setObjectName("settings.blocked")
        self.model = BlockedViewModel(context)
        self.body.addWidget(
            text.muted(tr("Their films are not shown to you. The list stays on this computer; nobody is told."))
        )
        self._none = text.body(tr("No channel is hidden."))
        self.body.addWidget(self._none)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(12)
        self.body.addLayout(self._lines)
        self._undo = bare(tr("Undo"), name="settings.blocked.undo", icon="retry")
        self._undo.clicked.connect(self.model.take_back)
        end = row(self._undo)
        end.addStretch(1)
        self.body.addLayout(end)
        self._shown: tuple[StandingOut, ...] = ()
        self.model.changed.connect(self._render)
        self._render()
        self.model.refresh()

    def _render(self) -> None:
        blocked, undo = self.model.state.blocked, self.model.state.undo
        self._undo.setVisible(undo is not None)
        self._none.setVisible(blocked is not None and not blocked)
        if blocked is None or blocked == self._shown:
            return
        self._shown = blocked
        while (item := self._lines.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for one in blocked:
            again = secondary(tr("Show again"), name="settings.blocked.show")
            again.setAccessibleName(tr("Show {channel} again", channel=one.name or short(one.creator)))
            again.clicked.connect(partial(self.model.show_again, one))
            words = column(
                text.body(one.name or short(one.creator), wrap=False),
                text.caption(tr("hidden since {moment}", moment=moment(one.at))),
                spacing=2,
            )
            line = row(spacing=12)
            line.addLayout(words, 1)
            line.addWidget(again)
            self._lines.addWidget(holder(line))
