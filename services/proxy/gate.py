"""Who may come in: programs on this computer that know the token; never a web page, whatever address it uses."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from services.proxy.nodes import ListedNode, find_node
from services.proxy.refusals import Reason, Refusal

MIN_TOKEN = 32


@dataclass(frozen=True, slots=True)
class Gate:
    """The proxy's own address. hosts: what the Host header may say; token: the first part of every path."""

    hosts: frozenset[str]
    token: str
    nodes: dict[str, ListedNode]

    def admit(self, headers: tuple[tuple[str, str], ...], raw_target: str) -> tuple[ListedNode, str]:
        """Check where a request comes from; gives the node and the path and query for it. Raises Refusal.

        headers: with names in lower case. raw_target: the request's path and query as they came.
        """
        self._check_caller(headers)
        path, mark, query = raw_target.partition("?")
        parts = path.split("/", 3)
        if (
            not raw_target.isascii()
            or len(parts) < 3
            or parts[0]
            or not hmac.compare_digest(parts[1].encode(), self.token.encode())
        ):
            raise Refusal(Reason.ADDRESS, "That is not this proxy's address: take the one that it said at its start.")
        node = find_node(self.nodes, parts[2])
        if node is None:
            raise Refusal(Reason.NODE, f"{parts[2][:100]} is not one of the nodes that this proxy was started for.")
        return node, "/" + (parts[3] if len(parts) > 3 else "") + mark + query

    def _check_caller(self, headers: tuple[tuple[str, str], ...]) -> None:
        hosts = [value.lower() for name, value in headers if name == "host"]
        if len(hosts) != 1 or hosts[0] not in self.hosts:
            raise Refusal(Reason.ADDRESS, "That is not this proxy's address.")
        for name, value in headers:
            # A page that came through the proxy is a stranger, too: it may be shown, and ask for nothing.
            if name == "origin" or (name == "sec-fetch-site" and value != "none"):
                raise Refusal(Reason.PAGE, "Web pages get nothing here: this proxy is for programs.")
