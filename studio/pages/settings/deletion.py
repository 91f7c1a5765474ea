"""Deleting the profile: says what goes with it, asks for the passphrase, and then does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit

from studio.kit.format import money_exact, number
from studio.kit.widgets import text
from studio.kit.widgets.banner import ProblemBanner
from studio.kit.widgets.button import ghost, secondary
from studio.kit.widgets.card import Card, column, holder, row
from studio.kit.widgets.fields import Fact, Field
from studio.kit.widgets.tick import Tick
from studio.kit.words import tr, tr_count
from studio.pages.settings.deletion_model import DeletionViewModel

if TYPE_CHECKING:
    from services.wire.backup import LossesOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Action, Problem


class DeletionCard(Card):
    """Two steps; the second is shown with what is lost."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(tr("Delete this profile"))
        self.setObjectName("settings.deletion")
        self._context = context
        self.model = DeletionViewModel(context)
        self._says = text.muted(tr("Keys, books, drafts and films on this computer go for good. Nobody has a copy."))
        self.body.addWidget(self._says)
        self.banner = ProblemBanner(name="settings.deletion.problem")
        self.banner.acted.connect(self._on_action)
        self.body.addWidget(self.banner)
        self._ask = secondary(tr("Delete…"), name="settings.deletion.ask")
        self._ask.clicked.connect(self.model.ask)
        first = row(self._ask)
        first.insertStretch(0, 1)
        self.body.addLayout(first)
        self._facts = {
            "wallet": Fact(tr("Money in the wallet")),
            "earnings": Fact(tr("Earnings not withdrawn")),
            "channels": Fact(tr("Money in payment channels")),
            "flying": Fact(tr("Money on its way")),
            "films": Fact(tr("Films published from here")),
            "drafts": Fact(tr("Drafts")),
        }
        self._warning = text.Text(ink="bad", wrap=True, weight=text.Weight.Medium)
        self._passphrase = QLineEdit()
        self._passphrase.setObjectName("settings.deletion.passphrase")
        self._passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self._passphrase.setMaxLength(256)
        self._passphrase.textChanged.connect(self._render)
        self._field = Field(tr("Your wallet's passphrase"), self._passphrase)
        self._give_up = Tick(tr("I give up the money that is on its way"))
        self._give_up.setObjectName("settings.deletion.give_up")
        self._give_up.toggled.connect(self._render)
        cancel = ghost(tr("Keep it"), name="settings.deletion.cancel")
        cancel.clicked.connect(self.model.cancel)
        self._delete = secondary(tr("Delete for good"), name="settings.deletion.delete", icon="alert")
        self._delete.clicked.connect(self._on_delete)
        buttons = row(cancel, self._delete)
        buttons.insertStretch(0, 1)
        parts = column(*self._facts.values(), self._warning, self._field, self._give_up, spacing=12)
        parts.addLayout(buttons)
        self._second = holder(parts)
        self.body.addWidget(self._second)
        self._close = secondary(tr("Close Museclock"), name="settings.deletion.close")
        self._close.clicked.connect(self._on_close)
        self.body.addWidget(self._close)
        self.model.changed.connect(self._render)
        self._render()

    def _render(self) -> None:
        state = self.model.state
        self.banner.show_problem(state.problem)
        self._ask.setVisible(state.step in ("idle", "asking"))
        self._ask.setEnabled(state.step == "idle")
        self._close.setVisible(state.step == "deleted")
        self._second.setVisible(state.step in ("confirm", "deleting"))
        if state.step == "deleted":
            self._says.setText(tr("The profile is deleted. The next start asks the first question again."))
        if state.losses is not None:
            self._show_losses(state.losses)
            ready = bool(self._passphrase.text()) or state.losses.address is None
            given = self._give_up.isChecked() or not state.losses.in_flight
            self._delete.setEnabled(state.step == "confirm" and ready and given)

    def _show_losses(self, losses: LossesOut) -> None:
        self._facts["wallet"].show_value(money_exact(losses.wallet))
        self._facts["earnings"].show_value(money_exact(losses.earnings))
        self._facts["channels"].show_value(money_exact(losses.in_channels))
        self._facts["flying"].show_value(money_exact(losses.in_flight))
        self._facts["films"].show_value(number(losses.films))
        self._facts["drafts"].show_value(number(losses.drafts))
        self._warning.setText(_warning(losses))
        self._field.setVisible(losses.address is not None)
        self._give_up.setVisible(bool(losses.in_flight))

    def _on_delete(self) -> None:
        passphrase = self._passphrase.text()
        self._passphrase.clear()
        self.model.delete(passphrase, in_flight=self._give_up.isChecked())

    def _on_close(self) -> None:
        self.window().close()

    def _on_action(self, _action: Action, problem: Problem) -> None:
        self._context.handle(problem, self.model.ask)


def _warning(losses: LossesOut) -> str:
    backup = losses.backup
    if losses.address is None:
        return tr("There is no wallet in this profile: nothing of value goes.")
    if backup.made_at is None:
        return tr("There is no backup: after this nobody can reach this wallet's money again.")
    if backup.newer:
        return tr_count(
            backup.newer, "The backup brings the wallet back, but lacks {count} film.",
            "The backup brings the wallet back, but lacks {count} films.",
        )  # fmt: skip
    return tr("Your backup {path} brings wallet and secrets back; the films' blocks go.", path=backup.path)
