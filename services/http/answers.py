"""Turns every failure of an HTTP application into a problem body; unknown ones keep their traceback in the log."""

from __future__ import annotations

import logging
import secrets

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from services.wire.problems import ProblemError

_NOT_FOUND = 404
_BAD_REQUEST = 400
_log = logging.getLogger(__name__)


def install_problem_answers(app: FastAPI) -> None:
    """Make an application answer with problem bodies only."""

    @app.exception_handler(ProblemError)
    async def expected(_request: Request, error: ProblemError) -> JSONResponse:
        return problem_answer(error)

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        # Only where the mistake is: what was sent may be a secret.
        where = ".".join(str(part) for part in error.errors()[0]["loc"][1:]) or "body"
        return problem_answer(ProblemError("request.invalid", field=where))

    @app.exception_handler(HTTPException)
    async def refused(_request: Request, error: HTTPException) -> JSONResponse:
        problem = ProblemError("request.not_found" if error.status_code == _NOT_FOUND else "request.invalid")
        # FastAPI says 400 of a body that is no text at all; to us it is as wrong as one that is no JSON.
        status = problem.kind.status if error.status_code == _BAD_REQUEST else error.status_code
        return JSONResponse(dict(problem.body()), status_code=status, headers=error.headers)

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> JSONResponse:
        return unexpected_answer(request.url.path, error)


def unexpected_answer(path: str, error: Exception) -> JSONResponse:
    """Write a bug as a problem: its traceback goes to the log, under the trace that the body names."""
    trace = secrets.token_hex(6)
    _log.error("unexpected error", exc_info=error, extra={"trace": trace, "path": path})
    return problem_answer(ProblemError("internal", trace=trace))


def problem_answer(error: ProblemError) -> JSONResponse:
    """Write an expected failure, with the headers that it carries."""
    return JSONResponse(dict(error.body()), status_code=error.kind.status, headers=error.headers)
