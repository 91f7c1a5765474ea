"""When a film is there for everybody: as soon as it is published, or at a moment; and who has it earlier."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QLineEdit, QVBoxLayout, QWidget

from studio.kit.opening_time import write
from studio.kit.widgets import text
from studio.kit.widgets.button import Button
from studio.kit.widgets.fields import Field
from studio.kit.widgets.flow import Flow
from studio.kit.words import tr, tr_count

if TYPE_CHECKING:
    from datetime import datetime

    from services.wire.tiers import TierOut
    from studio.pages.upload.state import UploadState


class WhenPart(QWidget):
    """Signal: ``edited`` after each change by a person; ``written`` is what stands there then."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._now = Button(tr("As soon as it is published"), "choice", name="upload.when.now")
        self._later = Button(tr("At a time"), "choice", name="upload.when.later")
        group = QButtonGroup(self)
        for button in (self._now, self._later):
            group.addButton(button)
            button.clicked.connect(self._on_choice)
        self._moment = QLineEdit()
        self._moment.setObjectName("upload.when.moment")
        self._moment.setPlaceholderText("2026-11-28 18:00")
        self._moment.textEdited.connect(self.edited)
        self._field = Field(tr("Day and time here"), self._moment)
        self._early = text.muted()
        self._early.setObjectName("upload.when.early")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(text.Text(tr("There for everybody"), size=12, weight=text.Weight.Medium))
        layout.addLayout(Flow(self._now, self._later, spacing=8))
        layout.addWidget(self._field)
        layout.addWidget(self._early)
        self._now.setChecked(True)

    @property
    def written(self) -> str:
        """What was typed; empty for as soon as it is published."""
        return self._moment.text() if self._later.isChecked() else ""

    def show_state(self, state: UploadState) -> None:
        """Show the choice, and whose it is before that moment."""
        draft = state.draft
        if draft.opens_text and self._moment.text() != draft.opens_text:
            self._moment.setText(draft.opens_text)
        if draft.opens_text:
            self._later.setChecked(True)
        self._field.setVisible(self._later.isChecked())
        self._field.show_mistake(state.mistakes.get("opens_text", ""))
        told = [] if draft.opens_at is None else _early(draft.opens_at, state.tiers, draft.tiers)
        self._early.setVisible(self._later.isChecked() and bool(told))
        self._early.setText(" ".join(told))

    def clear(self) -> None:
        """Forget what was typed: another film is shown."""
        self._moment.clear()
        self._now.setChecked(True)

    def _on_choice(self) -> None:
        self._field.setVisible(self._later.isChecked())
        if self._later.isChecked():
            self._moment.setFocus()
        self.edited.emit()


def _early(opens_at: datetime, tiers: tuple[TierOut, ...], chosen: tuple[str, ...]) -> list[str]:
    return [
        tr_count(
            tier.early_access_days,
            "Members of {tier} have it a day earlier, from {moment}.",
            "Members of {tier} have it {count} days earlier, from {moment}.",
            tier=tier.name,
            moment=write(opens_at - timedelta(days=tier.early_access_days)),
        )
        for tier in tiers
        if tier.early_access_days and tier.id in chosen
    ]
