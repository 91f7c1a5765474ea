"""Damage to a database: not one bit of money changes unseen, and what is damaged is read and written out, not used."""

from __future__ import annotations

import csv
import json
import os
import random
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.db.engine import open_database
from services.db.ledger import Line, balance, days, item_totals, post
from services.db.migrate import migrate
from services.host.node_open import open_checked
from services.units.money import Money
from services.wire.problems import ProblemError
from tests.fixtures.chain import HandClock
from tests.fixtures.world import running_world

FLIPS = int(os.environ.get("MUSECLOCK_FLIPS", "120"))
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ACCOUNTS = [f"payer:{number}" for number in range(6)] + ["creator:a", "creator:b", "platform"]
OTHER_MONEY = "SELECT id, balance, claimed, charged FROM channel ORDER BY id"


def _fill(path: Path) -> None:
    database = open_database(path)
    migrate(database, "node")
    for number in range(400):
        gross, item = Money(1_000 + number), f"film {number % 7}"
        lines = (
            Line(f"payer:{number % 6}", -gross, item),
            Line(f"creator:{'ab'[number % 2]}", gross - Money(100), item),
            Line("platform", Money(100), item),
        )
        with database.write() as session:
            post(session, kind="paid", ref=f"{number:x}", at=NOON + timedelta(hours=number), lines=lines)
            session.execute(
                text(
                    "INSERT INTO channel VALUES (:id, 'p', 'p', 'c', 'r', 'r', 't', 900, 's', 5000, 100, :n, NULL, 0,"
                    " 0, 0, NULL)"
                ),
                {"id": f"0x{number:064x}", "n": number},
            )
    database.close()


def _money(path: Path, tmp_path: Path) -> dict[str, Any] | None:
    """Open a database as a node does, and give all money in it; None when it says that it is damaged."""
    with closing(open_checked(path, "node", export_to=tmp_path / "export")) as database:
        if database.harm is not None:
            return None
        first, last = NOON.date(), NOON.date() + timedelta(days=30)
        with database.read() as session:
            sums: dict[str, Any] = {account: balance(session, account) for account in ACCOUNTS}
            sums |= {f"{one} items": item_totals(session, one) for one in ACCOUNTS}
            sums |= {f"{one} days": days(session, one, first=first, last=last) for one in ACCOUNTS}
            return {**sums, "channels": session.execute(text(OTHER_MONEY)).all()}


def _flip(source: bytes, bit: int) -> bytes:
    changed = bytearray(source)
    changed[bit // 8] ^= 1 << (bit % 8)
    return bytes(changed)


@pytest.mark.logs("the books are damaged")
@pytest.mark.parametrize("is_closed_well", [True, False], ids=["closed", "after a power cut"])
def test_no_flipped_bit_changes_money_unseen(tmp_path: Path, is_closed_well: bool) -> None:
    source, path = tmp_path / "source.db", tmp_path / "node.db"
    _fill(source)
    content = source.read_bytes()
    if not is_closed_well:
        # Without its checksum the ledger's own checks stand alone, and they guard the ledger.
        content = content[:60] + bytes(4) + content[64:]
    path.write_bytes(content)
    before = _money(path, tmp_path)
    assert before is not None
    rng, unseen, found = random.Random(7), [], 0  # noqa: S311  the same bits at each run
    for _ in range(FLIPS):
        bit = rng.randrange(len(content) * 8)
        for rest in tmp_path.glob("node.db*"):
            rest.unlink()
        path.write_bytes(_flip(content, bit))
        try:
            after = _money(path, tmp_path)
        except (ProblemError, DBAPIError, sqlite3.Error, ValueError):
            after = None  # it does not open at all
        found += after is None
        if after is not None and not is_closed_well:
            after["channels"] = before["channels"]
        if after is not None and after != before:
            unseen.append(bit)
    assert unseen == []
    assert found == FLIPS if is_closed_well else found > FLIPS // 10


@pytest.mark.logs("the books are damaged")
async def test_a_damaged_profile_is_read_and_written_out(world_profile: Path, hand_clock: HandClock) -> None:
    async with running_world(world_profile, hand_clock) as running:
        film = await running.publish()
        await running.viewer.playback.buy(film.content, first_chunk=1)
        await running.settled()
        await running.creator.earnings.overview()
    for name in ("node/node.db", "desks/viewer/desk.db"):
        with closing(sqlite3.connect(world_profile / name)) as database:
            database.execute(
                "UPDATE ledger_line SET amount = amount + 1 WHERE seq = (SELECT max(seq) FROM ledger_line)"
            )
            database.commit()
    damaged = {name: (world_profile / name).read_bytes() for name in ("node/node.db", "desks/viewer/desk.db")}
    async with running_world(world_profile, hand_clock) as running:
        assert (await running.viewer.wallet.state()).address
        assert await running.viewer.wallet.receipts()
        opened = await running.viewer.playback.open(film.content)
        assert opened.chunks[1].access == "owned"
        with pytest.raises(ProblemError, match=r"ledger\.damaged"):
            await running.viewer.playback.buy(film.content, first_chunk=2)
        with pytest.raises(ProblemError, match=r"ledger\.damaged"):
            await running.creator.tiers.create(name="Bronze", price=Money(2_990_000))
    assert {name: (world_profile / name).read_bytes() for name in damaged} == damaged
    for folder in (world_profile / "node", world_profile / "desks" / "viewer"):
        (tree,) = (folder / "ledger-export").glob("*.json")
        written = json.loads(tree.read_text())
        with tree.with_suffix(".csv").open(newline="") as table:
            rows = list(csv.DictReader(table))
        assert rows == written["lines"]
        assert len(rows) == written["count"]
        assert int(written["break_at"]) > written["count"]
        shutil.rmtree(folder / "ledger-export")
