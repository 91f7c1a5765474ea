"""Rate limits at the node's outer door: unpaid work is bounded for each caller, paid work is never refused.

The server that offers a node to others puts this around the application; a node in its desk's own process has none.
A caller is the account of a session that the node has accepted before, else the client's address (of IPv6 its /64).
The worker processes of a node count together.

A request that brings a payment is never refused here. Where payments of a caller keep being no good, the next ones
wait a moment before they are looked at, so that guessing costs the guesser.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv6Network
from typing import Any, Final, Literal

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.node.buckets import Buckets, Counted, Rate
from services.node.shared_buckets import BucketMemory, SharedBuckets
from services.units.address import Address
from services.wire.problems import ProblemError

Kind = Literal["sign_in", "unpaid", "search", "write", "block", "read", "refused"]
RATES: Final[Mapping[Kind, Rate]] = {
    "sign_in": Rate(1, 30),
    "unpaid": Rate(10, 60),
    "search": Rate(5, 40),
    "write": Rate(5, 60),
    # A film is brought in as many blocks as it has megabytes, and watched in as many.
    "block": Rate(200, 1000),
    "read": Rate(40, 200),
    # Payments that were no good.
    "refused": Rate(2, 30),
}
HOLD_S = 0.25
"""How long an answer to somebody over the limit is held back at least: who asks again at once, then asks seldom."""

REFUSALS_PER_S = 30
"""How many of those answers leave in a second, one after the other: a hundred at once would keep the others waiting."""

_LONGEST_HOLD_S = 10.0
_MOST_HELD = 2_000
_KNOWN_TOKENS = 50_000
_PREFIX = "/api/v1"
_LISTS = frozenset({"/content", "/catalogue", "/tags", "/search"})
_SOLD = ("/stream", "/pay")
SEEN: Final = "museclock.seen"


@dataclass(slots=True)
class Seen:
    """What the inner door found out about a request."""

    account: Address | None = None


def note_account(scope: Mapping[str, Any], account: Address) -> None:
    """Tell the limits, if there are any, whose session a request carries."""
    seen = scope.get(SEEN)
    if isinstance(seen, Seen):
        seen.account = account


def kind_of(method: str, path: str) -> Kind:
    """Tell what a request without a payment asks of the node."""
    path = path.removeprefix(_PREFIX).rstrip("/") or "/"
    if path.endswith(_SOLD) or path == "/subscribe":
        return "unpaid"
    if path.startswith(("/ipfs/", "/blocks/")):
        return "block"
    if method in ("GET", "HEAD", "OPTIONS"):
        return "search" if path in _LISTS else "read"
    return "sign_in" if path.startswith("/auth/") else "write"


class RateLimits:
    """ASGI middleware; one for each process, used by its event loop only."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        rates: Mapping[Kind, Rate] = RATES,
        now: Callable[[], float] = time.monotonic,
        hold_s: float = HOLD_S,
        memory: BucketMemory | None = None,
    ) -> None:
        """memory: of the processes that count together; None for one that counts for itself."""
        self._app = app
        self._rates = rates
        self._hold_s = hold_s
        self._buckets: Counted = Buckets(now) if memory is None else SharedBuckets(memory, now)
        self._tokens: OrderedDict[bytes, Address] = OrderedDict()
        self._now = now
        self._held = 0
        self._last_refusal = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer 429 with Retry-After."""
        if scope["type"] != "http" or scope.get("client") is None:
            await self._app(scope, receive, send)
            return
        token, is_paid = _headers(scope)
        caller = self._caller(scope, token)
        if is_paid:
            if self._buckets.is_empty(("refused", caller), self._rates["refused"]):
                await self._hold(in_turn=False)
        else:
            kind = kind_of(scope["method"], scope["path"])
            wait_s = self._buckets.take((kind, caller), self._rates[kind])
            if wait_s > 0:
                await self._hold(in_turn=True)
                await _too_many(wait_s)(scope, receive, send)
                return
        await self._pass_on(scope, receive, send, token=token, caller=caller, is_paid=is_paid)

    async def _pass_on(
        self, scope: Scope, receive: Receive, send: Send, *, token: bytes | None, caller: str, is_paid: bool
    ) -> None:
        seen = Seen()

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                status = message["status"]
                if is_paid:
                    self._note_payment(caller, status)
                if token is not None:
                    self._remember(token, seen.account)
            await send(message)

        await self._app({**scope, SEEN: seen}, receive, answer)

    def _note_payment(self, caller: str, status: int) -> None:
        if status < 300 and caller.startswith("0x"):
            # An account that pays each time after having asked for the price may ask as often. Not an address: others
            # behind it would ask on the account of those who pay.
            self._buckets.give_back(("unpaid", caller), self._rates["unpaid"])
        elif 400 <= status < 500:
            self._buckets.take(("refused", caller), self._rates["refused"])

    def _caller(self, scope: Scope, token: bytes | None) -> str:
        account = None if token is None else self._tokens.get(token)
        return account or _network(scope["client"][0])

    def _remember(self, token: bytes, account: Address | None) -> None:
        """Keep whose token it is, or that it is nobody's any more."""
        if account is None:
            self._tokens.pop(token, None)
            return
        self._tokens[token] = account
        self._tokens.move_to_end(token)
        if len(self._tokens) > _KNOWN_TOKENS:
            self._tokens.popitem(last=False)

    async def _hold(self, *, in_turn: bool) -> None:
        """Wait a moment, or for the next place in the row of refusals; not at all once too many wait."""
        if self._held >= _MOST_HELD or self._hold_s <= 0:
            return
        seconds = self._hold_s
        if in_turn:
            now = self._now()
            self._last_refusal = max(now + seconds, self._last_refusal + 1 / REFUSALS_PER_S)
            self._last_refusal = min(self._last_refusal, now + _LONGEST_HOLD_S)
            seconds = self._last_refusal - now
        self._held += 1
        try:
            await asyncio.sleep(seconds)
        finally:
            self._held -= 1


def _headers(scope: Scope) -> tuple[bytes | None, bool]:
    """Give the digest of the authorization, and whether a payment came."""
    token, is_paid = None, False
    for name, value in scope["headers"]:
        if name == b"payment-signature":
            is_paid = True
        elif name == b"authorization":
            token = hashlib.sha256(value).digest()
    return token, is_paid


def _network(host: str) -> str:
    # Whoever has one address of IPv6 has 2**64 of them.
    return str(IPv6Network((host.partition("%")[0], 64), strict=False)) if ":" in host else host


def _too_many(wait_s: float) -> JSONResponse:
    seconds = max(1, math.ceil(wait_s))
    problem = ProblemError("request.too_many", seconds=seconds)
    headers = {"Retry-After": str(seconds)}
    return JSONResponse(dict(problem.body()), status_code=problem.kind.status, headers=headers)
