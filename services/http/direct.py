"""What the short ways of requests share; see services.http.inside and services.http.private.

httpx's own machinery (URL merging, cookies, redirects, pool, h11) costs 1.3 ms of CPU a call where 0.1 ms is needed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

import httpx

Headers = list[tuple[bytes, bytes]]
_FAILED = 400


def is_short(url: object, options: Mapping[str, Any]) -> bool:
    """Tell whether a request is of the plain form that our doors send."""
    is_path = isinstance(url, str) and url.startswith("/") and url.isascii() and not set(url) & set("?#% \r\n")
    return is_path and set(options) <= {"params", "headers", "timeout", "json", "content"}


def written(client: httpx.AsyncClient, options: Mapping[str, Any]) -> tuple[Headers, bytes, bytes]:
    """Write the headers, the body and the query of a request."""
    body, content = b"", options.get("content")
    given: dict[str, str] = {"host": client.base_url.netloc.decode()}
    if content is not None:
        body = content
    elif options.get("json") is not None:
        body = json.dumps(options["json"], ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
        given["content-type"] = "application/json"
    if authorization := client.headers.get("authorization"):
        given["authorization"] = authorization
    given |= {name.lower(): value for name, value in (options.get("headers") or {}).items()}
    given["content-length"] = str(len(body))
    query = urlencode(options["params"]).encode() if options.get("params") else b""
    return _encoded(given.items()), body, query


def _encoded(headers: Iterable[tuple[str, str]]) -> Headers:
    pairs = [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers]
    if any(b"\r" in value or b"\n" in value for _, value in pairs):
        raise ValueError("a header is one line")
    return pairs


def answer_of(status: int, headers: Headers, content: bytes, method: str, url: str) -> httpx.Response:
    # Only who reads a failure asks what the request was.
    request = httpx.Request(method, url) if status >= _FAILED else None
    kept = [pair for pair in headers if pair[0] != b"transfer-encoding"]
    response = httpx.Response(status, headers=kept, stream=httpx.ByteStream(content), request=request)
    # Given as a stream it is not written, measured and read first, most of what making an answer takes; so it has
    # been read.
    response._content = content
    response.is_closed = response.is_stream_consumed = True
    return response
