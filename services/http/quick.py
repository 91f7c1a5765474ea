"""Quick routes: what is asked most of all goes past FastAPI, whose work for a request costs more than all of ours.

A quick route stands in front of an application and answers the plain form of a request, by the same functions as the
application's own route. What is in any way different it gives back before it has done anything, and that route answers.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.http.answers import problem_answer, unexpected_answer
from services.wire.problems import ProblemError


@dataclass(frozen=True, slots=True)
class Asked:
    """A request with all of its body. headers: by their names in lower case, each of which came once."""

    scope: Scope
    path: re.Match[str]
    headers: Mapping[bytes, bytes]
    body: bytes


@dataclass(frozen=True, slots=True)
class QuickRoute:
    """What to answer on a path below the application's; None leaves the request to the application."""

    method: str
    path: re.Pattern[str]
    answer: Callable[[Asked], Awaitable[Response | None]]
    most_bytes: int = 0
    """How long a body may be; longer ones go to the application."""


class QuickRoutes:
    """An application with quick routes in front of it. What it is about stands in the scope (services.http.bound)."""

    def __init__(self, app: ASGIApp, *routes: QuickRoute) -> None:
        self._app, self._routes = app, routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._find(scope) if scope["type"] == "http" else None
        if found is None:
            await self._app(scope, receive, send)
            return
        route, path = found
        headers, begun = dict(scope["headers"]), [] if route.most_bytes == 0 else [await receive()]
        while begun and begun[-1].get("more_body"):
            begun.append(await receive())
        answer = None
        if not begun or begun[-1]["type"] == "http.request":
            body = b"".join(message.get("body", b"") for message in begun)
            answer = await _answer(route, Asked(scope, path, headers, body))
        if answer is None:
            await self._app(scope, _again(begun, receive), send)
        else:
            await answer(scope, receive, send)

    def _find(self, scope: Scope) -> tuple[QuickRoute, re.Match[str]] | None:
        below = scope["path"].removeprefix(scope.get("root_path", ""))
        for route in self._routes:
            path = route.path.fullmatch(below) if route.method == scope["method"] else None
            if path is not None:
                return (route, path) if _is_plain(scope, route.most_bytes) else None
        return None


def _is_plain(scope: Scope, most_bytes: int) -> bool:
    headers = dict(scope["headers"])
    length = headers.get(b"content-length", b"0")
    is_short = length.isdigit() and int(length) <= most_bytes and b"transfer-encoding" not in headers
    return is_short and len(headers) == len(scope["headers"]) and not scope["query_string"]


async def _answer(route: QuickRoute, asked: Asked) -> Response | None:
    try:
        return await route.answer(asked)
    except ProblemError as problem:
        return problem_answer(problem)
    except Exception as error:  # noqa: BLE001 - the application's border, as in services.http.answers
        return unexpected_answer(asked.scope["path"], error)


def _again(begun: list[Message], receive: Receive) -> Receive:
    """Give back what was taken already, then the rest."""
    taken = list(reversed(begun))

    async def next_message() -> Message:
        return taken.pop() if taken else await receive()

    return next_message
