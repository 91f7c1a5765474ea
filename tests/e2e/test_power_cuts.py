"""The service is killed in the middle of buying; afterwards the chunk is paid once, and the three books agree."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from services.client import Client
from services.units.ids import ContentId
from services.units.money import Money
from services.wire.desk import Reconciliation
from services.wire.problems import ProblemError
from tests.bench.unlock import publish
from tests.fixtures.service import RunningService

pytestmark = pytest.mark.timeout(300)

# Milliseconds from the request to the kill: before, during and after signing, sending and booking.
MOMENTS_MS = (0, 15, 40, 80, 140, 220)
Start = Callable[[], RunningService]


async def _publish(service: RunningService, film: Path) -> ContentId:
    async with service.client() as client:
        return await publish(client, film, "Paid once")


async def _buy_into_a_kill(service: RunningService, content_id: ContentId, chunk: int, after_ms: int) -> None:
    async with service.client() as client:
        buying = asyncio.ensure_future(client.desk("viewer").playback.buy(content_id, first_chunk=chunk))
        await asyncio.sleep(after_ms / 1000)
        service.kill()
        try:
            await buying
        except ProblemError as problem:
            assert problem.code in ("service.unreachable", "service.timeout")  # noqa: PT017  both ends are fine


async def _buy_again(service: RunningService, content_id: ContentId, chunk: int) -> None:
    async with service.client() as client:
        bought = await client.desk("viewer").playback.buy(content_id, first_chunk=chunk)
        assert bought.state == "keyed"
        assert await client.desk("viewer").playback.chunk(content_id, chunk)


async def _books(client: Client) -> tuple[Reconciliation, Reconciliation]:
    return await client.desk("viewer").wallet.reconciliation(), await client.desk("creator").wallet.reconciliation()


async def _end(service: RunningService, content_id: ContentId, bought: int) -> None:
    async with service.client() as client:
        film = await client.desk("viewer").playback.open(content_id)
        receipts = await client.desk("viewer").playback.receipts(content_id)
        prices = sum(chunk.price.micros for chunk in film.chunks[1 : bought + 1])
        assert film.spent == Money(prices)
        assert sorted(receipt.first_chunk for receipt in receipts if receipt.state == "keyed") == list(
            range(1, bought + 1)
        )
        for book in await _books(client):
            assert all(row.agrees for row in book.rows), book.rows
        paid = next(row for row in (await _books(client))[0].rows if row.name == "paid")
        # By voucher: the chain has it once it is claimed.
        assert (paid.chain or Money(0)) + paid.waiting == Money(prices)


def test_a_purchase_that_is_cut_off_is_paid_once(forked_service: Start, demo_film: Path) -> None:
    service = forked_service()
    content_id = asyncio.run(_publish(service, demo_film))
    for number, after_ms in enumerate(MOMENTS_MS, start=1):
        asyncio.run(_buy_into_a_kill(service, content_id, number, after_ms))
        service = forked_service()
        asyncio.run(_buy_again(service, content_id, number))
    asyncio.run(_end(service, content_id, len(MOMENTS_MS)))


def test_what_was_cut_off_is_settled_without_asking_again(forked_service: Start, demo_film: Path) -> None:
    """Also when the viewer never comes back to that chunk, the books agree after the next start."""
    service = forked_service()
    content_id = asyncio.run(_publish(service, demo_film))
    asyncio.run(_buy_into_a_kill(service, content_id, 1, 60))
    service = forked_service()

    async def settled() -> None:
        async with service.client() as client:
            async with asyncio.timeout(90):
                while not all(row.agrees for book in await _books(client) for row in book.rows):
                    await asyncio.sleep(0.1)

    asyncio.run(settled())
