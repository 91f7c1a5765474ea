"""Lines of the operator's queues: what waits, and what can be decided about it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.kit.widgets import text
from studio.kit.widgets.ask_back import AskBack
from studio.kit.widgets.badge import Badge
from studio.kit.widgets.card import Card, column, hairline, row
from studio.kit.widgets.flow import Beside
from studio.kit.widgets.skeleton import skeleton_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.kit.tokens import Tone
    from studio.kit.widgets.button import Button
    from studio.pages.oversight.questions import Question

_BESIDE = 560
"""Pixels at 100 % that a line and its decisions need side by side."""


class Line(QWidget):
    """One thing to decide. Signals: ``decided(action, subject)``; ``sure(action, subject)`` and ``kept`` when asked."""

    decided = Signal(str, object)
    sure = Signal(str, object)
    kept = Signal()

    def __init__(self, subject: Any, head: str, told: str, *, badge: str = "", tone: Tone = "neutral") -> None:
        super().__init__()
        self._subject = subject
        top = row(text.Text(head, weight=text.Weight.DemiBold))
        if badge:
            top.addWidget(Badge(badge, tone))
        top.addStretch(1)
        words: QVBoxLayout = column(spacing=2)
        words.addLayout(top)
        words.addWidget(text.muted(told))
        self._line = Beside(words, least=_BESIDE, spacing=16)
        self._whole = column(self._line, spacing=12)
        self.setLayout(self._whole)

    def offer(self, button: Button, action: str) -> None:
        """Put a button at the right."""
        button.setProperty("decision", action)
        button.clicked.connect(self._on_click)
        self._line.add_end(button)

    def ask(self, question: Question, action: str) -> None:
        """Say what follows from a decision before it is one, in place of its buttons."""
        ask = AskBack(question.yes, question.no, name=f"oversight.{action}")
        ask.say(question.words)
        ask.sure.connect(partial(self.sure.emit, action, self._subject))
        ask.kept.connect(self.kept)
        self._whole.addWidget(ask)

    def _on_click(self) -> None:
        self.decided.emit(str(self.sender().property("decision")), self._subject)


class Queue(Card):
    """Lines under a title, or a sentence when nothing waits; neither while that is not known."""

    def __init__(self, title: str, nothing: str) -> None:
        super().__init__(title)
        self._nothing = text.muted(nothing)
        self._nothing.hide()
        self._ghost = skeleton_lines(60, height=20)
        self._lines: list[QWidget] = []
        for part in (self._ghost, self._nothing):
            self.body.addWidget(part)

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show what waits in place of what was shown."""
        self._ghost.hide()
        for old in self._lines:
            self.body.removeWidget(old)
            old.deleteLater()
        self._lines = []
        for line in lines:
            self._lines += [hairline(), line] if self._lines else [line]
        for part in self._lines:
            self.body.addWidget(part)
        self._nothing.setVisible(not lines)
