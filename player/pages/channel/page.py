"""A creator as viewers see them: head, tiers, films, and what lies elsewhere."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QVBoxLayout, QWidget

from player.pages.channel.head import ChannelHead
from player.pages.channel.message_box import MessageBox
from player.pages.channel.message_view_model import MessageViewModel
from player.pages.channel.tier_cards import TierCards
from player.pages.channel.tip_box import TipBox
from player.pages.channel.tip_view_model import TipViewModel
from player.pages.channel.view_model import ChannelViewModel
from player.parts.film_list import FilmList
from player.parts.film_skeleton import FilmSkeleton
from services.units.address import address
from studio.kit.icons import Icon
from studio.kit.widgets import text
from studio.kit.widgets.button import ghost
from studio.kit.widgets.card import Inset, column, row
from studio.kit.widgets.empty import EmptyState
from studio.kit.widgets.page import PageFrame
from studio.kit.words import tr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.units.money import Money
    from services.wire.profiles import OutsideOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Action, Problem

_SAFE = ("https", "http")
# The beginnings of what a node or the service is called off by, that do not answer.
_DOWN = ("node.", "service.")


class ChannelPage(PageFrame):
    """``open`` takes {"creator": address, "name": …, "node": …}."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(tr("Channel"))
        self.model = ChannelViewModel(context)
        self._head, self._tiers, self._waiting = ChannelHead(), TierCards(), FilmSkeleton()
        self._tip, self._tips = TipBox(), TipViewModel(context)
        self._box, self._messages = MessageBox(), MessageViewModel(context)
        self._list = FilmList(name="channel.list", says=tr("Films of this creator"))
        self._outside = QWidget()
        self._links: tuple[OutsideOut, ...] = ()
        self._outside_list = QVBoxLayout(self._outside)
        self._outside_list.setContentsMargins(0, 0, 0, 0)
        self._empty = EmptyState(tr("This creator has no film for sale."), tr("Discover films"), ghost="cards")
        self._unseen = EmptyState("", tr("Discover films"), name="channel.discover", ghost="cards")
        for none in (self._empty, self._unseen):
            none.setMinimumHeight(320)
            none.acted.connect(self._discover)
        for part in (
            self._head,
            self._tip,
            self._tiers,
            self._box,
            self._list,
            self._outside,
            self._waiting,
            self._empty,
            self._unseen,
        ):
            self.body.addWidget(part)
        self.body.addStretch(1)
        self._list.opened.connect(self.model.open_film)
        self._head.follow_pressed.connect(lambda: self.model.stand("follows"))
        self._head.block_pressed.connect(lambda: self.model.stand("blocked"))
        self._head.tip_pressed.connect(self._toggle_tip)
        self._tip.left.connect(partial(self._tips.show, wanted=False))
        self._tip.given.connect(self._give_tip)
        self._tips.changed.connect(self._render_tip)
        self._render_tip()
        self._box.written.connect(self._messages.write)
        self._messages.changed.connect(self._render_messages)
        self._tiers.tier_wanted.connect(self.model.ask)
        self._tiers.join_wanted.connect(self.model.join)
        self._tiers.left.connect(self.model.leave_quote)
        self.banner.acted.connect(self._on_action)
        self.model.changed.connect(self._render)
        self._render()

    def open(self, params: Mapping[str, str]) -> None:
        """Show a creator."""
        self.model.open(params.get("creator", ""), params.get("name", ""), params.get("node", ""))
        self._messages.open(params.get("creator", ""), params.get("node", ""))

    def _render(self) -> None:
        state = self.model.state
        self.banner.show_problem(state.refused or state.problem)
        page = state.page
        films = () if page is None else page.films
        self._head.setVisible(bool(state.creator))
        self._head.show_state(state)
        self._tiers.show_state(state)
        self._render_messages()
        self._waiting.setVisible(page is None and bool(state.creator) and state.problem is None)
        self._list.setVisible(bool(films))
        self._list.show_films(films, state.pictures)
        self._show_outside(() if page is None else page.outside)
        self._empty.setVisible(not state.creator or (page is not None and not films and not page.outside))

        is_unseen = page is None and bool(state.creator) and state.problem is not None
        self._unseen.setVisible(is_unseen)
        self._unseen.sentence.setText(_unseen_words(state.problem) if is_unseen and state.problem else "")

    def _show_outside(self, links: tuple[OutsideOut, ...]) -> None:
        self._outside.setVisible(bool(links))
        if links == self._links:
            return
        self._links = links
        while (item := self._outside_list.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for link in links:
            self._outside_list.addWidget(_outside_line(link))

    def _toggle_tip(self) -> None:
        self._tips.show(wanted=not self._tips.state.open)

    def _give_tip(self, amount: Money, message: str) -> None:
        state = self.model.state
        self._tips.give(address(state.creator), state.node, amount, message)

    def _render_tip(self) -> None:
        self._tip.show_state(self._tips.state)
        if self._tips.state.given is not None:
            self._tip.clear()

    def _render_messages(self) -> None:
        self._box.show_state(self._messages.state, answers=self.model.state.is_answered)

    def _discover(self) -> None:
        self.model.context.navigate("discover")

    def _on_action(self, _action: Action, problem: Problem) -> None:
        self.model.context.handle(problem, self.model.refresh)


def _unseen_words(problem: Problem) -> str:
    """Say why there is nothing below the head, and what helps."""
    if problem.code.startswith(_DOWN):
        return tr(
            "This channel was not opened on this computer before, so nothing of it is kept here. "
            "Try again: its films and tiers come as soon as it answers. What you bought of it is in your library."
        )
    return tr("Nothing of this channel can be shown now. What you bought of it is in your library.")


def _outside_line(link: OutsideOut) -> Inset:
    """A line for what lies elsewhere; never charged by the part, and opened by the system's own program."""
    made = Inset()
    line = row(Icon("link"), spacing=12)
    line.addLayout(column(text.body(link.title), text.caption(_outside_words(link)), spacing=2), 1)
    address = QUrl(link.address)
    if link.address and address.isValid() and address.scheme() in _SAFE:
        go = ghost(tr("Open"), name="channel.outside", says=tr("Open {title} outside Museclock", title=link.title))
        go.setToolTip(address.toDisplayString())
        go.clicked.connect(lambda: QDesktopServices.openUrl(address))
        line.addWidget(go, 0, Qt.AlignmentFlag.AlignVCenter)
    made.body.addLayout(line)
    return made


def _outside_words(link: OutsideOut) -> str:
    return tr("Opens outside Museclock") if link.address else tr("For members; opens outside Museclock")
