"""A small world, built once for all of these: its sums, its people, and the profile that gets it."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from services.chain.demo.chain import DemoChain
from services.chain.web3_gateway import Web3Gateway
from services.db.audit import count_lines, verify
from services.db.books import LedgerLine
from services.desk.content import plaintext
from services.desk.films import open_film
from services.desk.publishing.record import listed
from services.desk.purchases.keys import owned
from services.desk.purchases.service import buy
from services.desk.tables import ChainSeen, Withdrawal
from services.host.channels import ChannelsWatch
from services.host.demo import demo_world
from services.host.demo_control.kept_clock import KeptClock
from services.host.demo_control.townspeople import Townspeople
from services.host.demo_control.travel import turn
from services.host.demo_world import cache
from services.host.demo_world.build import build
from services.host.demo_world.cast import channels, make_cast
from services.host.demo_world.more import add_films, add_payments
from services.host.demo_world.opening import furnish
from services.host.demo_world.sizes import END, SEED, SIZES
from services.host.demo_world.sums import sums
from services.host.demo_world.told_time import ToldTime
from services.host.node_open import opened_node
from services.host.world import World
from services.ipfs.store import DiskBlockStore
from services.node.catalogue import browse
from services.node.catalogue.browse import Wish
from services.node.figures.tables import CreatorDay, FiguresPosition
from services.node.memberships.tables import Membership, MembershipPayment
from services.node.passes.tables import PassCreator, PassMonth
from services.node.tables import Charge, Item, Tier
from services.node.tips.tables import Tip
from services.units.money import Money
from services.units.time import SystemClock
from services.wire.problems import ProblemError

SMALL = SIZES["small"]
Made = tuple[Path, list[tuple[str, float]]]


def _built(root: Path) -> Made:
    news: list[tuple[str, float]] = []
    folder = cache.world_folder(SMALL, root=root)
    growing = cache.begin(folder)
    found = asyncio.run(
        build(growing, SMALL, lambda stage, part: news.append((stage, part)), films=root.parent / "films")
    )
    cache.finish(growing, folder, found, lambda part: news.append(("kept", part)))
    return folder, news


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """A built world in a cache of its own, and what its building told."""
    root = tmp_path_factory.mktemp("worlds")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("platformdirs.user_cache_path", lambda _name: root)
        yield _built(root / "worlds")


@asynccontextmanager
async def _opened(profile: Path) -> AsyncIterator[World]:
    async with demo_world(profile, SystemClock(), size="small") as world:
        yield world


def test_the_same_seed_makes_the_same_sums(small: Made, tmp_path: Path) -> None:
    again, _ = _built(small[0].parent.with_name("again"))
    first, second = (json.loads((folder / "built.json").read_text()) for folder in (small[0], again))
    assert first == second
    assert sum(int(amount) for name, amount in first.items() if not name.startswith(("chain:", "escrow:"))) == 0
    assert sum(name.startswith("payer:") for name in first) > SMALL.viewers // 4


async def test_a_profile_gets_the_world_and_shares_its_blocks(small: Made, tmp_path: Path) -> None:
    async with _opened(tmp_path) as world:
        assert world.node.clock.now() >= END
        with world.node.database.read() as session:
            verify(session)
            items = session.scalars(select(Item)).all()
            assert {item.creator_name for item in items} == {channel.name for channel in channels()[:3]}
            assert len(items) == SMALL.channels * SMALL.films
            assert len(session.scalars(select(Charge)).all()) > 20
        films = next(path for path in (small[0] / "blocks").rglob("*") if path.is_file())
        shared = tmp_path / films.relative_to(small[0])
        assert shared.stat().st_ino == films.stat().st_ino


async def test_a_dearer_tier_brings_more(small: Made, tmp_path: Path) -> None:
    async with _opened(tmp_path) as world:
        with world.node.database.read() as session:
            tiers = session.scalars(select(Tier).order_by(Tier.creator, Tier.price)).all()
    of_one: dict[str, list[tuple[int, int, int]]] = {}
    for tier in tiers:
        if tier.creator != world.chain.escrow:
            of_one.setdefault(tier.creator, []).append((tier.early_access_days, tier.downloads, tier.requests))
    assert len(of_one) == SMALL.channels
    for brought in of_one.values():
        assert brought[0] == (0, 0, 0)
        assert brought[-1][1:] == (1, 1)
        assert brought == sorted(set(brought))


async def test_chain_and_books_agree(small: Made, tmp_path: Path) -> None:
    async with _opened(tmp_path) as world:
        node = world.node
        sums = json.loads((small[0] / "built.json").read_text())
        creators = [name.removeprefix("escrow:") for name in sums if name.startswith("escrow:0x")]
        for creator in creators:
            assert node.chain.creator_balance(creator).micros == int(sums.get(f"creator:{creator}", 0))
        assert node.chain.platform_balance().micros == int(sums["platform"]) + int(sums.get("withdrawn:platform", 0))


async def test_much_happened(small: Made, tmp_path: Path) -> None:
    async with _opened(tmp_path) as world:
        with world.node.database.read() as session:
            kinds = Counter(session.scalars(select(LedgerLine.kind).where(LedgerLine.line == 0)))
            states = Counter(session.scalars(select(MembershipPayment.state)))
            assert session.scalars(select(Membership)).all()
            assert set(session.scalars(select(Tip.state))) == {"paid"}
            assert session.scalars(select(PassCreator.creator)).all()
            holders = select(Membership.viewer).where(Membership.creator == world.chain.escrow)
            assert session.scalars(holders).all()
    assert kinds["charge"] > 20
    assert kinds["collected"] >= 2
    assert kinds["withdrawn"] >= 1
    assert states["paid"] == kinds["subscribed"] >= 1


def test_building_tells_how_far_it_is(small: Made) -> None:
    _, news = small
    stages = list(dict.fromkeys(stage for stage, _ in news))
    assert stages == ["chain", "history", "books", "kept"]
    for told in stages:
        parts = [part for stage, part in news if stage == told]
        assert parts == sorted(parts)
        assert parts[-1] == 1.0
    assert sum(stage == "history" for stage, _ in news) == SMALL.days + 2


def _left_by(pid: int, folder: Path) -> list[Path]:
    memory = Path("/dev/shm")  # noqa: S108
    return [*memory.glob(f"museclock-world-{pid}-*"), *(path for path in folder.rglob("*") if path.is_file())]


async def test_a_persona_s_films_stand_in_the_books_of_its_desk(small: Made, tmp_path: Path) -> None:
    async with _opened(tmp_path) as world:
        node, desks = world.node, {desk.id: desk for desk in world.desks}
        for place, name in enumerate(("creator", "creator2")):
            desk, channel = desks[name], channels()[place]
            uploads = listed(desk)
            assert {one.draft.title for one in uploads} == {part.title for part in channel.films[: SMALL.films]}
            assert {one.state for one in uploads} == {"published"}
            assert {stage.state for one in uploads for stage in one.stages} == {"done"}
            with node.database.read() as session:
                for one in uploads:
                    item = session.get_one(Item, one.content_id)
                    sold = next(part.sold for part in channel.films if part.title == item.title)
                    assert item.visibility == {"free": "public"}.get(sold, sold)
                    assert item.tags == [channel.category, *channel.tags]
                    assert (item.creator, item.creator_name) == (desk.keyring.owner(), channel.name)


async def test_a_persona_s_payouts_stand_there_too_and_something_is_left_to_withdraw(
    small: Made, tmp_path: Path
) -> None:
    async with _opened(tmp_path) as world:
        desk = next(desk for desk in world.desks if desk.id == "creator")
        with desk.database.read() as session:
            rows = session.scalars(select(Withdrawal)).all()
        assert rows
        assert {row.state for row in rows} == {"confirmed"}
        assert world.chain.creator_balance(desk.keyring.owner())


async def test_nobody_who_opens_it_waits_for_roll_ups(small: Made, tmp_path: Path) -> None:
    async with _opened(tmp_path) as world:
        with world.node.database.read() as session:
            done = session.scalars(select(FiguresPosition.seq)).one()
            assert done == session.scalar(select(func.max(LedgerLine.seq)))
            assert session.scalar(select(func.count()).select_from(CreatorDay))
        head = world.chain.head().number
        for desk in (desk for desk in world.desks if desk.id != "newcomer"):
            with desk.database.read() as session:
                assert head - session.scalars(select(ChainSeen.block)).one() < 10


async def test_a_building_that_is_given_up_leaves_nothing(small: Made, tmp_path: Path) -> None:
    builder = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.host.demo_world", "--size", "small"),
        *("--cache", str(tmp_path / "worlds"), "--with-parent"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert builder.stdin is not None
    assert builder.stdout is not None
    await builder.stdout.readline()
    builder.stdin.close()
    assert await builder.wait() == 1
    assert _left_by(builder.pid, tmp_path) == []
    profile = tmp_path / "profile"

    def give_up(_stage: str, _part: float) -> None:
        making.cancel()

    making = asyncio.create_task(furnish(profile, SystemClock(), "normal", give_up))
    with pytest.raises(asyncio.CancelledError):
        await making
    # Nothing is noted: the next one may want another size.
    async with demo_world(profile, SystemClock(), size="empty") as world:
        assert world.origin["size"] == "empty"


async def test_a_profile_keeps_its_size(small: Made, tmp_path: Path) -> None:
    async with _opened(tmp_path):
        pass
    async with demo_world(tmp_path, SystemClock()) as world:
        with world.node.database.read() as session:
            assert session.scalar(select(func.count()).select_from(Item)) == SMALL.channels * SMALL.films


async def test_the_town_lives_on_when_the_clock_is_turned(small: Made, tmp_path: Path) -> None:
    def seen(world: World) -> tuple[dict[str, tuple[int, int, str]], Counter[str]]:
        with world.node.database.read() as session:
            memberships = session.scalars(select(Membership)).all()
            payments = session.scalars(select(MembershipPayment.kind).where(MembershipPayment.state == "paid"))
            return {row.id: (row.payments, row.renews, row.reason) for row in memberships}, Counter(payments)

    async def month(profile: Path) -> tuple[object, Counter[str], list[int]]:
        way: list[int] = []
        async with _opened(profile) as world:
            mine = {desk.keyring.owner() for desk in world.desks}
            before, paid = seen(world)
            clock = world.node.clock
            assert isinstance(clock, KeptClock)
            town = Townspeople(SEED, SMALL)
            await turn(world, clock, "month", town=town, tell=lambda part: way.append(int(part * 100)))
            after, paid_then = seen(world)
            with world.node.database.read() as session:
                verify(session)
                # The pass' month is shared out as it would be while time passes by itself.
                assert session.scalars(select(PassMonth.month)).all()[-1:] == ["2026-11"]
                theirs = [row.id for row in session.scalars(select(Membership)) if row.viewer not in mine]
            assert any(after[one][0] > before[one][0] for one in theirs if one in before)
            assert any(after[one][2] == "cancelled" != before[one][2] for one in theirs if one in before)
            return {one: after[one] for one in theirs}, paid_then - paid, way

    first, paid, way = await month(tmp_path / "one")
    assert paid["renew"] >= 2
    assert way == sorted(way)
    assert (way[-1], len(way) >= 30) == (100, True)
    # What they decide follows from the seed: a world that is put back lives the same month again.
    assert (await month(tmp_path / "two"))[:2] == (first, paid)


async def test_what_comes_by_the_batch_doors_is_reconciled(small: Made, tmp_path: Path) -> None:
    large, cast, clock = replace(SMALL, more_films=150, more_payments=3_000), make_cast(SEED, SMALL), ToldTime(END)
    shutil.copytree(small[0], tmp_path, dirs_exist_ok=True)
    chain = DemoChain.open(tmp_path / "chain" / "journal.db", clock)
    gateway = Web3Gateway(chain.rpc, chain_id=chain.chain_id, token=chain.token, escrow=chain.escrow)
    blocks = DiskBlockStore(tmp_path / "blocks")
    async with opened_node(tmp_path / "node", chain=gateway, blocks=blocks, clock=clock) as node:
        ChannelsWatch(gateway, tell=node.channels.switch).look()
        add_films(node, cast, large, lambda _part: None)
        add_payments(node, chain, cast, large, lambda _part: None)
        found = sums(node, [creator.address for creator in cast.creators])
        with node.database.read() as session:
            verify(session)
            assert count_lines(session) > 9_000
            assert len(session.scalars(select(Item.seq)).all()) == SMALL.channels * SMALL.films + 150
        assert len(browse.find(node, Wish(query="part"), limit=100).items) == 100
    chain.close()
    assert found["escrow:platform"] == found["platform"]
    for creator in cast.creators:
        assert found.get(f"pending:{creator.address}", "0") == "0"
        assert found[f"escrow:{creator.address}"] == found.get(f"creator:{creator.address}", "0")
    await _watch_one_of_the_further_films(tmp_path)


async def _watch_one_of_the_further_films(profile: Path) -> None:
    """Buy a part at the viewer's desk and open it: the parts are another film's, whose buyers own nothing of it."""
    async with _opened(profile) as world:
        desk = next(one for one in world.desks if one.id == "viewer")
        with world.node.database.read() as session:
            further = session.scalars(select(Item).order_by(Item.seq.desc()).limit(1)).one()
        content, last = further.content_id, further.chunk_count - 1
        opened = await open_film(desk, content)
        with pytest.raises(ProblemError, match=r"content\.locked"):
            plaintext(desk, opened.manifest, last)
        await buy(desk, content, first_chunk=last, chunk_count=1, auto=False, max_deposit=Money(1_000_000))
        assert plaintext(desk, opened.manifest, last)
        with desk.database.read() as session:
            assert owned(session, content) == {last}
        assert opened.manifest.sealed_as not in (None, content)
