"""The short way over a private socket: an httpx client whose requests go past httpx's machinery.

Streams, and whatever is not of the form that our doors send, go the usual way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Any

import httpx

from services.http.direct import answer_of, is_short, written
from services.http.line import Line

# Shorter than the service keeps a connection, so that no request goes into one that is just being closed.
_IDLE_S = 5.0


class PrivateClient(httpx.AsyncClient):
    """Calls the service behind a Unix socket, or on 127.0.0.1 when ``socket`` is ``host:port``."""

    def __init__(self, socket: str, *, headers: Mapping[str, str], timeout: httpx.Timeout) -> None:
        host, _, port = socket.partition(":")
        self._address = (host, int(port)) if host == "127.0.0.1" else socket
        transport = None if isinstance(self._address, tuple) else httpx.AsyncHTTPTransport(uds=socket, verify=False)
        base = f"http://{socket}" if transport is None else "http://service"
        super().__init__(transport=transport, base_url=base, headers=headers, timeout=timeout, trust_env=False)
        self._idle: list[tuple[float, Line]] = []

    async def request(self, method: str, url: Any, **options: Any) -> httpx.Response:
        """Send a request; see httpx.AsyncClient.request. Raises httpx.TransportError."""
        if self.is_closed or not is_short(url, options):
            return await super().request(method, url, **options)
        headers, body, query = written(self, options)
        path = f"{url}?{query.decode()}" if query else url
        lines = [f"{method} {path} HTTP/1.1".encode(), *(b"%s: %s" % pair for pair in headers)]
        timeout = options.get("timeout") or self.timeout
        try:
            line = await self._connection(timeout)
        except OSError as exc:
            raise httpx.ConnectError(str(exc)) from exc
        try:
            async with asyncio.timeout(timeout.read):
                status, answered, content = await line.ask(b"\r\n".join(lines) + b"\r\n\r\n" + body)
        except TimeoutError as exc:
            line.close()
            raise httpx.ReadTimeout("no answer in time") from exc
        except (OSError, EOFError, ValueError) as exc:
            line.close()
            raise httpx.ReadError(str(exc)) from exc
        except asyncio.CancelledError:
            line.close()
            raise
        if (b"connection", b"close") in answered or self.is_closed:
            line.close()
        else:
            self._idle.append((asyncio.get_running_loop().time(), line))
        return answer_of(status, answered, content, method, f"{self.base_url}{url}")

    async def aclose(self) -> None:
        """Close all connections."""
        self._close_idle()
        await super().aclose()

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        self._close_idle()
        await super().__aexit__(exc_type, exc_value, traceback)

    def _close_idle(self) -> None:
        while self._idle:
            self._idle.pop()[1].close()

    async def _connection(self, patience: httpx.Timeout) -> Line:
        """Take an idle connection, the last used first, or open one."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        while self._idle:
            since, line = self._idle.pop()
            if now - since < _IDLE_S and not line.is_over:
                return line
            line.close()
        async with asyncio.timeout(patience.connect):
            if isinstance(self._address, tuple):
                return (await loop.create_connection(Line, *self._address))[1]
            return (await loop.create_unix_connection(Line, self._address))[1]
