"""The short way to an application in this process: an httpx client whose requests go past httpx's machinery."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx

from services.http.direct import Headers, answer_of, is_short, written

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message


class InsideClient(httpx.AsyncClient):
    """Calls an ASGI application in this process and on this event loop."""

    def __init__(self, app: ASGIApp, *, base_url: str) -> None:
        super().__init__(transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url=base_url)
        self._app = app

    async def request(self, method: str, url: Any, **options: Any) -> httpx.Response:
        """Send a request; see httpx.AsyncClient.request. ``timeout`` has no meaning here."""
        if self.is_closed or not is_short(url, options):
            return await super().request(method, url, **options)
        headers, body, query = written(self, options)
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "headers": headers,
            "scheme": "http",
            "path": url,
            "raw_path": url.encode(),
            "query_string": query,
            "server": (self.base_url.host, None),
            "client": ("127.0.0.1", 123),
            "root_path": "",
        }
        exchange = _Exchange(body)
        try:
            await self._app(scope, exchange.receive, exchange.send)
        except Exception:
            if exchange.is_begun:
                # The application has logged it and answered; as over a socket, the caller sees the answer only.
                return exchange.answer(method, f"{self.base_url}{url}")
            raise
        return exchange.answer(method, f"{self.base_url}{url}")


class _Exchange:
    """One request and its answer, as ASGI messages."""

    def __init__(self, body: bytes) -> None:
        self._body: bytes | None = body
        self._over = asyncio.Event()
        self.is_begun = False
        self.status = 500
        self.headers: Headers = []
        self.parts: list[bytes] = []

    def answer(self, method: str, url: str) -> httpx.Response:
        return answer_of(self.status, self.headers, b"".join(self.parts), method, url)

    async def receive(self) -> Message:
        if self._body is None:
            await self._over.wait()
            return {"type": "http.disconnect"}
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.is_begun, self.status, self.headers = True, message["status"], list(message.get("headers", ()))
        else:
            self.parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                self._over.set()
