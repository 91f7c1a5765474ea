"""Two workers on one database, SQLite and PostgreSQL: what is good once is good once, whoever is asked."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable

import httpx
from sqlalchemy import func, select

from services.node.context import Node
from services.node.roles import grant
from services.node.tables import AccountRole, AccountSession
from tests.fixtures.chain import STRANGER, VIEWER
from tests.fixtures.world_workers import Workers

AT_ONCE = 32


async def _counted(asked: list[Awaitable[httpx.Response]]) -> Counter[tuple[int, str]]:
    answers = await asyncio.gather(*asked)
    return Counter((answer.status_code, answer.json().get("params", {}).get("reason", "")) for answer in answers)


async def test_of_many_at_once_one_wins_at_whichever_worker(workers: Workers) -> None:
    doors = await workers.doors(VIEWER)
    node = workers.worlds[0].node

    # Sign-ins with one nonce.
    message = await doors[0].question()
    found = await _counted([doors[number % 2].answer(message) for number in range(AT_ONCE)])
    assert found == {(200, ""): 1, (401, "nonce"): AT_ONCE - 1}
    with node.database.read() as session:
        assert session.scalar(select(func.count()).select_from(AccountSession)) == 2

    # Actions with one proof.
    headers = doors[0].prove("POST", "/creators/collect")
    found = await _counted([doors[n % 2].http.post("/creators/collect", headers=headers) for n in range(AT_ONCE)])
    assert found == {(200, ""): 1, (401, "nonce"): AT_ONCE - 1}

    # Nonces drawn, sessions opened and closed, all at once: nobody waits for anybody for ever, and nothing breaks.
    await asyncio.gather(*(_come_and_go(workers, number) for number in range(AT_ONCE // 2)))
    with node.database.read() as session:
        assert session.scalar(select(func.count()).select_from(AccountSession)) == 2

    # A role, given by many.
    await asyncio.gather(*(asyncio.to_thread(_give, workers.worlds[n % 2].node) for n in range(8)))
    with node.database.read() as session:
        assert session.scalar(select(func.count()).select_from(AccountRole)) == 1

    # What one worker revoked, the other knows.
    assert (await doors[0].http.delete("/auth/sessions")).status_code == 204
    assert (await doors[1].http.get("/auth/me")).status_code == 401


async def _come_and_go(workers: Workers, number: int) -> None:
    door = (await workers.doors(STRANGER))[number % 2]
    assert (await door.http.get("/auth/me")).status_code == 200
    assert (await door.http.post("/auth/sign-out")).status_code == 204


def _give(node: Node) -> None:
    with node.database.write() as session:
        grant(session, VIEWER.address, "moderator", by=STRANGER.address, at=node.clock.now())
