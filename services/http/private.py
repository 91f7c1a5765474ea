"""The short way over a private socket: an httpx client whose requests go past httpx's machinery.

Streams, and whatever is not of the form that our doors send, go the usual way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Any

import httpx

from services.http.direct import Headers, answer_of, is_short, written

_EMPTY = (204, 304)
# Shorter than the service keeps a connection, so that no request goes into one that is just being closed.
_IDLE_S = 5.0
_LIMIT = 4 * 1024 * 1024


class PrivateClient(httpx.AsyncClient):
    """Calls the service behind a Unix socket, or on 127.0.0.1 when ``socket`` is ``host:port``."""

    def __init__(self, socket: str, *, headers: Mapping[str, str], timeout: httpx.Timeout) -> None:
        host, _, port = socket.partition(":")
        self._address = (host, int(port)) if host == "127.0.0.1" else socket
        transport = None if isinstance(self._address, tuple) else httpx.AsyncHTTPTransport(uds=socket, verify=False)
        base = f"http://{socket}" if transport is None else "http://service"
        super().__init__(transport=transport, base_url=base, headers=headers, timeout=timeout, trust_env=False)
        self._idle: list[tuple[float, asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def request(self, method: str, url: Any, **options: Any) -> httpx.Response:
        """Send a request; see httpx.AsyncClient.request. Raises httpx.TransportError."""
        if self.is_closed or not is_short(url, options):
            return await super().request(method, url, **options)
        headers, body, query = written(self, options)
        path = f"{url}?{query.decode()}" if query else url
        lines = [f"{method} {path} HTTP/1.1".encode(), *(b"%s: %s" % pair for pair in headers)]
        timeout = options.get("timeout") or self.timeout
        try:
            reader, writer = await self._connection(timeout)
        except OSError as exc:
            raise httpx.ConnectError(str(exc)) from exc
        try:
            async with asyncio.timeout(timeout.read):
                writer.write(b"\r\n".join(lines) + b"\r\n\r\n" + body)
                status, answered, content = await _read(reader)
        except TimeoutError as exc:
            writer.close()
            raise httpx.ReadTimeout("no answer in time") from exc
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError) as exc:
            writer.close()
            raise httpx.ReadError(str(exc)) from exc
        except asyncio.CancelledError:
            writer.close()
            raise
        if (b"connection", b"close") in answered or self.is_closed:
            writer.close()
        else:
            self._idle.append((asyncio.get_running_loop().time(), reader, writer))
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
            self._idle.pop()[2].close()

    async def _connection(self, patience: httpx.Timeout) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Take an idle connection, the last used first, or open one."""
        now = asyncio.get_running_loop().time()
        while self._idle:
            since, reader, writer = self._idle.pop()
            if now - since < _IDLE_S and not reader.at_eof() and not writer.is_closing():
                return reader, writer
            writer.close()
        async with asyncio.timeout(patience.connect):
            if isinstance(self._address, tuple):
                return await asyncio.open_connection(*self._address, limit=_LIMIT)
            return await asyncio.open_unix_connection(self._address, limit=_LIMIT)


async def _read(reader: asyncio.StreamReader) -> tuple[int, Headers, bytes]:
    """Read an answer of HTTP/1.1 as uvicorn writes it. Raises EOFError, ValueError."""
    first, *lines = (await reader.readuntil(b"\r\n\r\n"))[:-4].split(b"\r\n")
    # HTTP/1.1 200 OK
    status = int(first[9:12])
    headers = []
    for line in lines:
        name, _, value = line.partition(b":")
        headers.append((name.lower(), value.strip()))
    known = dict(headers)
    if b"content-length" in known:
        return status, headers, await reader.readexactly(int(known[b"content-length"]))
    if known.get(b"transfer-encoding") == b"chunked":
        return status, headers, await _read_chunks(reader)
    if status in _EMPTY:
        return status, headers, b""
    raise ValueError("an answer without a length")


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    parts = []
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readuntil(b"\r\n")
    return b"".join(parts)
