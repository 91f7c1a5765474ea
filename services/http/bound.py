"""One set of routes for several nodes or desks: what a request is about stands in its scope.

Making the routes takes FastAPI milliseconds each, many times what opening the databases behind them takes.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

_ABOUT = "museclock"


class Bound:
    """An application for what it is about. prefix: a path under which the same routes stand once more.

    ``about(scope, "root")`` is the path below which the application itself stands.
    """

    def __init__(self, app: ASGIApp, *, prefix: str = "", **about: object) -> None:
        self._app, self._prefix, self._about = app, prefix, about

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        root = scope.get("root_path", "")
        bound = {**scope, _ABOUT: {**self._about, "root": root}}
        if self._prefix and scope["type"] == "http" and scope["path"].startswith(f"{root}{self._prefix}/"):
            bound["root_path"] = root + self._prefix
        await self._app(bound, receive, send)


def about(scope: MutableMapping[str, Any], name: str) -> Any:
    """Give what the application was bound to under a name."""
    return scope[_ABOUT][name]
