"""The short ways say what httpx says: to the service over its socket, and to an application in this process."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse

from services.http.answers import install_problem_answers
from services.http.door import Door
from services.http.inside import InsideClient
from services.http.private import PrivateClient
from services.wire.problems import ProblemError

TIMEOUT = httpx.Timeout(5.0)
Answers = Callable[[bytes], bytes]


@asynccontextmanager
async def socket_that_says(path: Path, *answers: bytes) -> AsyncIterator[list[bytes]]:
    """Answer one request after the other, each with these bytes; closes with the last one, and at an empty one."""
    seen: list[bytes] = []
    left = list(answers)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while left:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:-2])[b"content-length"])
            seen.append(head + await reader.readexactly(length))
            if not (answer := left.pop(0)):
                break
            writer.write(answer)
        writer.close()

    server = await asyncio.start_unix_server(serve, path)
    async with server:
        yield seen


def client(path: Path) -> PrivateClient:
    return PrivateClient(str(path), headers={"Authorization": "Bearer t"}, timeout=TIMEOUT)


async def test_a_request_is_written_whole_and_its_answer_read(tmp_path: Path) -> None:
    said = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nMuseclock-Purchase: p\r\n\r\nhi"
    async with socket_that_says(tmp_path / "s", said, said) as seen, client(tmp_path / "s") as http:
        answer = await http.request("POST", "/a", json={"x": "ä"}, params={"q": "a b"}, headers={"X-One": "1"})
        assert (answer.status_code, answer.content, answer.headers["museclock-purchase"]) == (200, b"hi", "p")
        assert (await http.request("GET", "/b")).content == b"hi"
    assert seen[0].startswith(b"POST /a?q=a+b HTTP/1.1\r\nhost: service\r\n")
    assert b"authorization: Bearer t\r\n" in seen[0]
    assert seen[0].endswith('content-length: 10\r\n\r\n{"x":"ä"}'.encode())
    assert seen[1].startswith(b"GET /b HTTP/1.1\r\n")


async def test_answers_without_a_length(tmp_path: Path) -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    empty = b"HTTP/1.1 204 No Content\r\n\r\n"
    endless = b"HTTP/1.1 200 OK\r\n\r\nabc"
    async with socket_that_says(tmp_path / "s", chunked, empty, endless), client(tmp_path / "s") as http:
        assert (await http.request("GET", "/a")).content == b"abcde"
        assert (await http.request("PUT", "/a")).status_code == httpx.codes.NO_CONTENT
        with pytest.raises(httpx.ReadError):
            await http.request("GET", "/a")


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", b"nonsense\r\n\r\n"])
async def test_an_answer_that_breaks_off_is_a_lost_service(tmp_path: Path, said: bytes) -> None:
    async with socket_that_says(tmp_path / "s", said), client(tmp_path / "s") as http:
        with pytest.raises(ProblemError, match=r"service\.unreachable"):
            await Door(http).send("GET", "/a")


async def test_a_service_that_is_gone_and_one_that_is_silent(tmp_path: Path) -> None:
    async with client(tmp_path / "none") as http:
        with pytest.raises(ProblemError, match=r"service\.unreachable"):
            await Door(http).send("GET", "/a")
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "s"))
        silent.listen()
        await _time_out(tmp_path / "s")


async def _time_out(path: Path) -> None:
    async with client(path) as http:
        with pytest.raises(ProblemError, match=r"service\.timeout"):
            await Door(http).send("GET", "/a", timeout_s=0.05)


async def test_a_connection_that_the_service_has_closed_is_not_used_again(tmp_path: Path) -> None:
    said = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    async with client(tmp_path / "s") as http:
        for _ in range(2):
            async with socket_that_says(tmp_path / "s", said):
                assert (await http.request("GET", "/a")).status_code == httpx.codes.OK
            (tmp_path / "s").unlink(missing_ok=True)


@pytest.mark.parametrize("header", ["a\r\nb: c", "a\nb"])
async def test_a_header_is_one_line(tmp_path: Path, header: str) -> None:
    async with client(tmp_path / "s") as http:
        with pytest.raises(ValueError, match="one line"):
            await http.request("GET", "/a", headers={"X-One": header})


def application() -> FastAPI:
    app = FastAPI()
    install_problem_answers(app)

    @app.api_route("/echo/{name}", methods=["GET", "POST"])
    async def echo(name: str, request: Request) -> Response:
        said = f"{name} {request.url.query} {request.headers.get('x-one')} ".encode() + await request.body()
        return Response(said, headers={"X-Two": "2"})

    @app.get("/parts")
    async def parts() -> StreamingResponse:
        return StreamingResponse(iter([b"a", b"b"]))

    @app.get("/problem")
    async def problem() -> None:
        raise ProblemError("payment.required", amount=5)

    @app.get("/bug")
    async def bug() -> None:
        raise LookupError("a bug")

    return app


@pytest.mark.parametrize(
    ("method", "path", "options"),
    [
        ("GET", "/echo/n", {"params": {"q": "a b", "n": 1}, "headers": {"X-One": "1"}}),
        ("POST", "/echo/n", {"json": {"a": [1, "ä"]}}),
        ("POST", "/echo/n", {"content": b"raw"}),
        ("GET", "/parts", {}),
        ("GET", "/echo/a%20b", {}),
        ("GET", "/problem", {}),
        ("GET", "/none", {}),
    ],
)
async def test_an_application_in_this_process_hears_and_says_the_same(
    method: str, path: str, options: dict[str, object]
) -> None:
    app = application()
    async with (
        InsideClient(app, base_url="http://n") as short,
        httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://n") as usual,
    ):
        one, other = await short.request(method, path, **options), await usual.request(method, path, **options)  # type: ignore[arg-type]
    assert (one.status_code, one.content) == (other.status_code, other.content)
    # httpx counts what came in parts.
    assert {**one.headers, "content-length": ""} == {**other.headers, "content-length": ""}


@pytest.mark.logs("unexpected error")
async def test_a_bug_in_the_application_is_an_answer() -> None:
    async with InsideClient(application(), base_url="http://n") as http:
        with pytest.raises(ProblemError, match="internal"):
            await Door(http).send("GET", "/bug")
