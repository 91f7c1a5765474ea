"""A box to choose a node by its name; the one on this computer comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.kit.node_words import HERE
from studio.kit.widgets.choice import Choice
from studio.kit.words import tr

if TYPE_CHECKING:
    from services.wire.nodes import NodeOut


class NodeChoice(Choice):
    """Signal: ``picked(address)`` when a person chooses; empty for this computer."""

    def __init__(self, *, name: str, says: str) -> None:
        super().__init__((), name=name, says=says)

    @property
    def address(self) -> str:
        """What is chosen."""
        return self.key

    def show_nodes(self, nodes: tuple[NodeOut, ...], chosen: str, *, without: str | None = None) -> None:
        """Offer this computer and the nodes, less one place; what is not offered any more is not chosen either."""
        self.offer(tuple(one for one in (("", tr(HERE)), *((n.address, n.name) for n in nodes)) if one[0] != without))
        self.choose(chosen)
