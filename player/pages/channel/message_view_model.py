"""Messages to the creator of a channel, for members of a tier that has them answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.units.address import address
from studio.kit.view_model import ViewModel

if TYPE_CHECKING:
    from services.wire.messages import MessageOut, MessagesOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem


@dataclass(frozen=True, slots=True)
class MessagesState:
    """own: this viewer's messages to the creator with their answers; sent: how many have left this box."""

    creator: str = ""
    node: str = ""
    own: tuple[MessageOut, ...] = ()
    sent: int = 0
    busy: bool = False
    problem: Problem | None = None


class MessageViewModel(ViewModel[MessagesState]):
    """Reads and writes messages between this viewer and one creator."""

    watches = frozenset({"membership"})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, MessagesState())

    def open(self, creator: str, node: str) -> None:
        """Show what was said with a creator."""
        if creator != self.state.creator:
            self._state = MessagesState()
        self._set(creator=creator, node=node)
        self.refresh()

    def refresh(self) -> None:
        """Read again; a node that does not answer leaves what was read before."""
        if self.state.creator:
            node = self.state.node
            self._act(lambda desk: desk.messages.list("viewer", node=node), self._on_list, self._not_now)

    def write(self, text: str) -> None:
        """Send a message."""
        if self.state.busy:
            return
        creator, node = address(self.state.creator), self.state.node
        self._set(busy=True, problem=None)
        self._act(lambda desk: desk.messages.write(creator, text, node=node), self._on_sent, self._on_problem)

    def _on_list(self, found: MessagesOut) -> None:
        creator = self.state.creator.lower()
        self._set(own=tuple(row for row in found.rows if row.creator.lower() == creator))

    def _on_sent(self, message: MessageOut) -> None:
        self._set(busy=False, sent=self.state.sent + 1, own=(message, *self.state.own))

    def _on_problem(self, problem: Problem) -> None:
        self._set(busy=False, problem=problem)

    def _not_now(self, _problem: Problem) -> None:
        """The channel is whole without it."""
