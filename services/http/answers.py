"""Turns every failure of an HTTP application into a problem body; unknown ones keep their traceback in the log."""

from __future__ import annotations

import logging
import secrets

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from services.wire.problems import ProblemError

_log = logging.getLogger(__name__)


def install_problem_answers(app: FastAPI) -> None:
    """Make an application answer with problem bodies only."""
    app.add_exception_handler(ProblemError, _problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


async def _problem(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ProblemError)
    headers = getattr(error, "headers", None)
    return JSONResponse(error.body(), status_code=error.kind.status, headers=headers)


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    # Only where the mistake is: what was sent may be a secret.
    where = ".".join(str(part) for part in error.errors()[0]["loc"][1:]) or "body"
    problem = ProblemError("request.invalid", field=where)
    return JSONResponse(problem.body(), status_code=problem.kind.status)


async def _http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = "request.not_found" if error.status_code == 404 else "request.invalid"
    return JSONResponse(ProblemError(code).body(), status_code=error.status_code)


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    trace = secrets.token_hex(6)
    _log.error("unexpected error", exc_info=error, extra={"trace": trace, "path": request.url.path})
    return JSONResponse(ProblemError("internal", trace=trace).body(), status_code=500)
