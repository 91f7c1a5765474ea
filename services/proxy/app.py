"""The proxy as an ASGI application: requests in, answers out, both as they come and both with a limit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import httpx
from starlette.types import Message, Receive, Scope, Send

from services.proxy.exchange import Reply, pass_on
from services.proxy.gate import Gate
from services.proxy.payer import Payer, refusal_of
from services.proxy.payments import mark_delivered
from services.proxy.purse import Purse, Wish
from services.proxy.refusals import Reason, Refusal
from services.proxy.upstream import Headers, Upstream, to_node
from services.wire.problems import ProblemError

PAYABLE_BYTES = 65_536
"""A request that may have to be sent twice is kept; longer ones pass, and are never paid for."""
MAX_REQUEST_BYTES = 64 << 20
MAX_ANSWER_BYTES = 8 << 30
_PAYMENT_REQUIRED = 402
# What a node's pages could do at this address, taken from them.
_FENCE = (
    (b"content-security-policy", b"sandbox; default-src 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
_FENCED = frozenset(name.decode() for name, _ in _FENCE)


class ProxyApp:
    """Owns nothing that it is given."""

    def __init__(self, purse: Purse, upstream: Upstream, gate: Gate) -> None:
        self._purse, self._upstream, self._gate = purse, upstream, gate
        self._payer = Payer(purse, upstream)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        out = _Out(send)
        # An answer that ends without its end is cut off by the server.
        with suppress(_BrokenOffError):
            try:
                await self._answer(scope, receive, out)
            except Refusal as refusal:
                await out.refuse(refusal)
            except ProblemError as problem:
                await out.refuse(refusal_of(problem))

    async def _answer(self, scope: Scope, receive: Receive, out: _Out) -> None:
        headers = tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"])
        target = scope["raw_path"].decode("latin-1")
        if scope["query_string"]:
            target += "?" + scope["query_string"].decode("latin-1")
        node, path = self._gate.admit(headers, target)
        body, rest = await _read(headers, receive)
        content_type = next((value for name, value in headers if name == "content-type"), "")
        wish = Wish(node.origin, scope["method"], path, content_type, body)
        own = to_node(headers, token=self._gate.token)
        if rest is not None:
            await self._stream(wish, own, rest, out)
            return
        gone = asyncio.create_task(_wait_for_end(receive))
        try:
            async with self._payer.answering(wish, own) as reply:
                await self._hand_over(reply, out, gone)
        finally:
            gone.cancel()

    async def _hand_over(self, reply: Reply, out: _Out, gone: asyncio.Task[None]) -> None:
        await out.pass_on(reply)
        # What was written goes out, and a client that has left is noticed.
        await asyncio.sleep(0)
        if reply.intent is not None and not gone.done():
            await asyncio.to_thread(mark_delivered, self._purse, reply.intent)
        await out.end()

    async def _stream(self, wish: Wish, headers: Headers, rest: AsyncIterator[bytes], out: _Out) -> None:
        reply = await pass_on(await self._upstream.send(wish, headers, body=rest))
        try:
            if reply.answer.status == _PAYMENT_REQUIRED:
                raise Refusal(Reason.TOO_LARGE, f"Requests above {PAYABLE_BYTES:,} bytes are not paid for.")
            await out.pass_on(reply)
            await out.end()
        finally:
            await reply.close()


class _BrokenOffError(Exception):
    """The head is out already: only a cut connection tells the client that the answer is not whole."""


class _Out:
    """One answer on its way to the client."""

    def __init__(self, send: Send) -> None:
        self._send, self._is_begun = send, False

    async def pass_on(self, reply: Reply) -> None:
        """Send a node's answer, except for its end. Raises Refusal for what is never passed on."""
        answer = reply.answer
        if 300 <= answer.status < 400 and answer.status != 304:
            raise Refusal(Reason.REDIRECT, "The node sends its callers elsewhere; this proxy does not go there.")
        size = [] if reply.rest is not None else [(b"content-length", str(len(answer.body)).encode())]
        kept = [
            (name.encode("latin-1"), value.encode("latin-1"))
            for name, value in answer.headers
            if name not in _FENCED and (name != "content-length" or not size)
        ]
        await self._begin(answer.status, [*kept, *size, *_FENCE])
        await self._part(answer.body)
        count = len(answer.body)
        if reply.rest is None:
            return
        try:
            async for part in reply.rest:
                count += len(part)
                if count > MAX_ANSWER_BYTES:
                    raise _BrokenOffError
                await self._part(part)
        except httpx.HTTPError as exc:
            raise _BrokenOffError from exc

    async def refuse(self, refusal: Refusal) -> None:
        """Send a refusal in place of an answer."""
        body = refusal.body()
        await self._begin(refusal.status, [*refusal.headers(), (b"content-length", str(len(body)).encode()), *_FENCE])
        await self._part(body)
        await self.end()

    async def end(self) -> None:
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _begin(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        if self._is_begun:
            raise _BrokenOffError
        self._is_begun = True
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def _part(self, body: bytes) -> None:
        if body:
            await self._send({"type": "http.response.body", "body": body, "more_body": True})


async def _read(headers: Headers, receive: Receive) -> tuple[bytes, AsyncIterator[bytes] | None]:
    """Read a request's body; what is longer than can be kept comes as an iterator over all of it."""
    length = next((value for name, value in headers if name == "content-length"), "0")
    if length.isdecimal() and int(length) > MAX_REQUEST_BYTES:
        raise _too_large()
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refusal(Reason.ADDRESS, "The client has gone.")
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return body, None
        if len(body) > PAYABLE_BYTES:
            return b"", _rest(body, receive)


async def _rest(begun: bytes, receive: Receive) -> AsyncIterator[bytes]:
    count = len(begun)
    yield begun
    while True:
        message: Message = await receive()
        if message["type"] == "http.disconnect":
            raise Refusal(Reason.ADDRESS, "The client has gone.")
        part = message.get("body", b"")
        count += len(part)
        if count > MAX_REQUEST_BYTES:
            raise _too_large()
        yield part
        if not message.get("more_body", False):
            return


def _too_large() -> Refusal:
    return Refusal(Reason.TOO_LARGE, f"A request takes up to {MAX_REQUEST_BYTES:,} bytes.")


async def _wait_for_end(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
