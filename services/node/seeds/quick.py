"""The way of most reads of linked content: by an account's session, nothing else said.

Says and does what the route ``linked`` says and does, by the same functions (services.http.quick).
"""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response

from services.http.bound import about
from services.http.quick import Asked, QuickRoute
from services.node.context import Node
from services.node.door import caller_of
from services.node.seeds.reading import read_link
from services.wire.seeds import LinkOut

_LINK = re.compile(r"/(?:content|links)/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})")
NO_STORE = {"Cache-Control": "no-store"}


def link_answer(found: LinkOut) -> Response:
    """Write linked content, to be kept by nobody on the way."""
    return Response(found.model_dump_json(), media_type="application/json", headers=NO_STORE)


async def _read(asked: Asked) -> Response:
    node: Node = about(asked.scope, "node")
    return link_answer(read_link(node, asked.path.group(1), await caller_of(Request(asked.scope), node)))


READ = QuickRoute("GET", _LINK, _read)
