"""One HTTP door: typed answers in, every failure a ProblemError out."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import lru_cache
from typing import Any, TypeVar, cast

import httpx
from pydantic import BaseModel, TypeAdapter, ValidationError

from services.wire.problems import KINDS, ProblemError
from services.wire.sellers import read_refusal
from services.wire.x402 import PAYMENT_SIGNATURE

T = TypeVar("T")
TIMEOUT = httpx.Timeout(30.0, connect=2.0)


class Door:
    """Calls below one path prefix of one service or node. Does not own the client."""

    def __init__(self, http: httpx.AsyncClient, prefix: str = "", unreachable: str = "service.unreachable") -> None:
        self.http = http
        self.prefix = prefix
        self._unreachable = unreachable

    async def send(
        self,
        method: str,
        path: str,
        *,
        body: BaseModel | Mapping[str, Any] | bytes | None = None,
        query: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
    ) -> httpx.Response:
        """Send a request; raises ProblemError for any answer that is not a success.

        body: as bytes, it is JSON already and is sent as it is.
        """
        payload = body.model_dump(mode="json") if isinstance(body, BaseModel) else body
        form: dict[str, Any] = {"content": payload} if isinstance(payload, bytes) else {"json": payload}
        try:
            answer = await self.http.request(
                method,
                self.prefix + path,
                params=dict(query) if query else None,
                headers=dict(headers) if headers else None,
                timeout=TIMEOUT if timeout_s is None else httpx.Timeout(timeout_s, connect=2.0),
                **form,
            )
        except httpx.TimeoutException as exc:
            raise ProblemError("service.timeout") from exc
        except httpx.TransportError as exc:
            raise ProblemError(self._unreachable) from exc
        except RuntimeError as exc:
            # httpx answers so when the client was closed meanwhile: the service that it led to is gone.
            if not self.http.is_closed:
                raise
            raise ProblemError(self._unreachable) from exc
        if not answer.is_success:
            raise problem_of(answer)
        return answer

    async def call(self, answer_type: type[T], method: str, path: str, **options: Any) -> T:
        """Send a request and read the answer as answer_type (any type that pydantic knows)."""
        return self.read(answer_type, await self.send(method, path, **options))

    def read(self, answer_type: type[T], answer: httpx.Response) -> T:
        """Read an answer; one that does not fit means that the other side speaks another version."""
        try:
            read: T = _reader(cast("Hashable", answer_type)).validate_json(answer.content)
        except ValidationError as exc:
            raise ProblemError("service.version") from exc
        return read


@lru_cache(maxsize=256)
def _reader(answer_type: Any) -> TypeAdapter[Any]:
    # Building one takes a hundred times as long as using it.
    return TypeAdapter(answer_type)


def problem_of(answer: httpx.Response) -> ProblemError:
    """Read a problem from an error answer; anything unreadable becomes ``internal``."""
    try:
        data = answer.json()
    except ValueError:
        data = {}
    code = data.get("code") if isinstance(data, dict) else None
    if not isinstance(code, str) or code not in KINDS:
        return _foreign(answer)
    params = data.get("params")
    clean = {str(name): str(value) for name, value in params.items()} if isinstance(params, dict) else {}
    clean.pop("trace", None)
    problem = ProblemError(code, trace=str(data.get("trace", "")), **clean)
    problem.headers = dict(answer.headers)
    return problem


def _foreign(answer: httpx.Response) -> ProblemError:
    """Read an error without a problem code: a seller who speaks x402 only says it in the headers of a 402."""
    problem = None
    if answer.status_code == httpx.codes.PAYMENT_REQUIRED:
        try:
            problem = read_refusal(answer.headers, is_paid=PAYMENT_SIGNATURE in answer.request.headers)
        except ProblemError:
            problem = None
    if problem is None:
        return ProblemError("internal", status=answer.status_code)
    problem.headers = dict(answer.headers)
    return problem
