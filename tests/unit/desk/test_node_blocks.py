"""Blocks that a node is asked for: what becomes of the thread that waits when everybody goes home."""

from __future__ import annotations

import asyncio
import threading
from types import SimpleNamespace
from typing import Any, NoReturn, cast

from anyio import to_thread

from services.desk.nodes.store import NodeBlocks
from services.ipfs.intake import Intake
from services.ipfs.memory import MemoryBlockStore
from services.units.cid import Cid
from services.wire.problems import ProblemError


def test_a_loop_that_ends_during_a_fetch_ends_without_an_error() -> None:
    codes: list[str] = []
    ended = threading.Event()

    async def main() -> None:
        asked = asyncio.Event()

        async def fetch(path: str, *, accept: str) -> NoReturn:
            asked.set()
            await asyncio.get_running_loop().create_future()
            raise AssertionError

        blocks = NodeBlocks(MemoryBlockStore(), cast("Any", SimpleNamespace(fetch=fetch)), Intake())

        def read() -> None:
            try:
                blocks.get(Cid.of(b"elsewhere"))
            except ProblemError as problem:
                codes.append(problem.code)
            finally:
                ended.set()

        reading = asyncio.create_task(to_thread.run_sync(read))
        await asked.wait()
        reading.cancel()
        await asyncio.wait([reading])

    asyncio.run(main())
    assert ended.wait(30)
    assert codes == ["node.unreachable"]
