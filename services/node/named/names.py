"""Finds the names in a request, and says who acts: pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from services.node.named.wallets import NAME, is_name
from services.units.address import Address

FIELDS = ("user_id", "creator_id")
"""What names stand in, in bodies and queries; the first one that is there says who acts."""
_PATHS = re.compile(
    r"(?P<before>(/api/v1)?/(tiers|subscriptions|kyc|kyc/verify|dashboard|payout|content/creator)/)(?P<name>[^/]+)"
)
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
    """A request with the accounts in place of their names, whose it is, and which names there were."""

    call: Call
    actor: str
    names: tuple[str, ...]


def read_names(call: Call, bearer: str | None, account_of: Callable[[str], Address]) -> Named | None:
    """Replace the names in a request; None when there are none. bearer: the name that came in place of a token."""
    body = call.body.decode(errors="replace")
    query = parse_qsl(call.query, keep_blank_values=True)
    path = _PATHS.fullmatch(call.path)
    in_path = path["name"] if path and is_name(path["name"]) else None
    found = {name: value for name, value in query if name in FIELDS and is_name(value)}
    found.update((match["field"], match["name"]) for match in _IN_BODY.finditer(body))
    actor = bearer or next((found[field] for field in FIELDS if field in found), in_path)
    if actor is None:
        return None
    asked = [(name, account_of(value) if name in found and value == found[name] else value) for name, value in query]
    rewritten = Call(
        method=call.method,
        path=path["before"] + account_of(in_path) if path and in_path else call.path,
        query=urlencode(asked),
        body=_IN_BODY.sub(lambda match: _field(match, account_of(match["name"])), body).encode(),
    )
    return Named(rewritten, actor, tuple(dict.fromkeys((actor, *found.values(), *([in_path] if in_path else [])))))


def with_names(answer: bytes, names: Mapping[str, str]) -> bytes:
    """Show accounts by their names again, in the fields that names come in."""
    text = answer.decode(errors="surrogateescape")
    shown = _IN_ANSWER.sub(lambda match: _field(match, names.get(match["name"], match["name"])), text)
    return shown.encode(errors="surrogateescape")


def _field(match: re.Match[str], value: str) -> str:
    return f'"{match["field"]}"{match["between"]}"{value}"'
