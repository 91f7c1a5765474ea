"""The open ways to nodes: one HTTP client and one sign-in each, made when they are first needed."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from services.desk.node_door import NodeDoor
from services.desk.nodes.transport import over_tls, trusted


@dataclass(slots=True)
class NodeBook:
    """Doors by address. ``aclose`` ends their connections; a door that is asked for after it is made anew.

    tls: whom to trust, when not whom everybody trusts.
    """

    tls: ssl.SSLContext | None = None
    _doors: dict[str, tuple[httpx.AsyncClient, NodeDoor]] = field(default_factory=dict)

    def door(self, address: str, make: Callable[[httpx.AsyncClient], NodeDoor]) -> NodeDoor:
        """Give the door to a node; ``make`` puts a new one around its client."""
        known = self._doors.get(address)
        if known is None:
            if self.tls is None:
                self.tls = trusted()
            http = httpx.AsyncClient(transport=over_tls(self.tls), base_url=address, trust_env=False)
            known = self._doors[address] = http, make(http)
        return known[1]

    async def forget(self, address: str) -> None:
        """Close the way to one node."""
        known = self._doors.pop(address, None)
        if known is not None:
            await known[0].aclose()

    async def aclose(self) -> None:
        """Close all ways."""
        for address in tuple(self._doors):
            await self.forget(address)
