"""The creator's verification: how it stands, the next task and whose it is, and bringing documents."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog

from studio.kit.format import full_day, moment, size
from studio.kit.widgets import text
from studio.kit.widgets.badge import Badge
from studio.kit.widgets.button import Button, primary, secondary
from studio.kit.widgets.card import Card, row
from studio.kit.words import mark, tr
from studio.pages.payouts.states import DOCUMENTS, KYC, KYC_TASKS, YOU

if TYPE_CHECKING:
    from PySide6.QtWidgets import QHBoxLayout

    from services.wire.kyc import DocumentKind, KycOut

_FORMS = mark("Pictures and documents (*.pdf *.png *.jpg *.jpeg)")


class VerificationCard(Card):
    """Signals: ``asked``, ``brought(kind, path)``."""

    asked = Signal()
    brought = Signal(str, str)

    def __init__(self) -> None:
        super().__init__(tr("Verification"), spacing=12)
        self.setObjectName("payouts.verification")
        self._state, self._who = Badge(), Badge()
        self.head.addWidget(self._state)
        self._task = text.body()
        task = row(self._who, self._task, spacing=12)
        task.setStretch(1, 1)
        self.body.addLayout(task)
        self._about = text.muted(
            tr("Withdrawing from here is a transaction of your own wallet and does not wait for this. Payouts that "
               "the node sends, and pays the fee for, do.")
        )  # fmt: skip
        self.body.addWidget(self._about)
        self._lines: dict[DocumentKind, tuple[text.Text, Button]] = {}
        for kind in DOCUMENTS:
            self.body.addLayout(self._line(kind))
        self._ask = primary(tr("Ask for verification"), name="payouts.verify", icon="check")
        self._ask.clicked.connect(self.asked)
        buttons = row(self._ask)
        buttons.insertStretch(0, 1)
        self.body.addLayout(buttons)
        self.hide()

    def show_standing(self, kyc: KycOut | None, *, busy: bool) -> None:
        """Show how it stands; hidden while nothing is known."""
        self.setVisible(kyc is not None)
        if kyc is None:
            return
        words, tone = KYC[kyc.state]
        who, task = KYC_TASKS[kyc.state]
        self._state.set_state(tr(words), tone)
        self._who.set_state(tr(who), "warn" if who == YOU else "info")
        told = tr(task)
        if kyc.reason:
            told = tr("The operator says: “{reason}” {task}", reason=kyc.reason, task=told)
        elif kyc.state == "verified" and kyc.expires_at is not None:
            told = tr("{task} It holds until {day}.", task=told, day=full_day(kyc.expires_at.date()))
        self._task.setText(told)
        brought = {document.kind: document for document in kyc.documents}
        for kind, (label, button) in self._lines.items():
            found = brought.get(kind)
            if found is not None:
                label.setText(tr("brought {when}, {size}", when=moment(found.at), size=size(found.size)))
            else:
                label.setText(tr("wanted") if kind in kyc.missing else tr("not needed"))
            button.set_text(tr("Replace") if found is not None else tr("Choose a file"))
            button.setEnabled(not busy)
        self._ask.setVisible(kyc.state in ("not_started", "rejected", "expired"))
        self._ask.setEnabled(not busy)
        self.setAccessibleName(f"{tr('Verification')}: {tr(words)}. {told}")

    def _line(self, kind: DocumentKind) -> QHBoxLayout:
        name, label = text.body(tr(DOCUMENTS[kind])), text.muted(wrap=False)
        says = tr("Choose a file: {document}", document=tr(DOCUMENTS[kind]))
        button = secondary(tr("Choose a file"), name=f"payouts.document.{kind}", says=says)
        button.clicked.connect(partial(self._choose, kind))
        line = row(name, label, button, spacing=12)
        line.setStretch(0, 1)
        self._lines[kind] = (label, button)
        return line

    def _choose(self, kind: str) -> None:
        dialog = QFileDialog(self.window(), tr("Choose a document"), "", tr(_FORMS))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(partial(self.brought.emit, kind))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
