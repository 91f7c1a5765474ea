"""Statements of both sides of every kind of settlement: each one dropped, doubled or delayed is one difference."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from services.desk.memberships.watch import look_after
from services.node_cli.__main__ import main
from services.statements.compare import NAMES, Book, compare
from services.units.money import Money
from services.wire.three_way import BookName, EntryOut, ThreeWayOut
from tests.fixtures.chain import HandClock
from tests.fixtures.world import RunningWorld
from tests.fixtures.world_exact import exact_only
from tests.fixtures.world_members import sell_tier

TIP = Money(1_500_000)


async def lived(running: RunningWorld) -> None:
    """Buy by voucher, by transfer, by the Escrow; join, tip; give back, collect, withdraw."""
    film, tier = await running.publish(chunks=12), await sell_tier(running)
    creator = running.desk("creator")
    owner = creator.keyring.owner()
    running.front.answer = exact_only(running)
    await running.fronted.playback.buy(film.content, first_chunk=4)
    running.front.answer = None
    await running.fronted.playback.buy(film.content, first_chunk=1, max_deposit=Money(5_000_000))
    joined = await running.fronted.memberships.join(tier.id, amount=Money(2_990_000))
    await running.fronted.tips.give(owner, amount=TIP, message="", ordinal=1)
    await running.fronted.memberships.ask_refund(joined.receipt, reason="A mistake.")
    running.chain.fund(owner, usdc=Money(5_000_000), gas_wei=10**18)
    await running.creator.memberships.pay_refund(joined.receipt, amount=Money(2_990_000))
    await look_after(running.front_desk)
    await running.creator.payouts.collect()
    await running.creator.payouts.withdraw()
    await running.settled()


def books_of(file: str) -> dict[BookName, Book]:
    found: dict[str, Any] = json.loads(file)
    written = {"chain": found["chain"], "node": found["node"], "desk": found["desk"]}
    head = int(found["chain"]["head"])
    return {name: Book([EntryOut.model_validate(one) for one in written[name]["entries"]], head) for name in NAMES}


def spoiled(said: ThreeWayOut) -> set[tuple[str, str]]:
    """Spoil each entry of each book in each way; gives kind and source of what was tried."""
    books = books_of(said.file)
    tried: set[tuple[str, str]] = set()
    known = len(said.differences)
    for name, book in books.items():
        for entry in book.entries:
            if entry.kind in ("refund", "vouchers"):
                continue
            others = [one for one in book.entries if one is not entry]
            late = entry.model_copy(update={"block": 0})
            waits = {
                each: replace(kept, entries=[late if (one.kind, one.ref) == (entry.kind, entry.ref) else one
                                             for one in kept.entries])
                for each, kept in books.items()
            }  # fmt: skip
            ways = {
                "missing": {**books, name: replace(book, entries=others)},
                "duplicate": {**books, name: replace(book, entries=[*book.entries, entry])},
                "in_flight": {**waits, name: replace(book, entries=others)},
            }
            for cause, changed in ways.items():
                found = [one for one in compare(changed).differences if one.ref == entry.ref and one.kind == entry.kind]
                assert [(one.cause, one.book) for one in found] == [(cause, name)], (name, entry)
                assert len(compare(changed).differences) == known + 1
            tried.add((entry.kind, entry.source))
    return tried


async def test_every_kind_of_settlement_has_its_line_and_its_difference(
    running: RunningWorld, hand_clock: HandClock, tmp_path: Path
) -> None:
    await lived(running)
    today = hand_clock.now().date()
    sold = await running.creator.figures.three_way(today, today)
    paid = await running.fronted.figures.three_way(today, today)
    for said in (sold, paid):
        assert [(one.cause, one.kind) for one in said.differences] == [("refunded", "refund")]
        path = tmp_path / "statement.json"
        path.write_text(said.file)
        assert main(["statement", "verify", str(path)]) == 0
    assert {(line.kind, line.source) for line in sold.lines} == {
        ("income", "subscribed"), ("income", "collected"), ("withdrawal", "withdrawn"), ("refund", "refunded"),
    }  # fmt: skip
    assert {(line.kind, line.source) for line in paid.lines} == {
        ("payment", "subscribed"), ("payment", "charge"), ("payment", "transfer"), ("payment", "tip"),
        ("refund", "refunded"),
    }  # fmt: skip
    assert spoiled(sold) >= {("income", "subscribed"), ("income", "collected"), ("withdrawal", "withdrawn")}
    assert spoiled(paid) >= {("payment", source) for source in ("subscribed", "charge", "transfer", "tip")}
    # A period before all of it has no line, whatever waits now.
    before = today.replace(year=today.year - 1)
    assert (await running.creator.figures.three_way(before, before)).lines == ()
