"""Members reading what is for members only, at a node that is served: HTTP on loopback, PostgreSQL, two workers.

This process is the load: a bounded number of reads, and no longer than a minute each time. First there are ten thousand
memberships, then a million.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
import os
import tempfile
import time
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text

from services.db.columns import to_microseconds
from services.db.engine import Database, open_database
from services.node.memberships.tables import Membership
from services.node.seeds.tables import LinkedItem, LinkedItemTier
from services.node.tables import AccountSession, Tier
from services.units.money import Money
from services.units.time import SystemClock
from tests.bench.flooding.http11 import Line
from tests.bench.node_parts.flood import child
from tests.fixtures.postgres import running_postgres

FEW, MANY = 10_000, int(os.environ.get("MUSECLOCK_BENCH_MEMBERS", "1000000"))
READERS, CONNECTIONS, READS, WARM_UP = 150, 16, 8_000, 900
"""As many accounts as may come from one address at once: a node does not know their sessions at first."""

MOST_SECONDS, GOAL_PER_S = 60, 1_200
CREATOR, TIER, LINK = "0x" + "c1" * 20, "7" * 32, str(UUID(int=7, version=4))
ADDRESS = "https://videos.invalid/members/only.mp4"


def figures() -> dict[str, dict[str, Any]]:
    """Read at both sizes; the figure is the lower rate's."""
    workers = min(2, os.cpu_count() or 1)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mc-bench-")))
        url = stack.enter_context(running_postgres(is_durable=True)).migrated("node")
        database = open_database(url)
        stack.callback(database.close)
        _fill(database)
        named = {"chain_id": 7427010, "token": CREATOR, "escrow": CREATOR}
        (folder / "chain.json").write_text(json.dumps(named))
        ports = [_port(stack, str(folder), url) for _ in range(workers)]
        rates = {FEW: asyncio.run(_rate(ports))}
        _grow(database)
        rates[MANY] = asyncio.run(_rate(ports))
    found = "; ".join(f"{rate:,.0f} a second at {count:,} memberships" for count, rate in rates.items())
    note = (
        f"{found}; session, membership and item looked up each time, by HTTP on loopback, PostgreSQL, {workers} workers"
        f"; {READS} reads by {READERS} members on {CONNECTIONS} connections, load in a third process"
    )
    value = round(min(rates.values()))
    return {"gated_reads_per_s": {"value": value, "unit": "1/s", "goal": GOAL_PER_S, "note": note}}


def _port(stack: ExitStack, *arguments: str) -> int:
    worker = stack.enter_context(child("second_worker", *arguments))
    assert worker.stdout is not None
    port: int = json.loads(worker.stdout.readline())["port"]
    return port


async def _rate(ports: list[int]) -> float:
    """Give reads a second; each gives the address, and a stranger's none."""
    lines = [Line(port) for port in itertools.islice(itertools.cycle(ports), CONNECTIONS)]
    status, body = await lines[0].get(f"/links/{LINK}", {})
    assert (status, ADDRESS.encode() in body) == (403, False)
    async with asyncio.timeout(MOST_SECONDS):
        await _read(lines, WARM_UP)
        began = time.perf_counter()
        await _read(lines, READS)
        taken = time.perf_counter() - began
    for line in lines:
        line.close()
    return READS / taken


async def _read(lines: list[Line], count: int) -> None:
    numbers = iter(range(count))

    async def one(line: Line) -> None:
        for number in numbers:
            headers = {"Authorization": f"Bearer {_token(number % READERS)}"}
            status, body = await line.get(f"/content/{LINK}", headers)
            assert status == 200, body
            assert ADDRESS.encode() in body

    await asyncio.gather(*(one(line) for line in lines))


def _fill(database: Database) -> None:
    """Make a creator's tier and its content, members, and sessions for the first of them."""
    now = SystemClock().now()
    item = {"id": LINK, "creator": CREATOR, "title": "Members only", "description": "", "video_url": ADDRESS}
    with database.write() as session:
        session.add(Tier(id=TIER, creator=CREATOR, name="Gold", price=Money(9_990_000), perks=[], created_at=now))
        session.flush()
        session.add(LinkedItem(**item, visibility="members_only", made_at=now))
        session.flush()
        session.add(LinkedItemTier(item_id=LINK, tier_id=TIER))
        session.execute(insert(Membership), [_membership(number, now) for number in range(FEW)])
        session.execute(insert(AccountSession), [_session(number, now) for number in range(READERS)])
        session.execute(text("ANALYZE"))


def _grow(database: Database) -> None:
    """Add members of other creators and of this one, each with a different account."""
    now = SystemClock().now()
    with database.write() as session:
        session.execute(
            text(
                "INSERT INTO membership (id, viewer, creator, tier_id, joined_at, paid_until, payments, renews, reason)"
                " SELECT 'more' || n, '0x' || lpad(to_hex(n), 40, '0'),"
                " CASE WHEN n % 2 = 0 THEN :creator ELSE '0x' || lpad(to_hex(n % 500), 40, 'd') END,"
                " :tier, :now, :until, 1, 1, '' FROM generate_series(:first, :last) AS n"
            ),
            {
                "creator": CREATOR, "tier": TIER, "first": FEW + 1, "last": MANY,
                "now": to_microseconds(now), "until": to_microseconds(now + timedelta(days=30)),
            },
        )  # fmt: skip
        session.execute(text("ANALYZE membership"))


def _membership(number: int, now: datetime) -> dict[str, Any]:
    return {
        "id": f"{number:032x}", "viewer": _viewer(number), "creator": CREATOR, "tier_id": TIER, "joined_at": now,
        "paid_until": now + timedelta(days=30), "payments": 1, "renews": 1, "reason": "",
    }  # fmt: skip


def _session(number: int, now: datetime) -> dict[str, Any]:
    return {
        "token_hash": hashlib.sha256(_token(number).encode()).digest(), "id": f"{number:032x}",
        "address": _viewer(number), "scopes": "watch", "label": "", "created_at": now, "used_at": now,
        "expires_at": now + timedelta(hours=1),
    }  # fmt: skip


def _viewer(number: int) -> str:
    return f"0x{number:040x}"


def _token(number: int) -> str:
    return f"reader-{number:08d}-{'x' * 24}"
