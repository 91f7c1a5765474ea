"""The way to a stranger's node: over verified TLS, to nowhere else, and no answer larger or slower than is any use."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator

import httpx

from services.wire.problems import ProblemError

MAX_ANSWER_BYTES = 16 * 1024 * 1024
MAX_ANSWER_S = 60.0
_CONNECTIONS = httpx.Limits(max_connections=8, max_keepalive_connections=4)


def trusted() -> ssl.SSLContext:
    """Trust what httpx trusts (certifi, or the file that SSL_CERT_FILE names) and what this system trusts."""
    context = httpx.create_ssl_context()
    context.load_default_certs()
    return context


class StrangerTransport(httpx.AsyncBaseTransport):
    """Passes requests on; what comes back is bounded. Redirects are no answers."""

    def __init__(
        self, behind: httpx.AsyncBaseTransport, *, max_bytes: int = MAX_ANSWER_BYTES, max_s: float = MAX_ANSWER_S
    ) -> None:
        self._behind, self._max_bytes, self._max_s = behind, max_bytes, max_s

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Raises ProblemError: node.certificate, node.not_a_node; and httpx's own errors."""
        # What unpacks to more than it is on the way cannot be bounded by what is on the way.
        request.headers["Accept-Encoding"] = "identity"
        try:
            answer = await self._behind.handle_async_request(request)
        except httpx.ConnectError as exc:
            if "CERTIFICATE_VERIFY_FAILED" in str(exc):
                raise ProblemError("node.certificate") from exc
            raise
        if answer.is_redirect or answer.headers.get("content-encoding", "identity") != "identity":
            await answer.aclose()
            raise ProblemError("node.not_a_node", reason="redirect" if answer.is_redirect else "encoding")
        stream = answer.stream
        if isinstance(stream, httpx.AsyncByteStream):
            answer.stream = _Bounded(stream, self._max_bytes, self._max_s)
        return answer

    async def aclose(self) -> None:
        await self._behind.aclose()


class _Bounded(httpx.AsyncByteStream):
    def __init__(self, stream: httpx.AsyncByteStream, max_bytes: int, max_s: float) -> None:
        self._stream, self._max_bytes, self._max_s = stream, max_bytes, max_s

    async def __aiter__(self) -> AsyncIterator[bytes]:
        length, loop = 0, asyncio.get_running_loop()
        end = loop.time() + self._max_s
        async for part in self._stream:
            length += len(part)
            if length > self._max_bytes:
                raise ProblemError("node.not_a_node", reason="size")
            if loop.time() > end:
                raise ProblemError("node.not_a_node", reason="time")
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()


def over_tls(context: ssl.SSLContext) -> httpx.AsyncBaseTransport:
    """Make the way to one node. The caller closes it."""
    return StrangerTransport(httpx.AsyncHTTPTransport(verify=context, limits=_CONNECTIONS, trust_env=False))
