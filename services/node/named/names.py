"""Finds the names in a request, and says who acts: pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from services.node.named.wallets import NAME, is_name
from services.units.address import Address

FIELDS = ("user_id", "creator_id")
"""What names stand in, in bodies and queries; the first one that is there says who acts."""
# Whose own the page is acts; what is public about somebody is asked by nobody in particular.
_OWN = re.compile(r"(?P<before>(/api/v1)?/(subscriptions|kyc(?!/cases)|kyc/verify|dashboard|payout)/)(?P<name>[^/]+)")
_ABOUT = re.compile(r"(?P<before>(/api/v1)?/(tiers|content/creator|creators)/)(?P<name>[^/]+)(?P<after>(/seller)?)")
_RESERVED = ("cases", "content", "dashboard", "settlements", "sums")
# On the text, so that numbers stay as they were written.
_IN_BODY = re.compile(rf'"(?P<field>{"|".join(FIELDS)})"(?P<between>\s*:\s*)"(?P<name>{NAME})"')
_IN_ANSWER = re.compile(rf'"(?P<field>{"|".join(FIELDS)})"(?P<between>\s*:\s*)"(?P<name>0x[0-9a-f]{{40}})"')


@dataclass(frozen=True, slots=True)
class Call:
    """A request: path and query as sent, the query without its question mark."""

    method: str
    path: str
    query: str = ""
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Named:
    """A request with the accounts in place of their names, and the name of who acts; None for nobody."""

    call: Call
    actor: str | None


def read_names(call: Call, bearer: str | None, account_of: Callable[[str], Address]) -> Named | None:
    """Replace the names in a request; None when there are none. bearer: the name that came in place of a token."""
    body = call.body.decode(errors="replace")
    query = parse_qsl(call.query, keep_blank_values=True)
    own = _OWN.fullmatch(call.path)
    path = own or (_ABOUT.fullmatch(call.path) if call.method == "GET" else None)
    in_path = path is not None and is_name(path["name"]) and path["name"] not in _RESERVED
    found = {name: value for name, value in query if name in FIELDS and is_name(value)}
    found.update((match["field"], match["name"]) for match in _IN_BODY.finditer(body))
    actor = bearer or next((found[field] for field in FIELDS if field in found), None)
    if actor is None and not in_path:
        return None
    if own and in_path and actor is None:
        actor = own["name"]
    asked = [(name, account_of(value) if name in FIELDS and is_name(value) else value) for name, value in query]
    rewritten = Call(
        method=call.method,
        path=path.expand(rf"\g<before>{account_of(path['name'])}{_rest(path)}") if path and in_path else call.path,
        query=urlencode(asked),
        body=_IN_BODY.sub(lambda match: _field(match, account_of(match["name"])), body).encode(),
    )
    return Named(rewritten, actor)


def with_names(answer: bytes, name_of: Callable[[str], str]) -> bytes:
    """Show accounts by their names again, in the fields that names come in."""
    text = answer.decode(errors="surrogateescape")
    shown = _IN_ANSWER.sub(lambda match: _field(match, name_of(match["name"])), text)
    return shown.encode(errors="surrogateescape")


def _field(match: re.Match[str], value: str) -> str:
    return f'"{match["field"]}"{match["between"]}"{value}"'


def _rest(path: re.Match[str]) -> str:
    return path.groupdict().get("after") or ""
