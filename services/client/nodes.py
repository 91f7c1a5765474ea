"""The nodes besides the one on this computer."""

from __future__ import annotations

from services.http.door import Door
from services.wire.catalogue import ItemOut
from services.wire.nodes import LinkIn, NodeAt, NodeIn, NodeOut

_LOOK_S = 15.0


class NodesClient:
    """Calls of the nodes slice. Each gives the whole list, in the order in which the nodes were added."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def list(self) -> tuple[NodeOut, ...]:
        """List the nodes; their changes follow as ``node`` events."""
        return await self._door.call(tuple[NodeOut, ...], "GET", "/nodes")

    async def add(self, address: str, *, name: str = "") -> tuple[NodeOut, ...]:
        """Add a node by its https address or by a link to a film there.

        Problem codes: node.address, node.unreachable, node.certificate, node.not_a_node, chain.wrong_chain.
        """
        body = NodeIn(address=address, name=name)
        return await self._door.call(tuple[NodeOut, ...], "POST", "/nodes", body=body, timeout_s=_LOOK_S)

    async def look(self, address: str) -> tuple[NodeOut, ...]:
        """Look at a node again, now. Problem codes: node.not_found."""
        body = NodeAt(address=address)
        return await self._door.call(tuple[NodeOut, ...], "POST", "/nodes/look", body=body, timeout_s=_LOOK_S)

    async def agree(self, address: str) -> tuple[NodeOut, ...]:
        """Confirm what a node can do with the keys of films. Problem codes: node.not_found."""
        return await self._door.call(tuple[NodeOut, ...], "POST", "/nodes/agree", body=NodeAt(address=address))

    async def open_link(self, text: str) -> ItemOut:
        """Find the film that a link leads to.

        Problem codes: node.address (no link), chain.wrong_chain, node.not_found (add it first), content.not_found,
        node.unreachable.
        """
        return await self._door.call(ItemOut, "POST", "/links", body=LinkIn(text=text))

    async def remove(self, address: str) -> tuple[NodeOut, ...]:
        """Take a node off the list. Problem codes: node.not_found, node.in_use."""
        return await self._door.call(tuple[NodeOut, ...], "DELETE", "/nodes", query={"address": address})
