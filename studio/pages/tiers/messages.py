"""Members' messages with a line to answer each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from services.units.membership import MAX_MESSAGE
from studio.kit.format import moment, short
from studio.kit.problems import advice
from studio.kit.widgets import text
from studio.kit.widgets.button import secondary
from studio.kit.widgets.card import Card, hairline, row
from studio.kit.words import tr, tr_count

if TYPE_CHECKING:
    from services.wire.messages import MessageOut
    from studio.pages.tiers.messages_model import MessagesState


class MessagesCard(Card):
    """Hidden while nobody has written. Signal: ``answered(message_id, words)``."""

    answered = Signal(str, str)

    def __init__(self) -> None:
        super().__init__(tr("Messages from members"))
        self.setObjectName("tiers.messages")
        self._count = text.muted(wrap=False)
        self.head.addWidget(self._count)
        self._problem = text.Text(ink="bad", wrap=True)
        self.body.addWidget(self._problem)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(16)
        self.body.addLayout(self._lines)
        self._rows: dict[str, MessageRow] = {}
        self.hide()

    def show_state(self, state: MessagesState) -> None:
        """Show what was written; what is being typed stays."""
        self.setVisible(bool(state.rows))
        self._problem.setVisible(state.problem is not None)
        self._problem.setText("" if state.problem is None else advice(state.problem).sentence)
        waiting = state.waiting
        self._count.setText(
            tr_count(waiting, "one waits for your answer", "{count} wait for your answer")
            if waiting
            else tr("all answered")
        )
        if [row.id for row in state.rows or ()] != list(self._rows):
            self._lay_out(state.rows or ())
        for message in state.rows or ():
            self._rows[message.id].show_message(message, busy=state.answering == message.id)

    def _lay_out(self, messages: tuple[MessageOut, ...]) -> None:
        typed = {message_id: row.typed for message_id, row in self._rows.items()}
        while (item := self._lines.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._rows = {message.id: MessageRow(message.id) for message in messages}
        for at, (message_id, made) in enumerate(self._rows.items()):
            if at:
                self._lines.addWidget(hairline())
            made.set_typed(typed.get(message_id, ""))
            made.answered.connect(self.answered)
            self._lines.addWidget(made)


class MessageRow(QWidget):
    """One message. Signal: ``answered(message_id, words)``."""

    answered = Signal(str, str)

    def __init__(self, message_id: str) -> None:
        super().__init__()
        self._id = message_id
        self._from, self._words = text.caption(), text.body()
        self._answer = text.muted()
        self._answer.setObjectName("tiers.message.answer")
        self._line = QLineEdit()
        self._line.setObjectName("tiers.message.line")
        self._line.setMaxLength(MAX_MESSAGE)
        self._line.setPlaceholderText(tr("Your answer"))
        self._line.returnPressed.connect(self._on_send)
        self._line.textChanged.connect(self._on_typed)
        self._send = secondary(tr("Answer"), name="tiers.message.send")
        self._send.clicked.connect(self._on_send)
        self._send.setEnabled(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for part in (self._from, self._words, self._answer):
            layout.addWidget(part)
        self._busy = False
        line = row(spacing=8)
        line.addWidget(self._line, 1)
        line.addWidget(self._send)
        self._entry = QWidget()
        line.setContentsMargins(0, 0, 0, 0)
        self._entry.setLayout(line)
        layout.addWidget(self._entry)

    @property
    def typed(self) -> str:
        """What is in the line."""
        return self._line.text()

    def set_typed(self, words: str) -> None:
        """Put words into the line."""
        self._line.setText(words)

    def show_message(self, message: MessageOut, *, busy: bool) -> None:
        """Show what was written, and the answer or the line for it."""
        self._busy = busy
        self._from.setText(
            tr("{who}, member of {tier}, {moment}", who=short(message.viewer), tier=message.tier_name,
               moment=moment(message.at))
        )  # fmt: skip
        self._words.setText(message.text)
        self._answer.setVisible(bool(message.answer))
        self._answer.setText(tr("You: {answer}", answer=message.answer))
        self._entry.setVisible(not message.answer)
        self._line.setAccessibleName(tr("Answer to {who}", who=short(message.viewer)))
        self._on_typed()

    def _on_typed(self) -> None:
        self._send.setEnabled(bool(self._line.text().strip()) and not self._busy)

    def _on_send(self) -> None:
        if self._send.isEnabled():
            self.answered.emit(self._id, self._line.text().strip())
