"""The way to the listed nodes: no redirects, no cookies, no detours by the environment, and headers cleaned."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping

import httpx

from services.proxy.purse import Wish
from services.proxy.refusals import Reason, Refusal
from services.wire.x402 import PAYMENT_SIGNATURE

Headers = tuple[tuple[str, str], ...]
# Hop by hop (RFC 9110, 7.6.1, and what is older); the host is the node's, not ours.
_HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
     "transfer-encoding", "upgrade", "http2-settings"}
)  # fmt: skip
# A client's own payment is not ours to bring; where it came from holds the token; cookies of other programs on this
# host would be shared between ports.
_NOT_SENT = _HOP_BY_HOP | {
    "host", "content-length", "expect", "referer", "origin", "cookie", "forwarded", "via",
    PAYMENT_SIGNATURE.lower(), "x-payment",
}  # fmt: skip
_NOT_GIVEN = _HOP_BY_HOP | {"set-cookie", "alt-svc", "strict-transport-security", "clear-site-data"}
_TIMEOUT = httpx.Timeout(60.0, connect=10.0)


class Upstream:
    """Sends requests to nodes. Call ``close`` at the end."""

    def __init__(self, transport: httpx.AsyncBaseTransport | None = None) -> None:
        limits = httpx.Limits(max_connections=64, max_keepalive_connections=16)
        self._transport = transport or httpx.AsyncHTTPTransport(trust_env=False, limits=limits)

    async def send(
        self,
        wish: Wish,
        headers: Headers = (),
        *,
        body: AsyncIterator[bytes] | None = None,
        extra: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send a request and give the answer before its body, which the caller reads and closes. Raises Refusal.

        body: instead of the wish's own, when it is too long to be kept.
        """
        url = httpx.URL(wish.node).copy_with(raw_path=wish.target.encode("ascii"))
        wanted = [*headers, *(extra or {}).items()]
        if wish.content_type:
            wanted.append(("content-type", wish.content_type))
        content = wish.body if body is None else body
        has_body = body is not None or wish.body or wish.method in ("POST", "PUT", "PATCH")
        request = httpx.Request(
            wish.method,
            url,
            headers=wanted,
            content=content if has_body else None,
            extensions={"timeout": _TIMEOUT.as_dict()},
        )
        try:
            return await self._transport.handle_async_request(request)
        except httpx.TransportError as exc:
            raise Refusal(Reason.UNREACHABLE, f"The node {wish.node} cannot be reached.") from exc

    async def close(self) -> None:
        """Close all connections."""
        await self._transport.aclose()


def to_node(headers: Iterable[tuple[str, str]], *, token: str) -> Headers:
    """Clean a client's headers; whatever holds the proxy's token stays here."""
    given = tuple(headers)
    named = _named_hops(given)
    return tuple(
        (name, value)
        for name, value in given
        if name not in _NOT_SENT and name not in named and name != "content-type" and token not in value
    )


def to_client(headers: Iterable[tuple[str, str]]) -> Headers:
    """Clean a node's headers; what would let a web page in is taken out."""
    given = tuple((name.lower(), value) for name, value in headers)
    named = _named_hops(given)
    return tuple(
        (name, value)
        for name, value in given
        if name not in _NOT_GIVEN and name not in named and not name.startswith("access-control-")
    )


def _named_hops(headers: Headers) -> set[str]:
    lists = [value for name, value in headers if name == "connection"]
    return {part.strip().lower() for one in lists for part in one.split(",")}
