"""Gateways that lie, stall, refuse or never end: what comes out is the right block, or a problem in bounded time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from services.ipfs.gateways import Gateway, GatewayBlockStore, GatewayError, GatewaySource, Health
from services.ipfs.intake import Intake
from services.ipfs.memory import MemoryBlockStore
from services.ipfs.store import BlockMissingError
from services.ipfs.unixfs import add_file, read_file
from services.units.cid import Cid
from services.wire.problems import ProblemError
from tests.fixtures.storage_gateways import FAULTS, FakeGateway

Start = Callable[[], FakeGateway]
DATA = os.urandom(2_500_000)


def way_to(*gateways: FakeGateway) -> GatewaySource:
    """Reach gateways, with little patience only for those that have none coming: a good one may be slow here."""
    patience = [(0.4, 1.0) if found.fault in ("stall", "drip") else (60.0, 60.0) for found in gateways]
    ways = [
        Gateway(found.address, connect_s=60, read_s=read_s, whole_s=whole_s)
        for found, (read_s, whole_s) in zip(gateways, patience, strict=True)
    ]
    return GatewaySource(ways, hedge_s=0.2)


@pytest.fixture
def source_of() -> Iterator[Callable[..., GatewaySource]]:
    made: list[GatewaySource] = []

    def make(*gateways: FakeGateway) -> GatewaySource:
        made.append(way_to(*gateways))
        return made[-1]

    yield make
    for source in made:
        source.close()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_bad_gateway_gives_no_block_and_a_good_one_makes_up_for_it(
    gateways: Start, source_of: Callable[..., GatewaySource], fault: str
) -> None:
    bad, good = gateways(), gateways()
    names = [bad.store.put(os.urandom(50_000)) for _ in range(2)]
    for name in names:
        good.store.put(bad.store.get(name))
    bad.fault = fault
    with pytest.raises(ProblemError) as caught:
        source_of(bad).block(names[0])
    assert caught.value.code == "store.unreachable"
    both = source_of(bad, good)
    assert [Cid.of(both.block(name)) for name in names] == names


@pytest.mark.parametrize("fault", FAULTS)
def test_a_whole_file_comes_in_one_answer_or_not_at_all(
    gateways: Start, source_of: Callable[..., GatewaySource], fault: str
) -> None:
    bad, good = gateways(), gateways()
    root = add_file(bad.store, DATA)
    add_file(good.store, DATA)
    bad.fault = fault
    here = MemoryBlockStore()
    with pytest.raises(ProblemError):
        GatewayBlockStore(here, source_of(bad)).bring(root)
    assert not here.has(root)
    GatewayBlockStore(here, source_of(bad, good)).bring(root)
    assert read_file(here, root, len(DATA)) == DATA
    asked = len(good.asked)
    GatewayBlockStore(here, source_of(good)).bring(root)
    assert len(good.asked) == asked


def test_an_archive_with_a_part_missing_is_none(gateways: Start, source_of: Callable[..., GatewaySource]) -> None:
    gateway = gateways()
    root = add_file(gateway.store, DATA)
    with pytest.raises(BlockMissingError):
        source_of(gateway).graph(Cid.of(b"never put"))
    assert len(gateway.asked) == 1
    assert source_of(gateway).graph(root).has(root)


def test_who_failed_is_left_alone_for_a_while(gateways: Start) -> None:
    bad, good = gateways(), gateways()
    names = [good.store.put(os.urandom(1_000)) for _ in range(4)]
    bad.fault = "500"
    ways = [Gateway(found.address, health=Health(lambda: 0.0)) for found in (bad, good)]
    source = GatewaySource(ways, hedge_s=60)
    for name in names:
        assert Cid.of(source.block(name)) == name
    assert len(bad.asked) == 1
    source.close()


def test_health_remembers_and_forgives() -> None:
    now = [0.0]
    health = Health(lambda: now[0])
    health.failed()
    assert health.is_resting
    now[0] = 1.5
    assert not health.is_resting
    health.failed()
    now[0] = 3.0
    assert health.is_resting
    health.failed(rest_s=7.0)
    now[0] = 9.9
    assert health.is_resting
    now[0] = 10.1
    assert not health.is_resting
    health.worked(0.2)
    health.worked(0.4)
    assert 0.2 < health.seconds < 0.4
    for _ in range(30):
        health.failed()
    now[0] += 121
    assert not health.is_resting


def test_it_says_when_it_may_be_asked_again(gateways: Start) -> None:
    gateway = gateways()
    gateway.fault = "429"
    with pytest.raises(GatewayError) as caught:
        Gateway(gateway.address).block(Cid.of(b"x"))
    assert (caught.value.reason, caught.value.rest_s) == ("busy", 7.0)


def test_what_was_damaged_here_is_healed(gateways: Start, source_of: Callable[..., GatewaySource]) -> None:
    gateway, here = gateways(), MemoryBlockStore()
    name = gateway.store.put(b"block")
    here.keep(name, b"block")
    store = GatewayBlockStore(here, source_of(gateway))
    assert store.get(name) == b"block"
    assert gateway.asked == []
    here.discard(name)
    assert store.get(name) == b"block"
    assert here.has(name)
    with pytest.raises(ProblemError, match=r"store\.unreachable"):
        GatewayBlockStore(MemoryBlockStore(), GatewaySource([])).get(name)


def test_a_network_that_changes_in_mid_film_costs_no_part_and_changes_no_name(gateways: Start) -> None:
    """One address goes away while parts come from it; another serves the rest, whole and under the same names."""
    first, second = gateways(), gateways()
    parts = [bytes([number]) * 1_500_000 for number in range(4)]
    names = [add_file(first.store, part) for part in parts]
    assert [add_file(second.store, part) for part in parts] == names
    source = GatewaySource([Gateway(first.address), Gateway(second.address)], hedge_s=30)
    store = GatewayBlockStore(MemoryBlockStore(), source)
    for number, name in enumerate(names):
        first.fault = "hangs up" if number >= 2 else ""
        store.bring(name)
        assert read_file(store, name, 2_000_000) == parts[number]
    assert len(second.asked) >= 2
    here = len(first.asked) + len(second.asked)
    for name in names:
        store.bring(name)
    assert len(first.asked) + len(second.asked) == here
    source.close()


def test_no_more_comes_from_all_of_them_than_was_allowed(gateways: Start) -> None:
    """By a clock that only waiting moves: at each question, what came before has had its time, but for one answer."""
    limit, now, ahead = 100_000, [0.0], list[float]()

    def pause(seconds: float) -> None:
        now[0] += seconds

    intake = Intake(now=lambda: now[0], pause=pause)
    intake.limit = limit
    slow, good = gateways(), gateways()
    slow.fault = "hangs up"
    names = [good.store.put(os.urandom(size)) for size in (250_000, 1_000, 40_000, 125_000)]
    film = add_file(good.store, DATA)
    source = GatewaySource([Gateway(slow.address), Gateway(good.address)], hedge_s=60, intake=intake)
    for ask in [lambda name=name: source.block(name) for name in names] + [lambda: source.graph(film)] * 2:
        before = intake.received
        ask()
        assert before <= limit * now[0] + 1
        ahead.append(intake.received - limit * now[0])
    source.close()
    assert intake.received > 416_000 + 2 * len(DATA)
    assert now[0] >= (intake.received - max(ahead)) / limit
    assert max(ahead) < len(DATA) + 10_000
