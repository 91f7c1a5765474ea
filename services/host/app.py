"""The door of the service process: one token, a health answer, and a desk behind each path."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from anyio import to_thread
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from services.desk.app import desk_app
from services.host.evidence import gather
from services.host.places import place_routes
from services.host.world import World
from services.http.answers import install_problem_answers
from services.http.late_routes import LateRouter, install
from services.wire.desk import PROTOCOL, DeskOut, Health
from services.wire.evidence import EvidenceOut
from services.wire.problems import ProblemError

_DESKS = "/desks/"


class TokenGuard:
    """Lets only the window in that started this process."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._expected = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._is_known(scope):
            problem = ProblemError("service.unauthorised")
            answer = JSONResponse(dict(problem.body()), status_code=problem.kind.status)
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_known(self, scope: Scope) -> bool:
        given = dict(scope["headers"]).get(b"authorization", b"")
        return hmac.compare_digest(given, self._expected)


class Desks:
    """Sends what is below a desk's path straight to that desk, and everything else to the root routes."""

    def __init__(self, root: ASGIApp, desks: Mapping[str, ASGIApp]) -> None:
        self._root, self._desks = root, desks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        above, _, rest = scope["path"].removeprefix(_DESKS).partition("/") if scope["type"] == "http" else ("", "", "")
        desk = self._desks.get(above) if rest and scope["path"].startswith(_DESKS) else None
        if desk is None:
            await self._root(scope, receive, send)
            return
        await desk({**scope, "root_path": f"{scope.get('root_path', '')}{_DESKS}{above}"}, receive, send)


def host_app(world: World, token: str) -> ASGIApp:
    """Put the root routes and the desks together behind the token."""
    app = FastAPI(title="Museclock service", version=str(PROTOCOL), docs_url=None, redoc_url=None, openapi_url=None)
    install_problem_answers(app)
    routes = LateRouter()

    @routes.get("/health")
    async def health() -> Health:
        return Health(
            status="ok",
            protocol=PROTOCOL,
            version=version("museclock"),
            demo=world.is_demo,
            chain_id=world.chain.chain_id,
            chain=await to_thread.run_sync(world.chain_state),
            channels=await to_thread.run_sync(world.channels.look),
            explorer=world.explorer,
            samples=await to_thread.run_sync(_existing, world.samples),
        )

    @routes.get("/evidence")
    async def evidence() -> EvidenceOut:
        return await gather(world, await health())

    @routes.get("/desks")
    async def desks() -> tuple[DeskOut, ...]:
        return tuple(
            DeskOut(
                id=desk.id,
                name=desk.name,
                role=desk.role,
                address=desk.keyring.address,
                wallet=desk.keyring.status,
            )
            for desk in world.desks
        )

    install(app, (routes, place_routes(world), *world.extra))
    return TokenGuard(Desks(app, {desk.id: desk_app(desk) for desk in world.desks}), token)


def _existing(paths: tuple[Path, ...]) -> tuple[str, ...]:
    return tuple(str(path) for path in paths if path.exists())
