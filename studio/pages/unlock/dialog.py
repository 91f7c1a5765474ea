"""Asks for the passphrase, in a card over the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout, QWidget

from studio.kit.icons import Icon
from studio.kit.problems import advice
from studio.kit.theme import scaled
from studio.kit.tokens import GUTTER
from studio.kit.widgets import text
from studio.kit.widgets.button import ghost, primary
from studio.kit.widgets.card import row
from studio.kit.widgets.fields import Field
from studio.kit.words import tr
from studio.pages.unlock.view_model import UnlockViewModel

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio.kit.context import PageContext


def _secret(name: str) -> QLineEdit:
    field = QLineEdit()
    field.setObjectName(name)
    field.setEchoMode(QLineEdit.EchoMode.Password)
    field.setMaxLength(256)
    return field


class WalletDialog(QDialog):
    """Unlocks the wallet, or makes one; then does what was wanted."""

    def __init__(
        self, context: PageContext, *, create: bool, then: Callable[[], None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("wallet.dialog")
        self.setWindowTitle(tr("Set up wallet") if create else tr("Unlock wallet"))
        self.setFixedWidth(scaled(440))
        self._then = then
        self.model = UnlockViewModel(context, create=create)
        self._passphrase = Field(tr("Passphrase"), _secret("wallet.passphrase"))
        self._repeated = Field(tr("The same once more"), _secret("wallet.repeat"))
        if not create:
            self._repeated.hide()
        self._go = primary(tr("Make wallet") if create else tr("Unlock"), name="wallet.submit", icon="unlock")
        self._build(create=create)
        self.model.changed.connect(self._render)
        self.model.opened.connect(self.accept)
        self.accepted.connect(self._go_on)
        self._render()

    def _build(self, *, create: bool) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GUTTER, GUTTER, GUTTER, GUTTER)
        layout.setSpacing(16)
        head = row(Icon("key", "accent", 24), text.lead(self.windowTitle()), spacing=12)
        head.addStretch(1)
        layout.addLayout(head)
        why = (
            tr("It signs what you sell and what you buy. Nobody can reset this passphrase for you: write it down.")
            if create
            else tr("It stays unlocked until you lock it or close Museclock.")
        )
        layout.addWidget(text.muted(why))
        layout.addWidget(self._passphrase)
        layout.addWidget(self._repeated)
        cancel = ghost(tr("Not now"), name="wallet.cancel")
        cancel.clicked.connect(self.reject)
        cancel.setAutoDefault(False)
        self._go.setDefault(True)
        self._go.clicked.connect(self._submit)
        buttons = row(cancel, self._go)
        buttons.insertStretch(0, 1)
        layout.addLayout(buttons)

    def _text(self, field: Field) -> str:
        widget = field.field
        return widget.text() if isinstance(widget, QLineEdit) else ""

    @Slot()
    def _submit(self) -> None:
        self.model.submit(self._text(self._passphrase), self._text(self._repeated))

    @Slot()
    def _go_on(self) -> None:
        self._then()

    def _render(self) -> None:
        state = self.model.state
        self._go.setEnabled(not state.busy)
        problem = state.problem
        differs = problem is not None and problem.code == "request.invalid"
        told = "" if problem is None else advice(problem).sentence
        self._passphrase.show_mistake("" if differs else told)
        self._repeated.show_mistake(tr("These two are not the same.") if differs else "")
        if problem is not None:
            self._passphrase.field.setFocus()
