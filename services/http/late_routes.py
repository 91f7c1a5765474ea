"""Routes whose parameters and answers are worked out when somebody asks for them first.

FastAPI takes milliseconds for each route when it is declared, and as long again when its router is included in an
application. Of three hundred routes a window needs a dozen at the start; the others cost nothing until they are asked.
What is wrong in a declaration shows when the route is asked for, or described.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any, get_args, get_type_hints

from fastapi import APIRouter, FastAPI
from fastapi.params import Depends
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.routing import compile_path, get_name

_GIVEN = "_given"
_ONE_AT_A_TIME = threading.RLock()


class LateRoute(APIRoute):
    """A route that knows its path and methods at once, and all else when it is needed."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **given: Any) -> None:
        # What Starlette matches requests by.
        self.path, self.endpoint = path, endpoint
        self.name = given.get("name") or get_name(endpoint)
        self.path_regex, self.path_format, self.param_convertors = compile_path(path)
        self.methods = {method.upper() for method in given.get("methods") or ("GET",)}
        self._given: dict[str, Any] = given

    def __getattr__(self, name: str) -> Any:
        """Work out the rest; asked only for what is not there yet."""
        # Another thread that asks meanwhile waits, and finds it.
        with _ONE_AT_A_TIME:
            given = self.__dict__.pop(_GIVEN, None)
            if given is not None:
                _build_models(self.endpoint)
                super().__init__(self.path, self.endpoint, **given)
        if name not in self.__dict__:
            raise AttributeError(name)
        return self.__dict__[name]

    def bound_by(self, max_body_size: int) -> None:
        """Take no longer body than that, unless it was declared with a limit of its own; before it is asked for."""
        if self._given.get("max_body_size") is None:
            self._given["max_body_size"] = max_body_size


class LateRouter(APIRouter):
    """A slice's routes, each a LateRoute."""

    def __init__(self, *, prefix: str = "", tags: Iterable[str] = ()) -> None:
        super().__init__(prefix=prefix, tags=list(tags), route_class=LateRoute)


def _build_models(of: Callable[..., Any]) -> None:
    """Build the models that a function and what it depends on name: they wait for their first use (services.wire.base).

    FastAPI silences what pydantic says about its way of declaring fields while it makes a reader, not while a reader
    that waited is built.
    """
    for hint in get_type_hints(of, include_extras=True).values():
        for one in (hint, *get_args(hint)):
            if isinstance(one, type) and issubclass(one, BaseModel) and one.model_config.pop("defer_build", False):
                one.model_rebuild()
            elif isinstance(one, Depends) and one.dependency is not None:
                _build_models(one.dependency)


def install(app: FastAPI, routers: Iterable[LateRouter]) -> None:
    """Put slices' routes into an application, in their order; its limit for bodies holds for them."""
    for router in routers:
        for route in router.routes:
            if isinstance(route, LateRoute) and app.max_body_size is not None:
                route.bound_by(app.max_body_size)
            app.router.routes.append(route)
