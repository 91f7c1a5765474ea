"""The three-way statement of a creator: real chain, real node, real desk; signed, and checked again offline."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.node.passes.rounds import advance
from services.node.passes.watch import make_round
from services.node_cli.__main__ import main
from services.statements.file import StatementError, verify
from services.units.money import Money, total
from tests.fixtures.chain import HandClock
from tests.fixtures.world import RunningWorld
from tests.fixtures.world_members import join, sell_tier
from tests.fixtures.world_passes import (
    HOLDERS,
    buy_pass,
    close,
    pass_door,
    past_the_month,
    verify_creator,
    watch,
)


async def test_a_statement_holds_and_no_book_can_be_changed(
    running: RunningWorld, hand_clock: HandClock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = hand_clock.now().date()
    film, tier = await running.publish(chunks=12), await sell_tier(running)
    async with pass_door(running, *HOLDERS[:2]) as (operator, creator, holder, buyer):
        await buy_pass(holder)
        await watch(holder, film, 1, 2, 3)
        assert (await buyer.buy(film.content, first=1, count=4)).status_code == 200
        await join(buyer, tier.id)
        await running.viewer.playback.buy(film.content, first_chunk=1, chunk_count=2, max_deposit=Money(5_000_000))
        await running.settled()
        await verify_creator(operator, creator)
        month = past_the_month(hand_clock)
        await operator.sign_in()
        await close(operator, month)
        make_round(operator.world.node)
        hand_clock.advance(timedelta(seconds=61))
        assert advance(operator.world.node) == 1
    said = await running.creator.figures.three_way(first, hand_clock.now().date())
    sources = {line.source: line for line in said.lines}
    assert {"paid", "subscribed", "allocated", "charge"} == set(sources)
    # Vouchers that nobody claimed are the only thing in which the books differ.
    assert [(one.cause, one.kind) for one in said.differences] == [("in_flight", "vouchers")]
    receipts = said.receipts["vouchers"]
    assert sum(receipt.chunk_count or 0 for receipt in receipts) == 2
    assert total([receipt.amount for receipt in receipts]) == said.differences[0].amount
    assert [(one.first_chunk, one.chunk_count) for one in said.receipts[sources["paid"].ref]] == [(1, 4)]
    path = tmp_path / "statement.json"
    path.write_text(said.file)
    assert main(["statement", "verify", str(path)]) == 0
    assert "4 settlements" in capsys.readouterr().out
    for name, spoil in SPOILERS.items():
        broken = json.loads(said.file)
        spoil(broken)
        path.write_text(json.dumps(broken))
        assert main(["statement", "verify", str(path)]) == 1, name
    with pytest.raises(StatementError, match="no statement"):
        verify("[]")


def _drop(found: dict[str, Any]) -> None:
    found["chain"]["entries"].pop()


def _proof(found: dict[str, Any]) -> None:
    next(iter(found["chain"]["proofs"].values()))["timestamp"] += 1


def _node(found: dict[str, Any]) -> None:
    found["node"]["entries"][0]["amount"] = "1"


def _desk(found: dict[str, Any]) -> None:
    found["desk"]["entries"].append(found["desk"]["entries"][0])


def _difference(found: dict[str, Any]) -> None:
    found["differences"].clear()


def _month(found: dict[str, Any]) -> None:
    shared = next(iter(found["node"]["months"].values()))
    shared["files"]["fees.csv"] = shared["files"]["fees.csv"].replace(",4\n", ",3\n")


SPOILERS = {
    "a chain's line dropped": _drop,
    "a proof changed": _proof,
    "the node's book changed": _node,
    "the desk's book doubled": _desk,
    "a difference hidden": _difference,
    "a month's inputs changed": _month,
}
