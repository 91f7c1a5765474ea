"""Writing to a creator as a member, and reading what came back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from services.units.membership import MAX_MESSAGE
from studio.kit.format import day
from studio.kit.problems import advice
from studio.kit.theme import scaled
from studio.kit.widgets import text
from studio.kit.widgets.button import primary
from studio.kit.widgets.card import Card, column, row
from studio.kit.words import tr

if TYPE_CHECKING:
    from player.pages.channel.message_view_model import MessagesState
    from services.wire.messages import MessageOut

_HEIGHT = 72
_SHOWN = 5


class MessageBox(Card):
    """Signals: ``written(text)``."""

    written = Signal(str)

    def __init__(self) -> None:
        super().__init__(tr("Write to the creator"))
        self.setObjectName("channel.message")
        self._words = QPlainTextEdit()
        self._words.setObjectName("channel.message.words")
        self._words.setAccessibleName(tr("Your message to the creator"))
        self._words.setPlaceholderText(tr("As a member you get an answer; only the two of you read it."))
        self._words.setFixedHeight(scaled(_HEIGHT))
        self._words.setTabChangesFocus(True)
        self._send = primary(tr("Send"), name="channel.message.send", icon="arrow-right")
        self._told = text.muted()
        self._told.setObjectName("channel.message.told")
        self._lines = QWidget()
        self._list = QVBoxLayout(self._lines)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(12)
        self._shown: tuple[MessageOut, ...] = ()
        self._sent, self._busy = 0, False
        self.body.addWidget(self._words)
        line = row(self._told, self._send, spacing=16)
        line.setStretch(0, 1)
        self.body.addLayout(line)
        self.body.addWidget(self._lines)
        self._words.textChanged.connect(self._judge)
        self._send.clicked.connect(lambda: self.written.emit(self._text))
        self._judge()

    @property
    def _text(self) -> str:
        return self._words.toPlainText().strip()

    def show_state(self, state: MessagesState, *, answers: bool) -> None:
        """Draw the box; answers: whether this viewer's tier has messages answered."""
        self.setVisible(answers or bool(state.own))
        self._words.setVisible(answers)
        self._send.setVisible(answers)
        self._busy = state.busy
        if state.sent > self._sent:
            self._sent = state.sent
            self._words.clear()
        self._told.set_ink("bad" if state.problem is not None else "muted")
        self._told.setText("" if state.problem is None else advice(state.problem).sentence)
        if state.own != self._shown:
            self._shown = state.own
            self._draw()
        self._judge()

    def _draw(self) -> None:
        while (item := self._list.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for message in self._shown[:_SHOWN]:
            self._list.addWidget(_line(message))

    def _judge(self) -> None:
        over = len(self._text) - MAX_MESSAGE
        self._send.setEnabled(bool(self._text) and over <= 0 and not self._busy)
        self._send.set_text(tr("Sending…") if self._busy else tr("Send"))
        if over > 0:
            self._told.set_ink("bad")
            self._told.setText(tr("{count} characters too many.", count=over))


def _line(message: MessageOut) -> QWidget:
    made = QWidget()
    made.setObjectName("channel.message.line")
    answer = message.answer or tr("No answer yet.")
    layout = column(
        text.caption(tr("You, {day}", day=day(message.at.astimezone().date()))),
        text.body(message.text),
        text.muted(answer),
        spacing=4,
    )
    layout.setContentsMargins(0, 0, 0, 0)
    made.setLayout(layout)
    return made
