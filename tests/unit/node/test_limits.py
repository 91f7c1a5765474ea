"""The outer door: unpaid requests are bounded for each caller, paid ones are never refused."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from services.node.buckets import Rate
from services.node.limits import RATES, Kind, RateLimits, kind_of, note_account
from services.units.address import Address
from tests.fixtures.chain import STRANGER, VIEWER

TOKENS: dict[str, Address] = {"Bearer v": VIEWER.address, "Bearer v2": VIEWER.address, "Bearer s": STRANGER.address}
FEW: dict[Kind, Rate] = {kind: Rate(per_s=1, burst=3) for kind in RATES}
PAID = {"PAYMENT-SIGNATURE": "x"}


@dataclass
class Inner:
    """A node that knows three tokens and does not like payments that say ``bad``."""

    seen: list[str] = field(default_factory=list)
    tokens: dict[str, Address] = field(default_factory=lambda: dict(TOKENS))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.seen.append(scope["path"])
        status = 200
        if token := headers.get("authorization"):
            if token in self.tokens:
                note_account(scope, self.tokens[token])
            else:
                status = 401
        if headers.get("payment-signature") == "bad":
            status = 402
        await JSONResponse({}, status_code=status)(scope, receive, send)


@dataclass
class Street:
    """Clients from anywhere in front of a limited node."""

    inner: Inner = field(default_factory=Inner)
    at: float = 0.0
    rates: Mapping[Kind, Rate] = field(default_factory=lambda: FEW)
    hold_s: float = 0.0

    def __post_init__(self) -> None:
        self.limits = RateLimits(self.inner, rates=self.rates, now=lambda: self.at, hold_s=self.hold_s)

    async def ask(
        self, path: str = "/health", *, host: str | None = "192.0.2.1", method: str = "GET", **headers: str
    ) -> httpx.Response:
        client = None if host is None else (host, 1)
        transport = httpx.ASGITransport(self.limits, client=client)  # type: ignore[arg-type]
        wanted = {name.replace("_", "-"): value for name, value in headers.items()}
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as http:
            return await http.request(method, path, headers=wanted)

    async def codes(self, count: int, *args: Any, **options: Any) -> list[int]:
        return [(await self.ask(*args, **options)).status_code for _ in range(count)]


async def test_over_the_limit_is_a_problem_that_says_when_to_come_back() -> None:
    street = Street()
    assert await street.codes(4) == [200, 200, 200, 429]
    refused = await street.ask()
    assert refused.headers["Retry-After"] == "1"
    assert json.loads(refused.content)["code"] == "request.too_many"
    assert len(street.inner.seen) == 3
    street.at += 1
    assert await street.codes(2) == [200, 429]


async def test_addresses_and_kinds_of_requests_are_apart() -> None:
    street = Street()
    assert await street.codes(4) == [200, 200, 200, 429]
    assert await street.codes(1, host="192.0.2.2") == [200]
    assert await street.codes(4, "/content/0x1/stream", method="POST") == [200, 200, 200, 429]
    assert await street.codes(1, "/content/0x1/pay", method="POST") == [429]


async def test_an_account_has_a_bucket_of_its_own_wherever_it_asks_from() -> None:
    street = Street()
    await street.codes(3)
    # The first answer to a token tells whose it is; that one counts for the address.
    assert await street.codes(1, Authorization="Bearer v", host="192.0.2.9") == [200]
    assert await street.codes(2, Authorization="Bearer v") == [200, 200]
    assert await street.codes(1, Authorization="Bearer v2", host="192.0.2.8") == [200]
    assert await street.codes(2, Authorization="Bearer v2", host="192.0.2.7") == [200, 429]
    assert await street.codes(1) == [429]


async def test_tokens_that_nobody_has_are_no_way_around() -> None:
    street = Street()
    answers = [await street.ask(Authorization=f"Bearer {number}") for number in range(5)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429, 429]


async def test_a_revoked_token_is_forgotten() -> None:
    street = Street()
    await street.codes(2, Authorization="Bearer v")
    del street.inner.tokens["Bearer v"]
    assert await street.codes(1, Authorization="Bearer v") == [401]
    # From here on it counts for the address, and not against the account.
    assert await street.codes(3, Authorization="Bearer v") == [401, 401, 429]


async def test_payments_are_never_refused() -> None:
    street = Street()
    await street.codes(4, "/content/0x1/pay", method="POST")
    assert await street.codes(20, "/content/0x1/pay", method="POST", **PAID) == [200] * 20
    # Also not after many that were no good: they only wait.
    assert await street.codes(20, "/content/0x1/pay", method="POST", PAYMENT_SIGNATURE="bad") == [402] * 20
    assert await street.codes(1, "/content/0x1/pay", method="POST", **PAID) == [200]


async def test_an_account_that_pays_each_time_may_ask_each_time() -> None:
    street = Street()
    me = {"Authorization": "Bearer v"}
    await street.codes(1, **me)
    for _ in range(20):
        assert await street.codes(1, "/content/0x1/pay", **me) == [200]
        assert await street.codes(1, "/content/0x1/pay", **me, **PAID) == [200]
    # But not more often than that, and a payment that was no good gives nothing back.
    await street.codes(5, "/content/0x1/pay", **me, **PAID)
    assert await street.codes(4, "/content/0x1/pay", **me) == [200, 200, 200, 429]
    await street.codes(1, "/content/0x1/pay", **me, PAYMENT_SIGNATURE="bad")
    assert await street.codes(1, "/content/0x1/pay", **me) == [429]


async def test_at_an_address_nobody_asks_on_the_account_of_those_who_pay() -> None:
    street = Street()
    assert await street.codes(4, "/content/0x1/pay") == [200, 200, 200, 429]
    await street.codes(3, "/content/0x1/pay", **PAID)
    assert await street.codes(1, "/content/0x1/pay") == [429]


async def test_bad_payments_make_the_next_ones_of_that_caller_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    street, held, begun, over = Street(hold_s=0.3), list[float](), asyncio.Event(), asyncio.Event()

    async def sleep(seconds: float) -> None:
        held.append(seconds)
        begun.set()
        await over.wait()

    async def pay(host: str) -> None:
        await street.ask("/content/0x1/pay", method="POST", host=host, **PAID)

    await street.codes(3, "/content/0x1/pay", method="POST", PAYMENT_SIGNATURE="bad")
    monkeypatch.setattr("services.node.limits.asyncio.sleep", sleep)
    before = len(street.inner.seen)
    waiting = asyncio.create_task(pay("192.0.2.1"))
    await begun.wait()
    await pay("192.0.2.2")
    assert len(street.inner.seen) == before + 1, "another caller's goes first"
    over.set()
    await waiting
    assert len(street.inner.seen) == before + 2
    assert held == [0.3]


async def test_refusals_leave_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(round(seconds, 2))

    monkeypatch.setattr("services.node.limits.asyncio.sleep", sleep)
    street = Street(hold_s=0.25)
    await street.codes(3 + 400)
    assert waits[:4] == [0.25, 0.28, 0.32, 0.35]
    assert max(waits) == 10


async def test_the_desk_in_this_process_is_not_limited() -> None:
    street = Street()
    assert await street.codes(20, host=None) == [200] * 20


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("fe80::1%eth0", "fe80::2%eth0", True),
        ("192.0.2.1", "192.0.2.2", False),
    ],
)
async def test_a_network_of_ipv6_is_one_caller(one: str, other: str, same: bool) -> None:
    street = Street()
    await street.codes(3, host=one)
    assert await street.codes(1, host=other) == [429 if same else 200]


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("POST", "/content/0x1/stream", "unpaid"),
        ("GET", "/api/v1/content/0x1/pay", "unpaid"),
        ("POST", "/subscribe/", "unpaid"),
        ("GET", "/content", "search"),
        ("GET", "/content/", "search"),
        ("GET", "/api/v1/catalogue", "search"),
        ("GET", "/content/0x1", "read"),
        ("POST", "/auth/nonce", "sign_in"),
        ("POST", "/api/v1/auth/sign-in", "sign_in"),
        ("GET", "/auth/sessions", "read"),
        ("POST", "/tiers/", "write"),
        ("PUT", "/blocks/b", "block"),
        ("GET", "/ipfs/b", "block"),
        ("GET", "/", "read"),
    ],
)
def test_what_a_request_asks_for(method: str, path: str, kind: Kind) -> None:
    assert kind_of(method, path) == kind
