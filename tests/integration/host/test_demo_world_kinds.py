"""Every kind of thing that the normal world is full of happens while a world is built.

In the suite in a thin world of months with few people, who change their minds oftener. ``make soak`` builds the normal
one from nothing (MUSECLOCK_NORMAL_WORLD=1).
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from pathlib import Path

import pytest

from services.host.demo_world import history, members, passes
from services.host.demo_world.build import build
from services.host.demo_world.sizes import SEED, SIZES, Size

IS_NORMAL = os.environ.get("MUSECLOCK_NORMAL_WORLD") == "1"
THIN = Size("small", channels=3, films=5, viewers=40, days=64, small_by=4)
KINDS = {
    ("item", "visibility"): {"chunks", "members", "public"},
    ("ledger_line", "kind"): {
        "allocated",
        "charge",
        "collected",
        "pass_month",
        "refunded",
        "subscribed",
        "tip",
        "withdrawn",
    },
    ("membership_payment", "kind"): {"join", "renew", "upgrade", "downgrade"},
    ("membership", "reason"): {"", "cancelled", "payment.insufficient", "refunded", "upgraded"},
    ("refund", "state"): {"paid", "refused"},
    ("pass_round", "state"): {"distributed"},
    ("pass_share", "state"): {"paid"},
    ("kyc_case", "state"): {"pending", "verified"},
    ("tip", "state"): {"paid"},
    ("report", "state"): {"open", "dismissed", "upheld"},
    ("decision", "action"): {"report.dismissed", "item.taken_down", "item.appealed", "item.restored"},
    ("sharing_case", "kind"): {"watching", "payout"},
    ("sharing_case", "state"): {"open", "appealed"},
}
PRESENT = (
    "key_receipt", "watched_day", "entitlement", "channel_claim", "creator_day", "item_place",
    "takedown WHERE appeal IS NOT NULL AND answer IS NULL",
)  # fmt: skip


def test_everything_of_a_normal_world_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not IS_NORMAL:
        monkeypatch.setattr(history, "_REGRET", 0.06)
        monkeypatch.setattr(history, "_REGRET_JOINING", 0.3)
        monkeypatch.setattr(members, "_DOWNGRADE", 1.0)
        monkeypatch.setattr(passes, "_GIVER", 1)
        monkeypatch.setattr(passes, "_EVERY_TH", 8)
    size, seed = (SIZES["normal"], SEED) if IS_NORMAL else (THIN, "thin")
    asyncio.run(build(tmp_path, size, lambda _stage, _part: None, seed=seed))
    with sqlite3.connect(f"file:{tmp_path / 'node' / 'node.db'}?mode=ro", uri=True) as books:
        missing = {place: wanted - _kinds(books, *place) for place, wanted in KINDS.items()}
        assert not {place: kinds for place, kinds in missing.items() if kinds}
        assert [table for table in PRESENT if not books.execute(f"SELECT count(*) FROM {table}").fetchone()[0]] == []  # noqa: S608
    books.close()


def _kinds(books: sqlite3.Connection, table: str, column: str) -> set[str]:
    return {kind for (kind,) in books.execute(f"SELECT DISTINCT {column} FROM {table}")}  # noqa: S608
