"""As little of an HTTP client as a measurement needs: one kept connection, one request at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(slots=True)
class Line:
    """A connection; made at the first request, and again after the server ended it."""

    port: int
    _ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: str, headers: Mapping[str, str]) -> int:
        """Send a request of JSON and read the answer to its end; gives the status."""
        about = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        return (await self._send(f"POST {path} HTTP/1.1\r\nHost: node\r\n{about}", headers, body))[0]

    async def get(self, path: str, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """Send a request and read the answer to its end; gives status and body."""
        return await self._send(f"GET {path} HTTP/1.1\r\nHost: node\r\n", headers, "")

    async def _send(self, start: str, headers: Mapping[str, str], body: str) -> tuple[int, bytes]:
        if self._ends is None:
            self._ends = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self._ends
        more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        writer.write(f"{start}{more}\r\n{body}".encode())
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        _, _, rest = head.partition("content-length: ")
        answer = await reader.readexactly(int(rest.partition("\r\n")[0] or 0))
        if "connection: close" in head:
            self.close()
        return int(head.split(" ", 2)[1]), answer

    def close(self) -> None:
        """End the connection."""
        if self._ends is not None:
            self._ends[1].close()
        self._ends = None
