"""Addresses of nodes and links to films: read strictly, written in one form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from services.units.ids import ContentId, content_id
from services.wire.problems import ProblemError

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_MAX_CHARS = 300
_PORTS = {"https": 443, "http": 80}
LINK_SCHEME = "museclock"
_LINK = re.compile(
    LINK_SCHEME
    + r"://(?P<chain>[0-9]{1,18})/content/(?P<content>0x[0-9a-fA-F]{64})(?:\?node=(?P<node>[^&#\s]{1,600}))?"
)


@dataclass(frozen=True, slots=True)
class FilmLink:
    """What a link to a film says. node: empty when it names none."""

    chain_id: int
    content: ContentId
    node: str


def read_address(text: str) -> str:
    """Give a node's address in its one form; http counts on this computer only, where nobody is on the way.

    Raises ProblemError: node.address.
    """
    given = text.strip()
    if not given or len(given) > _MAX_CHARS or any(char.isspace() or not char.isprintable() for char in given):
        raise ProblemError("node.address")
    try:
        parts = urlsplit(given if "://" in given else f"https://{given}")
        port = parts.port
    except ValueError as exc:
        raise ProblemError("node.address") from exc
    host = (parts.hostname or "").lower().rstrip(".")
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    is_bare = parts.path in ("", "/") and not (parts.query or parts.fragment or "@" in parts.netloc)
    if not (host and host.isascii() and is_safe and is_bare) or port == 0:
        raise ProblemError("node.address")
    name = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{name}" + ("" if port in (None, _PORTS[parts.scheme]) else f":{port}")


def film_link(chain_id: int, content: ContentId, node: str) -> str:
    """Write the link to a film; node: the address that others reach it by, empty for one that they cannot reach."""
    where = f"?node={quote(node, safe='')}" if node else ""
    return f"{LINK_SCHEME}://{chain_id}/content/{content}{where}"


def read_link(text: str) -> FilmLink:
    """Read a link to a film. Raises ProblemError: node.address."""
    found = _LINK.fullmatch(text.strip())
    if found is None:
        raise ProblemError("node.address")
    node = unquote(found["node"] or "")
    return FilmLink(int(found["chain"]), content_id(found["content"]), read_address(node) if node else "")
