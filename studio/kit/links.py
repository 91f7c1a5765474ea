"""Links of the scheme ``museclock``: read strictly, for they come from anywhere. A link opens a page, nothing else.

``museclock://CHAIN/content/ID?node=ADDRESS`` is a film, ``museclock://CHAIN/creator/ADDRESS?node=ADDRESS`` a channel,
``museclock://open/PAGE`` a page of the window. There is no link that buys, joins, sends or changes anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import unquote

SCHEME: Final = "museclock"
MAX_CHARS: Final = 900
PAGES: Final = ("discover", "watch", "library", "wallet", "overview", "content", "upload", "tiers", "members",
                "earnings", "payouts", "settings")  # fmt: skip
_NODE = r"(?:\?node=(?P<node>[A-Za-z0-9%._~:\-]{1,600}))?"
_FILM = re.compile(SCHEME + r"://[0-9]{1,18}/content/0x[0-9a-fA-F]{64}" + _NODE)
_CHANNEL = re.compile(SCHEME + r"://[0-9]{1,18}/creator/(?P<creator>0x[0-9a-fA-F]{40})" + _NODE)
_PAGE = re.compile(SCHEME + r"://open/(?P<page>[a-z]{1,20})/?")

Kind = Literal["film", "channel", "page"]


@dataclass(frozen=True, slots=True)
class Link:
    """What a link leads to. text: as it was given. creator, node: of a channel; page: of a page."""

    kind: Kind
    text: str
    creator: str = ""
    node: str = ""
    page: str = ""


def read_link(given: str) -> Link | None:
    """Read a link; None for anything that is not exactly one."""
    if len(given) > MAX_CHARS:
        return None
    text = given.strip(" \t\r\n")
    if _FILM.fullmatch(text):
        return Link("film", text)
    channel = _CHANNEL.fullmatch(text)
    if channel is not None:
        return Link("channel", text, creator=channel["creator"].lower(), node=unquote(channel["node"] or ""))
    page = _PAGE.fullmatch(text)
    if page is not None and page["page"] in PAGES:
        return Link("page", text, page=page["page"])
    return None
