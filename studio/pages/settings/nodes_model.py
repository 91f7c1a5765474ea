"""The list of nodes as the settings page shows and changes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.kit.view_model import ViewModel

if TYPE_CHECKING:
    from services.wire.nodes import NodeOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem


@dataclass(frozen=True, slots=True)
class NodesState:
    """nodes is None until they are loaded. added: how many were added here, so that the field knows when to clear."""

    nodes: tuple[NodeOut, ...] | None = None
    added: int = 0
    undo: str = ""
    """The address of the node that was taken off the list last."""
    busy: bool = False
    problem: Problem | None = None


class NodesViewModel(ViewModel[NodesState]):
    """Adds, looks again, removes."""

    watches = frozenset({"node"})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, NodesState())

    def refresh(self) -> None:
        """Load the list."""
        self._fetch(lambda desk: desk.nodes.list(), self._on_nodes)

    def add(self, address: str) -> None:
        """Look at a node and put it on the list."""
        if address.strip() and not self.state.busy:
            self._set(busy=True, problem=None)
            self._act(lambda desk: desk.nodes.add(address.strip()), self._on_added)

    def look(self, address: str) -> None:
        """Ask a node again, now."""
        self._set(problem=None)
        self._act(lambda desk: desk.nodes.look(address), self._on_nodes)

    def remove(self, address: str) -> None:
        """Take a node off the list."""
        self._set(problem=None, undo="")

        def removed(nodes: tuple[NodeOut, ...]) -> None:
            self._set(nodes=nodes, undo=address)

        self._act(lambda desk: desk.nodes.remove(address), removed)

    def take_back(self) -> None:
        """Put the node that was removed last back on the list."""
        address = self.state.undo
        if address and not self.state.busy:
            self._set(undo="")
            self.add(address)

    def _on_nodes(self, nodes: tuple[NodeOut, ...]) -> None:
        self._set(nodes=nodes)

    def _on_added(self, nodes: tuple[NodeOut, ...]) -> None:
        self._set(nodes=nodes, busy=False, added=self.state.added + 1)
