"""Bringing a payment to a node and reading what it says: kept whole where it is small, else as it comes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import httpx

from services.proxy.payments import KeptAnswer, wish_of
from services.proxy.purse import Purse
from services.proxy.refusals import Refusal, unclear
from services.proxy.sign_in import session_token
from services.proxy.tables import PaymentRow
from services.proxy.upstream import Headers, Upstream, to_client
from services.proxy.verdicts import Answered, Verdict, judge
from services.wire.x402 import PAYMENT_SIGNATURE

KEPT_BYTES = 1 << 20
"""Up to here an answer that was paid for is kept until it is handed over."""
_UNAUTHORISED = 401


@dataclass(frozen=True, slots=True)
class Reply:
    """What a client gets. rest: more of the body, as it comes; intent: the payment that ends with its delivery."""

    answer: KeptAnswer
    rest: AsyncIterator[bytes] | None = None
    live: httpx.Response | None = None
    intent: str | None = None

    async def close(self) -> None:
        """Let go of the node's connection. Idempotent."""
        if self.live is not None:
            await self.live.aclose()


@dataclass(frozen=True, slots=True)
class Exchange:
    """An answer to a payment and what it means."""

    answered: Answered
    reply: Reply


async def bring(purse: Purse, upstream: Upstream, row: PaymentRow, headers: Headers) -> Exchange:
    """Send a payment's bytes; where the node says that it is owned already, once more as the payer, signed in.

    Raises Refusal: unclear.
    """
    found = await _attempt(upstream, row, headers, {})
    for is_fresh in (False, True):
        if found.answered.verdict is not Verdict.OWNED and not (is_fresh and _is_stale(found)):
            break
        token = await session_token(purse, upstream, row.node, fresh=is_fresh)
        if token is None:
            break
        await found.reply.close()
        own = tuple((name, value) for name, value in headers if name != "authorization")
        found = await _attempt(upstream, row, own, {"authorization": f"Bearer {token}"})
    return found


async def pass_on(response: httpx.Response) -> Reply:
    """Give a node's answer as it comes."""
    headers = to_client(response.headers.multi_items())
    return Reply(KeptAnswer(response.status_code, headers, b""), response.aiter_raw(), response)


def _is_stale(found: Exchange) -> bool:
    return found.reply.answer.status == _UNAUTHORISED


async def _attempt(upstream: Upstream, row: PaymentRow, headers: Headers, extra: Mapping[str, str]) -> Exchange:
    # Answers that are judged must be readable.
    plain = tuple((name, value) for name, value in headers if name != "accept-encoding")
    paid = {**extra, PAYMENT_SIGNATURE: row.header, "accept-encoding": "identity"}
    try:
        response = await upstream.send(wish_of(row), plain, extra=paid)
        return await _read(response)
    except (Refusal, httpx.HTTPError) as exc:
        raise unclear() from exc


async def _read(response: httpx.Response) -> Exchange:
    parts, kept = response.aiter_raw(), b""
    is_whole = True
    try:
        async for part in parts:
            kept += part
            if len(kept) > KEPT_BYTES:
                is_whole = False
                break
    except httpx.HTTPError:
        await response.aclose()
        raise
    answer = KeptAnswer(response.status_code, to_client(response.headers.multi_items()), kept)
    if is_whole:
        await response.aclose()
        return Exchange(judge(answer), Reply(answer))
    return Exchange(judge(answer), Reply(answer, parts, response))
