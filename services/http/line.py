"""A connection that carries one request at a time, and reads answers of HTTP/1.1 as uvicorn writes them.

asyncio's own streams copy a part of a film three times on its way, and wake who waits for it twice.
"""

from __future__ import annotations

import asyncio
from typing import cast

from services.http.direct import Headers

Answered = tuple[int, Headers, bytes]
_BLANK = b"\r\n\r\n"
_MOST_HEAD = 64 * 1024
_EMPTY = (204, 304)


class Line(asyncio.Protocol):
    """One connection. The loop makes it; whoever has it closes it."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._answered: asyncio.Future[Answered] | None = None
        self._head = b""
        self._answer: _Answer | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing can be asked any more."""
        return self._transport is None or self._transport.is_closing()

    async def ask(self, request: bytes) -> Answered:
        """Send a request and wait for all of its answer.

        Raises OSError, EOFError and ValueError (no such answer); after that, and when it is called off, it must be
        closed.
        """
        if self._transport is None or self.is_over:
            raise EOFError("the connection has ended")
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answered

    def close(self) -> None:
        """End the connection. Idempotent."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._answered is None or self._answered.done():
            # Nobody asked for this.
            self.close()
            return
        try:
            answer = self._read(data)
        except ValueError as error:
            self._answered.set_exception(error)
            return
        if answer is not None:
            self._answer = None
            self._answered.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(exc or EOFError("the connection ended before its answer"))

    def _read(self, data: bytes) -> Answered | None:
        if self._answer is None:
            self._head += data
            end = self._head.find(_BLANK)
            if end < 0:
                if len(self._head) > _MOST_HEAD:
                    raise ValueError("a head without an end")
                return None
            self._answer = _Answer(self._head[:end])
            data, self._head = self._head[end + len(_BLANK) :], b""
        return self._answer.whole() if self._answer.take(data) else None


class _Answer:
    """An answer that is coming in. Raises ValueError for what is none."""

    def __init__(self, head: bytes) -> None:
        first, *lines = head.split(b"\r\n")
        # HTTP/1.1 200 OK
        self._status = int(first[9:12])
        self._headers: Headers = []
        for line in lines:
            name, _, value = line.partition(b":")
            self._headers.append((name.lower(), value.strip()))
        known = dict(self._headers)
        self._parts: list[bytes] = []
        self._left = int(known.get(b"content-length", b"0"))
        self._coming = bytearray() if known.get(b"transfer-encoding") == b"chunked" else None
        if b"content-length" not in known and self._coming is None and self._status not in _EMPTY:
            raise ValueError("an answer without a length")

    def take(self, data: bytes) -> bool:
        """Take what came; whether that was all."""
        if self._coming is not None:
            return self._take_chunks(self._coming, data)
        self._left -= len(data)
        if self._left < 0:
            raise ValueError("more than was announced")
        self._parts.append(data)
        return self._left == 0

    def whole(self) -> Answered:
        """Give it."""
        return self._status, self._headers, b"".join(self._parts)

    def _take_chunks(self, coming: bytearray, data: bytes) -> bool:
        coming += data
        while (at := coming.find(b"\r\n")) >= 0:
            size = int(coming[:at].split(b";")[0], 16)
            if size < 0:
                raise ValueError("a part of less than nothing")
            end = at + 2 + size + 2
            if len(coming) < end:
                return False
            if size == 0:
                return True
            self._parts.append(bytes(coming[at + 2 : end - 2]))
            del coming[:end]
        return False
