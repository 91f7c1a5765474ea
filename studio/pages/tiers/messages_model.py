"""What members wrote, and the answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from studio.kit.view_model import ViewModel

if TYPE_CHECKING:
    from services.wire.messages import MessageOut, MessagesOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem


@dataclass(frozen=True, slots=True)
class MessagesState:
    """rows is None until they are loaded; answering: the message whose answer is on its way, empty for none."""

    rows: tuple[MessageOut, ...] | None = None
    answering: str = ""
    problem: Problem | None = None

    @property
    def waiting(self) -> int:
        """How many have no answer yet."""
        return sum(1 for row in self.rows or () if not row.answer)


class MessagesViewModel(ViewModel[MessagesState]):
    """Lists and answers. Signal: ``sent`` when an answer is there."""

    sent = Signal()
    watches = frozenset({"message", "membership"})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, MessagesState())

    def refresh(self) -> None:
        """Load the messages."""
        self._fetch(lambda desk: desk.messages.list("creator"), self._on_rows, self._on_problem)

    def answer(self, message_id: str, words: str) -> None:
        """Answer a member."""
        if words.strip() and not self.state.answering:
            self._set(answering=message_id, problem=None)
            self._act(lambda desk: desk.messages.answer(message_id, words), self._on_answered, self._on_problem)

    def _on_rows(self, found: MessagesOut) -> None:
        self._set(rows=found.rows, problem=None)

    def _on_answered(self, message: MessageOut) -> None:
        rows = tuple(message if row.id == message.id else row for row in self.state.rows or ())
        self._set(rows=rows, answering="")
        self.sent.emit()

    def _on_problem(self, problem: Problem) -> None:
        self._set(problem=problem, answering="")
