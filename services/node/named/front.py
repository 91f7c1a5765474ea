"""What stands before a node's application, chosen when the node starts: nothing, or accounts by name."""

from __future__ import annotations

from typing import Protocol

import httpx
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.node.context import Node
from services.node.named.client import NamedClient
from services.node.named.names import Call, read_names, with_names
from services.node.named.wallets import NamedWallets, is_name
from services.units.address import Address

# No call of a person by name is longer.
_MOST_BYTES = 64 * 1024
_PASSED_ON = ("idempotency-key", "payment-signature", "accept")
_NOT_PASSED_BACK = ("content-length", "transfer-encoding")


class Front(Protocol):
    """Puts something before an application."""

    def __call__(self, node: Node, app: ASGIApp) -> ASGIApp: ...


def signed_in_only(_node: Node, app: ASGIApp) -> ASGIApp:
    """Put nothing before it: every call acts for the account that signed in."""
    return app


class AccountsByName:
    """Lets calls by name act for accounts that live here; all others pass through untouched."""

    def __init__(self, node: Node, app: ASGIApp, wallets: NamedWallets) -> None:
        self._app, self._wallets = app, wallets
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self._client = NamedClient(node, httpx.AsyncClient(transport=transport, base_url=node.uri), wallets)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or (bearer := _bearer(scope)) == "":
            await self._app(scope, receive, send)
            return
        begun, body = await _begin(receive)
        call = Call(scope["method"], scope["path"], scope["query_string"].decode("latin-1"), body)
        named = read_names(call, bearer, self._address)
        if named is None:
            await self._app(scope, _again(begun, receive), send)
            return
        headers = {name: value for name, value in Request(scope).headers.items() if name in _PASSED_ON}
        if named.actor is None:
            answer = await self._client.ask(named.call, headers)
        else:
            answer = await self._client.act(named.actor, named.call, headers)
        kept = {name: value for name, value in answer.headers.items() if name not in _NOT_PASSED_BACK}
        reply = Response(with_names(answer.content, self._wallets.name_of), answer.status_code, kept)
        await reply(scope, receive, send)

    def _address(self, name: str) -> Address:
        return self._wallets.of(name).address


def _bearer(scope: Scope) -> str | None:
    """Give the name that came as a token; None without a token, empty for a real one."""
    given = Request(scope).headers.get("authorization")
    if given is None:
        return None
    scheme, _, name = given.partition(" ")
    return name if scheme.lower() == "bearer" and is_name(name) else ""


async def _begin(receive: Receive) -> tuple[list[Message], bytes]:
    """Read a body that may hold names; of a longer one only what came first, and none of it is taken for names."""
    messages, body = [], b""
    while True:
        message = await receive()
        messages.append(message)
        body += message.get("body", b"")
        if len(body) > _MOST_BYTES:
            return messages, b""
        if message["type"] != "http.request" or not message.get("more_body"):
            return messages, body


def _again(begun: list[Message], receive: Receive) -> Receive:
    waiting = iter(begun)

    async def next_message() -> Message:
        return next(waiting, None) or await receive()

    return next_message
