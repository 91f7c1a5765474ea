"""One address for worlds that follow each other: requests wait while one is closed, changed on disk and reopened."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Receive, Scope, Send

from services.wire.problems import ProblemError

Change = Callable[[], None]
"""What is done to a profile while no world of it is open; blocking."""
Exchange = Callable[[Change], Awaitable[None]]
"""Asks for a change, and ends when the world is open again. Raises what the change raised."""
_CALM_S = 2.0
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Wish:
    """A change that somebody waits for."""

    change: Change
    done: asyncio.Future[None]

    def make(self) -> ProblemError | None:
        """Make the change; gives what kept it from being made. Blocking."""
        try:
            self.change()
        except ProblemError as problem:
            return problem
        except OSError as error:
            # Whatever the disk had: the world that is there is opened again.
            trace = secrets.token_hex(6)
            _log.error("a world could not be changed", exc_info=error, extra={"trace": trace})
            return ProblemError("internal", trace=trace)
        return None

    def answer(self, problem: ProblemError | None) -> None:
        """Let whoever waits go on."""
        if self.done.done():
            return
        if problem is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(problem)


@dataclass(slots=True)
class Stage:
    """Serves the world that is open."""

    _app: ASGIApp | None = None
    _is_open: asyncio.Event = field(default_factory=asyncio.Event)
    _wishes: asyncio.Queue[Wish] = field(default_factory=asyncio.Queue)
    _running: int = 0
    _asking: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._is_open.wait()
        app = self._app
        if app is None:
            raise RuntimeError("an open stage without a world")
        self._running += 1
        try:
            await app(scope, receive, send)
        finally:
            self._running -= 1

    async def ask(self, change: Change) -> None:
        """Have a world changed on disk, from one of its own requests. See ``Exchange``."""
        wish = Wish(change, asyncio.get_running_loop().create_future())
        self._asking += 1
        try:
            await self._wishes.put(wish)
            await wish.done
        finally:
            self._asking -= 1

    def show(self, app: ASGIApp) -> None:
        """Serve a world from now on."""
        self._app = app
        self._is_open.set()

    async def wish(self) -> Wish:
        """Wait for somebody who asks for a change."""
        return await self._wishes.get()

    async def empty(self) -> None:
        """Let no request in, and those that run come to their end; two seconds at most."""
        self._is_open.clear()
        for _ in range(round(_CALM_S / 0.01)):
            if self._running <= self._asking:
                return
            await asyncio.sleep(0.01)
