"""Which nodes may be paid, and where the proxy may listen: read from what a person typed, compared as origins."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class ListedNode:
    """A node that may be paid. origin: such as ``https://node.example``; authority: the part of it after ``//``."""

    origin: str
    authority: str


def read_node(text: str) -> ListedNode:
    """Read an address: https, or http on this computer. Raises ValueError with a sentence."""
    parts = urlsplit(text.strip())
    host, port = (parts.hostname or "").lower(), parts.port
    if parts.scheme not in _PORTS or not host or not host.isascii():
        raise ValueError(f"{text} is no address of a node: write it as https://node.example")
    if parts.username is not None or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError(f"{text} says more than which node: leave out names, paths and questions")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError(f"{text} would be paid in the open: a node elsewhere needs https")
    shown = f"[{host}]" if ":" in host else host
    authority = shown if port in (None, _PORTS[parts.scheme]) else f"{shown}:{port}"
    return ListedNode(f"{parts.scheme}://{authority}", authority)


def list_nodes(texts: Sequence[str]) -> dict[str, ListedNode]:
    """Read addresses and give each node by the names that a client may use for it. Raises ValueError."""
    found: dict[str, ListedNode] = {}
    for node in dict.fromkeys(read_node(text) for text in texts):
        names = {node.authority}
        if not urlsplit(node.origin).port:
            names.add(f"{node.authority}:{_PORTS[urlsplit(node.origin).scheme]}")
        if names & found.keys():
            raise ValueError(f"{node.authority} is listed twice, by http and by https")
        found.update(dict.fromkeys(names, node))
    return found


def find_node(nodes: dict[str, ListedNode], segment: str) -> ListedNode | None:
    """Look up the node that a path's segment names; None for all others."""
    return nodes.get(unquote(segment).lower())


def is_loopback(host: str) -> bool:
    """Tell whether a host is this computer, without asking anybody."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def read_listen(text: str) -> tuple[str, int]:
    """Read where to listen, such as ``127.0.0.1:8403``; port 0 lets the system choose. Raises ValueError."""
    host, _, port = text.rpartition(":")
    host = host.strip("[]")
    try:
        is_own = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_own = False
    if not is_own or not port.isdecimal() or int(port) > 65_535:
        raise ValueError(f"{text} is no place to listen: it must be on the loopback address, such as 127.0.0.1:8403")
    return host, int(port)
