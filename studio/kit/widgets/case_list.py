"""Cases about an account, each with its reason and a way to object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from studio.kit.case_words import KINDS, STATES, case_sentence
from studio.kit.widgets import text
from studio.kit.widgets.badge import Badge
from studio.kit.widgets.button import secondary
from studio.kit.widgets.card import Card, column, hairline, holder, row
from studio.kit.words import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.wire.cases import CaseOut

_MOST = 1000


class CaseLine(QWidget):
    """One case. Signal: ``objected(id, words)``."""

    objected = Signal(str, str)

    def __init__(self, case: CaseOut) -> None:
        super().__init__()
        self._id = case.id
        words, tone = STATES[case.state]
        head = row(text.Text(tr(KINDS[case.kind]), weight=text.Weight.DemiBold), Badge(tr(words), tone))
        head.addStretch(1)
        layout = column(spacing=4)
        layout.addLayout(head)
        layout.addWidget(text.muted(case_sentence(case)))
        self._words = QLineEdit()
        self._words.setObjectName(f"case.words.{case.id}")
        self._words.setAccessibleName(tr("Why you object"))
        self._words.setPlaceholderText(tr("Why is this a mistake?"))
        self._words.setMaxLength(_MOST)
        send = secondary(tr("Object"), name=f"case.object.{case.id}")
        send.clicked.connect(self._on_send)
        answer = holder(row(self._words, send))
        answer.setVisible(case.state in ("open", "appealed"))
        layout.addWidget(answer)
        self.setLayout(layout)

    def _on_send(self) -> None:
        if self._words.text().strip():
            self.objected.emit(self._id, self._words.text().strip())


class CaseList(Card):
    """All cases of an account; hidden while there are none. Signal: ``objected(id, words)``."""

    objected = Signal(str, str)

    def __init__(self) -> None:
        super().__init__(tr("Cases"))
        self.setObjectName("cases")
        self.body.addWidget(
            text.muted(tr("A published rule asks a person to look. Nothing is lost meanwhile, and you can object."))
        )
        self._shown: tuple[CaseOut, ...] = ()
        self._lines: list[QWidget] = []
        self.hide()

    def show_cases(self, cases: Sequence[CaseOut], *, busy: bool) -> None:
        """Show the cases."""
        self.setEnabled(not busy)
        if tuple(cases) == self._shown:
            return
        for old in self._lines:
            self.body.removeWidget(old)
            old.deleteLater()
        self._shown, self._lines = tuple(cases), []
        for case in cases:
            line = CaseLine(case)
            line.objected.connect(self.objected)
            self._lines += [hairline(), line]
        for part in self._lines:
            self.body.addWidget(part)
        self.setVisible(bool(cases))
