"""Blocks brought, published and thrown away by several workers at once, on both engines."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import func, select

from services.db.engine import Database
from services.ipfs.memory import MemoryBlockStore
from services.node.blocks import record
from services.node.blocks.tables import BroughtBlock, BroughtBytes
from services.node.context import Node
from services.units.cid import Cid
from services.wire.problems import ProblemError
from tests.fixtures.chain import CREATOR, HandClock
from tests.fixtures.postgres import Opener


@dataclass
class _Worker:
    """What the record of blocks asks of a node."""

    database: Database
    blocks: MemoryBlockStore
    clock: HandClock
    block_quota: int


def _workers(open_books: Opener, clock: HandClock, *, quota: int) -> list[Node]:
    blocks = MemoryBlockStore()
    return [cast("Node", _Worker(open_books("node"), blocks, clock, quota)) for _ in range(2)]


def _bring(node: Node, block: bytes) -> bool:
    refused = ""
    try:
        with node.database.write() as session:
            record.note(node, session, CREATOR.address, Cid.of(block), len(block))
        node.blocks.put(block)
    except ProblemError as problem:
        refused = problem.code
    assert refused in ("", "block.quota")
    return not refused


def _sums(node: Node) -> tuple[int, int]:
    """Give what is counted, and what the rows come to."""
    with node.database.read() as session:
        counted = session.scalar(select(BroughtBytes.size)) or 0
        return counted, int(session.scalar(select(func.sum(BroughtBlock.size))) or 0)


def test_nobody_brings_more_than_the_quota_however_many_bring_at_once(
    open_books: Opener, hand_clock: HandClock
) -> None:
    nodes = _workers(open_books, hand_clock, quota=1_000)
    blocks = [secrets.token_bytes(100) for _ in range(24)]
    # Each block comes twice, to either worker.
    work = [(nodes[turn % 2], block) for turn, block in enumerate([*blocks, *reversed(blocks)])]
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda one: _bring(*one), work))
    assert _sums(nodes[0]) == (1_000, 1_000)
    assert sum(taken[: len(blocks)]) + sum(taken[len(blocks) :]) >= 10
    assert sum(nodes[0].blocks.has(Cid.of(block)) for block in blocks) == 10


def test_what_is_published_is_there_even_if_it_ran_out_at_that_moment(
    open_books: Opener, hand_clock: HandClock
) -> None:
    publisher, sweeper = _workers(open_books, hand_clock, quota=1_000_000)

    def publish(files: list[Cid]) -> bool:
        refused = ""
        try:
            with publisher.database.write() as session:
                record.hold(publisher, session, files)
        except ProblemError as problem:
            refused = problem.code
        assert refused in ("", "content.missing")
        return not refused

    for _ in range(12):
        blocks = [secrets.token_bytes(50) for _ in range(6)]
        files = [Cid.of(block) for block in blocks]
        assert all(_bring(publisher, block) for block in blocks)
        hand_clock.advance(record.WAITS + timedelta(seconds=1))
        with ThreadPoolExecutor(2) as pool:
            held, _gone = pool.submit(publish, files), pool.submit(cast("Any", record.throw_away), sweeper)
        here = {publisher.blocks.has(file) for file in files}
        assert here == {held.result()}
    counted, rows = _sums(publisher)
    assert counted == rows
