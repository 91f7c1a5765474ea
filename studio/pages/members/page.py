"""The members page: how many there are and leave, who they are, and what each paid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QLineEdit

from studio.kit.explorer import explained, show_transaction
from studio.kit.format import clock, decimal, moment, number, short
from studio.kit.table import Table, TableModel
from studio.kit.theme import scaled
from studio.kit.tokens import GUTTER
from studio.kit.widgets import text
from studio.kit.widgets.button import secondary
from studio.kit.widgets.card import Card, row
from studio.kit.widgets.choice import Choice
from studio.kit.widgets.empty import EmptyState
from studio.kit.widgets.flow import Flow
from studio.kit.widgets.node_choice import NodeChoice
from studio.kit.widgets.page import PageFrame
from studio.kit.widgets.skeleton import skeleton_lines
from studio.kit.widgets.tile import Tile
from studio.kit.words import tr, tr_count
from studio.pages.members.refunds import RefundsCard, RefundsViewModel
from studio.pages.members.view_model import MembersViewModel
from studio.pages.members.words import FILTERS, ORDERS, member_columns, payment_columns, reason

if TYPE_CHECKING:
    from PySide6.QtCore import QModelIndex

    from services.wire.figures import MemberPaymentOut, MemberRowOut, MembersOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Action, Problem

_BELOW_TITLE = 2
"""Where the parts of a page begin: its title and the banner come first."""


class MembersPage(PageFrame):
    """Who pays by the month."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(tr("Members"))
        self.model = MembersViewModel(context)
        self._node = NodeChoice(name="members.node", says=tr("Members at"))
        self._node.picked.connect(self.model.look_at)
        self._export = secondary(tr("Export"), name="members.export", icon="download")
        self._export.clicked.connect(self._ask_place)
        self.buttons.addWidget(self._node)
        self.buttons.addWidget(self._export)
        self._tiles = {
            "active": Tile("members.active", tr("Members"), plain=True),
            "joined": Tile("members.joined", tr("Joined in 30 days"), plain=True),
            "churn": Tile("members.churn", tr("Left in 30 days"), plain=True),
            "value": Tile("members.value", tr("Brought by each, in all"), plain=True),
        }
        self.body.addLayout(row(*self._tiles.values(), spacing=GUTTER, stretch=1))
        self._empty = EmptyState(
            tr("Members pay a month ahead for one of your tiers. Make a tier, and let it open your films."),
            tr("Make a tier"),
            ghost="rows",
            name="members.tiers",
        )
        self._empty.setMinimumHeight(320)
        self._empty.acted.connect(self._go_to_tiers)
        self._card = self._list()
        self._history = self._payments()
        for part in (self._empty, self._card, self._history):
            self.body.addWidget(part)
        self._asked, self._refunds = RefundsCard(), RefundsViewModel(context)
        self._asked.ask_wanted.connect(self._refunds.ask)
        self._asked.pay_wanted.connect(self._refunds.pay)
        self._asked.refuse_wanted.connect(self._refunds.refuse)
        self._asked.undo_wanted.connect(self._refunds.take_back)
        self._refunds.changed.connect(self._render_refunds)
        self.body.insertWidget(_BELOW_TITLE, self._asked)
        self.body.addStretch(1)
        self.banner.acted.connect(self._on_action)
        self.model.changed.connect(self._render)
        self.model.exported.connect(self._on_exported)
        self._render()
        self.model.refresh()
        self._refunds.refresh()

    def _render_refunds(self) -> None:
        self._asked.show_state(self._refunds.state)

    def _list(self) -> Card:
        card = Card(padding=12, spacing=8)
        self._search = QLineEdit()
        self._search.setObjectName("members.search")
        self._search.setAccessibleName(tr("Find a member by the address"))
        self._search.setPlaceholderText(tr("Find by address"))
        self._search.setClearButtonEnabled(True)
        self._search.setMaximumWidth(scaled(320))
        self._search.textChanged.connect(self.model.search)
        standing = Choice([(key, tr(words)) for key, words in FILTERS], name="members.state", says=tr("Which members"))
        standing.picked.connect(self.model.filter)
        order = Choice([(key, tr(words)) for key, words in ORDERS], name="members.order", says=tr("In which order"))
        order.picked.connect(self.model.sort)
        self._count = text.muted(wrap=False)
        self._search.setMinimumWidth(scaled(180))
        line = Flow(self._search, standing, order, self._count, spacing=8, apart=True)
        line.setContentsMargins(12, 8, 12, 4)
        card.body.addLayout(line)
        self._ghost = skeleton_lines(100, 100, 100, spacing=24, height=18)
        card.body.addWidget(self._ghost)
        self._rows: TableModel[MemberRowOut] = TableModel(member_columns(), self)
        self._rows.more_wanted.connect(self.model.more)
        self.table = Table(self._rows, name="members.table", says=tr("Members"))
        self.table.selectionModel().currentRowChanged.connect(self._on_row)
        card.body.addWidget(self.table)
        self._none = text.muted(tr("Nobody fits these words and filters."))
        self._none.setContentsMargins(12, 8, 12, 16)
        card.body.addWidget(self._none)
        return card

    def _payments(self) -> Card:
        card = Card(tr("Payments"), padding=12, spacing=8)
        card.head.setContentsMargins(12, 8, 12, 0)
        self._about = text.muted()
        self._about.setContentsMargins(12, 0, 12, 0)
        card.body.addWidget(self._about)
        self._paid: TableModel[MemberPaymentOut] = TableModel(payment_columns(), self)
        self._paid_table = Table(self._paid, name="members.payments", says=tr("Payments of this member"))
        self._paid_table.opened.connect(self._open_transaction)
        card.body.addWidget(self._paid_table)
        self._hint = text.caption(wrap=True)
        self._hint.setContentsMargins(12, 0, 12, 8)
        card.body.addWidget(self._hint)
        return card

    def _render(self) -> None:
        state = self.model.state
        self.banner.show_problem(state.problem)
        self._node.setVisible(bool(state.nodes))
        self._node.show_nodes(state.nodes, state.node)
        members = state.members
        nobody = members is not None and not members.total and not state.is_filtered
        self._empty.setVisible(nobody)
        self._card.setVisible(not nobody)
        self._export.setEnabled(members is not None and not nobody and not state.busy)
        self._ghost.setVisible(members is None)
        self._none.setVisible(members is not None and not state.rows)
        self.table.setVisible(bool(state.rows))
        self._rows.set_rows(state.rows, has_more=state.has_more)
        # High enough for all of a few, and scrolled by itself for many: then only what is seen is fetched.
        self.table.fit_rows(10 if state.chosen is None else 5)
        if members is not None:
            self._count.setText(tr_count(members.total, "{count} member", "{count} members"))
            self.subtitle.setText(tr("as of {as_of}", as_of=clock(members.as_of)))
            self._show_tiles(members)
        self._show_history()

    def _show_tiles(self, members: MembersOut) -> None:
        ending = (
            tr("{ending} of them end", ending=number(members.ending)) if members.ending else tr("all of them renew")
        )
        self._tiles["active"].show_words(number(members.active + members.ending), ending)
        self._tiles["joined"].show_words(number(members.joined_lately), tr("accounts"))
        churn = tr("nobody was there before")
        if members.churn_bps is not None:
            churn = tr("churn {value} %", value=decimal(members.churn_bps / 100))
        self._tiles["churn"].show_words(number(members.left_lately), churn)
        self._tiles["value"].show_money(members.value, tr("on average, less refunds"))

    def _show_history(self) -> None:
        chosen, history = self.model.state.chosen, self.model.state.history
        self._history.setVisible(chosen is not None)
        if chosen is None:
            return
        self._history.title.setText(tr("Payments of {viewer}", viewer=short(chosen.viewer)))
        why = reason(chosen.reason)
        self._about.setText(
            tr(
                "{tier_name}, joined {joined_at}, paid until {paid_until}",
                tier_name=chosen.tier_name,
                joined_at=moment(chosen.joined_at),
                paid_until=moment(chosen.paid_until),
            )
            + (f"; {why}." if why else ".")
        )
        self._paid.set_rows(history.payments if history is not None else ())
        self._paid_table.fit_rows(50)
        self._hint.setText(explained(self.model.state.explorer))
        self._hint.setVisible(history is not None and any(paid.transaction for paid in history.payments))

    def _on_row(self, index: QModelIndex) -> None:
        self.model.choose(self._rows.rows[index.row()] if index.isValid() else None)

    def _open_transaction(self, paid: MemberPaymentOut) -> None:
        if paid.transaction:
            show_transaction(self.model.context, self.model.state.explorer, paid.transaction)

    def _go_to_tiers(self) -> None:
        self.model.context.navigate("tiers")

    def _ask_place(self) -> None:
        dialog = QFileDialog(self.window(), tr("Save the members"), "members.csv", "CSV (*.csv);;JSON (*.json)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.filterSelected.connect(self._on_kind)
        dialog.fileSelected.connect(self.model.export)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_kind(self, kind: str) -> None:
        dialog = self.sender()
        if isinstance(dialog, QFileDialog):
            dialog.setDefaultSuffix("json" if "json" in kind else "csv")

    def _on_exported(self, path: str) -> None:
        self.model.context.notify(tr("Saved as {path}", path=path))

    def _on_action(self, _action: Action, problem: Problem) -> None:
        self.model.context.handle(problem, self.model.refresh)
