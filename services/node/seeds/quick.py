"""The way of most reads of linked content: by an account's session, nothing else said.

Says and does what the route ``linked`` says and does, by the same functions; matching some eighty routes and resolving
parameters costs FastAPI twice what the look-ups cost. What is in any way different goes on to the route.
"""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from services.http.answers import problem_answer
from services.http.bound import about
from services.node.context import Node
from services.node.door import caller_of
from services.node.seeds.reading import read_link
from services.wire.problems import ProblemError
from services.wire.seeds import LinkOut

_LINK = re.compile(r"(?:/api/v1)?/(?:content|links)/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})")
NO_STORE = {"Cache-Control": "no-store"}


class QuickReads:
    """ASGI middleware in front of the node's routes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_plain = scope["type"] == "http" and scope["method"] == "GET" and not scope["query_string"]
        path = _LINK.fullmatch(scope["path"]) if is_plain else None
        if path is None:
            await self._app(scope, receive, send)
            return
        answer = await _answer(about(scope, "node"), path.group(1), Request(scope))
        await answer(scope, receive, send)


def link_answer(found: LinkOut) -> Response:
    """Write linked content, to be kept by nobody on the way."""
    return Response(found.model_dump_json(), media_type="application/json", headers=NO_STORE)


async def _answer(node: Node, link_id: str, request: Request) -> Response:
    try:
        return link_answer(read_link(node, link_id, await caller_of(request, node)))
    except ProblemError as problem:
        return problem_answer(problem)
