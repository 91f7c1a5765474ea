"""A profile whose creator sold a great deal, made by the ledger's batch door, and a service on it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from services.db.ledger import Line
from services.db.ledger_batch import Entry, post_many
from services.db.plain import unit_of
from services.node.context import Node
from services.node.figures.rollup import catch_up
from services.units.money import Money
from services.units.time import SystemClock
from tests.fixtures.world import running_world

CREATORS, PAYERS, FILMS, DAYS, CHUNKS = 100, 20_000, 50, 365, 30
SHARE_OF_ALL = 4
"""The measured creator has a quarter of all payments."""
BATCH = 30_000
GROSS, SHARE, FEE = Money(10_000), Money(9_000), Money(1_000)


def make_world(profile: Path, payments: int) -> None:
    """Make a world with one film for sale and very many payments in its node's books."""
    asyncio.run(_make(profile, payments))


async def _make(profile: Path, payments: int) -> None:
    async with running_world(profile, SystemClock()) as running:
        film = await running.publish(chunks=CHUNKS)
        owner = running.desk("creator").keyring.owner()
        await asyncio.to_thread(_fill, running.world.node, owner, str(film.content), payments)


def _fill(node: Node, owner: str, film: str, payments: int) -> None:
    with node.database.write() as session:
        # Only for speed: the trees of the indices stay in memory.
        unit_of(session).driver.execute("PRAGMA cache_size=-400000")
    entries = _entries(owner, film, payments, node.clock.now())
    while batch := list(islice(entries, BATCH)):
        with node.database.write() as session:
            post_many(session, batch)
    catch_up(node.database)


def _entries(owner: str, film: str, payments: int, now: datetime) -> Iterator[Entry]:
    """Give a year's payments in the order of their times: somebody watches for five minutes, then somebody else."""
    payers = [f"payer:0x{number:040x}" for number in range(PAYERS)]
    others = [f"pending:0x{number:040x}" for number in range(CREATORS)]
    films = [f"0x{number:064x}" for number in range(FILMS * CREATORS)]
    for number in range(payments):
        sitting = number // CHUNKS
        payer = payers[sitting * 7_919 % PAYERS]
        at = now.astimezone(UTC) - timedelta(days=DAYS - 1) * ((payments - number) / payments)
        if sitting % SHARE_OF_ALL:
            creator, item = others[sitting % CREATORS], films[sitting * 31 % len(films)]
        else:
            creator, item = f"pending:{owner}", film if sitting % 3 else films[sitting % FILMS]
        lines = (Line(payer, -GROSS, item), Line(creator, SHARE, item), Line("pending:platform", FEE, item))
        yield Entry("charge", f"0xbench:{number}", at, lines)
