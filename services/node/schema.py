"""The OpenAPI document of the node, made true: what may fail is declared, with the one body that every failure has.

A route's own problem codes stand in its docstring ("Problem codes: …"); those of its door, of the databases and of
the limits before it follow from what it asks for.
"""

from __future__ import annotations

import inspect
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from services.http.late_routes import LateRouter
from services.node.door import DOORS
from services.wire.problems import KINDS
from services.wire.proofs import PROOF

PREFIX = "/api/v1"
PROBLEM = "#/components/schemas/Problem"
_CODES = re.compile(r"Problem codes:(.*?)(?:\n\s*\n|\Z)", re.DOTALL)
_CODE = re.compile(r"\b[a-z]+\.[a-z_]+\b")
_ALWAYS = ("request.invalid", "request.too_many", "internal", "ledger.damaged", "database.unreachable")
_WRITING = ("disk.full",)
_REPLACED = ("HTTPValidationError", "ValidationError")
_BEARER = "session"


def describe(app: FastAPI, routers: Iterable[LateRouter]) -> None:
    """Make an application serve a document that tells all of its routes' answers."""
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(title=app.title, version=app.version, routes=app.routes, servers=_servers())
            app.openapi_schema = _completed(made, routes)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's own way to change the document


def problem_codes(route: APIRoute) -> set[str]:
    """List the codes that a route may answer with."""
    found = {*_ALWAYS, *(() if route.methods == {"GET"} else _WRITING)}
    for text in _CODES.findall(inspect.getdoc(route.endpoint) or ""):
        found |= set(_CODE.findall(text))
    doors = _doors(route)
    if doors:
        found |= {"account.sign_in_refused", "account.forbidden"}
    if any("proven" in door for door in doors):
        found.add("account.proof_refused")
    if route.dependant.path_params:
        found.add("request.not_found")
    return found


def _doors(route: APIRoute) -> set[str]:
    return {DOORS[call] for call in _calls(route.dependant) if call in DOORS}


def _calls(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    if dependant.call is not None:
        yield dependant.call
    for inner in dependant.dependencies:
        yield from _calls(inner)


def _servers() -> list[dict[str, Any]]:
    return [{"url": "/"}, {"url": PREFIX, "description": "the same routes"}]


def _completed(document: dict[str, Any], routes: list[APIRoute]) -> dict[str, Any]:
    for route in routes:
        for method in route.methods or ():
            operation = document["paths"].get(route.path_format, {}).get(method.lower())
            if operation is not None:
                _complete(operation, route)
    parts = document["components"]
    for name in _REPLACED:
        parts["schemas"].pop(name, None)
    parts["schemas"]["Problem"] = _problem()
    parts["securitySchemes"] = {
        _BEARER: {"type": "http", "scheme": "bearer", "description": "A token of POST /auth/sign-in (EIP-4361)."}
    }
    return document


def _complete(operation: dict[str, Any], route: APIRoute) -> None:
    by_status: dict[str, list[str]] = defaultdict(list)
    for code in sorted(problem_codes(route)):
        by_status[str(KINDS[code].status)].append(code)
    responses = operation["responses"]
    responses.pop("422", None)
    for status, codes in by_status.items():
        declared = responses.setdefault(status, {"description": ""})
        declared["description"] = "; ".join(filter(None, [declared["description"], ", ".join(codes)]))
        declared.setdefault("content", {}).setdefault("application/json", {"schema": {"$ref": PROBLEM}})
    if "requestBody" in operation:
        responses.setdefault("413", {"description": "request.invalid: longer than anything that is taken here"})
    for status, declared in responses.items():
        if status[0] in "45":
            declared.setdefault("content", {"application/json": {"schema": {"$ref": PROBLEM}}})
    doors = _doors(route)
    if doors:
        is_optional = doors <= {"maybe"}
        operation["security"] = [{_BEARER: []}, *([{}] if is_optional else [])]
    if any("proven" in door for door in doors):
        about = "The account's signature over this very request; see services.wire.proofs for its text."
        header = {"name": PROOF, "in": "header", "required": True, "schema": {"type": "string"}, "description": about}
        operation.setdefault("parameters", []).append(header)


def _problem() -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "type": "object",
        "title": "Problem",
        "description": "Why a request failed: a code, and what its sentence needs.",
        "required": ["code", "params", "retryable", "trace"],
        "properties": {
            "code": {"type": "string", "enum": sorted(KINDS)},
            "params": {"type": "object", "additionalProperties": text},
            "retryable": {"type": "boolean", "description": "whether the same request may succeed later"},
            "trace": {"type": "string", "description": "names an unexpected error in the node's log, or is empty"},
        },
    }
