"""A connection for one request at a time: answers come whole, in whatever pieces they come in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from services.http.line import Line

SIZED = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\nX-One: 1\r\n\r\n0123456789"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\n0123\r\n6\r\n456789\r\n0\r\n\r\n"


@asynccontextmanager
async def line_to(path: Path, *pieces: bytes, then_end: bool = False) -> AsyncIterator[Line]:
    """Connect to somebody who answers each request by these pieces, each in a packet of its own."""

    is_over = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while await reader.read(1024):
                for piece in pieces:
                    writer.write(piece)
                    await writer.drain()
                    for _ in range(3):
                        await asyncio.sleep(0)
                if then_end:
                    break
            writer.close()
            await writer.wait_closed()
        is_over.set()

    server = await asyncio.start_unix_server(serve, path)
    async with server:
        _, line = await asyncio.get_running_loop().create_unix_connection(Line, str(path))
        yield line
        line.close()
        await is_over.wait()


@pytest.mark.parametrize("answer", [SIZED, CHUNKED])
@pytest.mark.parametrize("size", [1, 7, 50, 1000])
async def test_an_answer_is_read_whole_again_and_again(tmp_path: Path, answer: bytes, size: int) -> None:
    pieces = [answer[at : at + size] for at in range(0, len(answer), size)]
    async with line_to(tmp_path / "s", *pieces) as line:
        for _ in range(2):
            status, headers, body = await line.ask(b"GET / HTTP/1.1\r\n\r\n")
            assert (status, body) == (200, b"0123456789")
            assert headers[0][0] in (b"content-length", b"transfer-encoding")


async def test_an_answer_without_a_body_ends_with_its_head(tmp_path: Path) -> None:
    async with line_to(tmp_path / "s", b"HTTP/1.1 204 No Content\r\n\r\n") as line:
        assert await line.ask(b"x") == (204, [], b"")


@pytest.mark.parametrize(
    "answer",
    [
        SIZED + b"more",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        CHUNKED.replace(b"4;", b"-4;"),
        b"x" * 70_000,
    ],
)
async def test_what_is_no_answer_is_told(tmp_path: Path, answer: bytes) -> None:
    async with line_to(tmp_path / "s", answer) as line:
        with pytest.raises(ValueError, match=r"."):
            await line.ask(b"x")


async def test_a_connection_that_ends_in_the_middle_is_told_and_over(tmp_path: Path) -> None:
    async with line_to(tmp_path / "s", SIZED[:-1], then_end=True) as line:
        with pytest.raises(EOFError):
            await line.ask(b"x")
        assert line.is_over
        with pytest.raises(EOFError):
            await line.ask(b"x")


async def test_what_nobody_asked_for_ends_the_connection(tmp_path: Path) -> None:
    async with line_to(tmp_path / "s", SIZED, b"HTTP/1.1 200 OK\r\n") as line:
        await line.ask(b"x")
        async with asyncio.timeout(10):
            while not line.is_over:
                await asyncio.sleep(0)
