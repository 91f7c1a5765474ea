"""Buying: once, whatever is clicked, killed, cut or damaged."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from services.desk.purchases.resume import finish_open
from services.desk.tables import OwnedChunk, Purchase
from services.ipfs.unixfs import block_names
from services.units.address import bytes32
from services.units.cid import Cid
from services.units.ids import ContentId
from services.units.money import ZERO, Money
from services.wire.problems import ProblemError
from tests.fixtures.chain import HandClock
from tests.fixtures.unsteady_chain import UnsteadyChain
from tests.fixtures.world import PRICE, VIEWER_MONEY, RunningWorld, SealedFilm, running_world


@pytest.fixture
def running(running_on_chain: RunningWorld) -> RunningWorld:
    """Everything here is about single payments into the Escrow."""
    return running_on_chain


def block_files(running: RunningWorld, cid: Cid) -> list[Path]:
    """Find the files of a sealed chunk in the block store."""
    root = running.front_desk.block_root
    names = block_names(running.world.node.blocks, cid)
    return [path for name in names for path in root.glob("*/*.data") if Cid.of(path.read_bytes()).digest == name.digest]


async def test_the_whole_journey_of_money(running: RunningWorld) -> None:
    film = await running.publish()
    viewer = running.viewer
    opened = await viewer.playback.open(film.content)
    assert [chunk.access for chunk in opened.chunks] == ["free", *["locked"] * 5]
    assert await viewer.playback.chunk(film.content, 0) == film.plain[0]
    with pytest.raises(ProblemError, match=r"content\.locked"):
        await viewer.playback.chunk(film.content, 1)
    for index in (1, 2):
        bought = await viewer.playback.buy(film.content, first_chunk=index)
        assert (bought.state, bought.amount, bought.spent) == ("keyed", PRICE, PRICE * index)
        assert await viewer.playback.chunk(film.content, index) == film.plain[index]
    again = await viewer.playback.buy(film.content, first_chunk=1)
    assert (again.amount, again.spent) == (ZERO, PRICE * 2)
    rest = await viewer.playback.buy(film.content, first_chunk=3, chunk_count=3)
    assert (rest.amount, rest.available) == (PRICE * 3, VIEWER_MONEY - PRICE * 5)
    assert [chunk.access for chunk in (await viewer.playback.open(film.content)).chunks] == ["free", *["owned"] * 5]
    receipts = await viewer.playback.receipts(film.content)
    assert {(one.first_chunk, one.chunk_count, one.state) for one in receipts} == {
        (1, 1, "keyed"),
        (2, 1, "keyed"),
        (3, 3, "keyed"),
    }
    tiles = {tile.name: tile.value for tile in (await running.creator.earnings.overview()).tiles}
    share = Money(PRICE.micros * 5 * 9 // 10)
    creator = running.desk("creator").keyring.owner()
    assert tiles["today"] == tiles["available"] == share == running.world.chain.creator_balance(creator)
    await running.assert_reconciled()


async def test_two_clicks_at_once_are_one_purchase(running: RunningWorld) -> None:
    film = await running.publish()
    answers = await asyncio.gather(*(running.viewer.playback.buy(film.content, first_chunk=1) for _ in range(10)))
    assert sum((answer.amount for answer in answers), ZERO) == PRICE
    assert {answer.state for answer in answers} == {"keyed"}
    assert len(running.payments()) == 1
    await running.assert_reconciled()


async def test_a_purchase_ends_when_its_asker_is_gone(running: RunningWorld) -> None:
    film = await running.publish()
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def slow(request: httpx.Request) -> None:
        if request.url.path.endswith("/pay"):
            arrived.set()
            await go_on.wait()

    running.front.answer = slow
    asker = asyncio.create_task(running.fronted.playback.buy(film.content, first_chunk=1))
    await arrived.wait()
    asker.cancel()
    await asyncio.wait([asker])
    (purchase,) = [task for task in running.front_desk.tasks if task.get_name() == "purchase"]
    go_on.set()
    await purchase
    assert await running.fronted.playback.chunk(film.content, 1) == film.plain[1]
    assert len(running.payments()) == 1


async def test_the_budget_is_never_passed_however_many_ask(running: RunningWorld) -> None:
    film = await running.publish(chunks=9)
    await running.viewer.playback.set_budget(film.content, PRICE * 3 + Money(9_999))
    asked = (running.viewer.playback.buy(film.content, first_chunk=index, auto=True) for index in range(1, 9))
    answers = await asyncio.gather(*asked, return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, ProblemError)]
    assert {problem.code for problem in refused} == {"budget.session"}
    assert (len(refused), len(running.payments())) == (5, 3)
    budget = (await running.viewer.playback.open(film.content)).budget
    assert budget is not None
    assert (budget.spent, budget.remaining_micros) == (PRICE * 3, 9_999)
    assert (await running.viewer.playback.buy(film.content, first_chunk=8)).state == "keyed"
    await running.assert_reconciled()


async def test_without_a_budget_nothing_is_bought_by_itself(running: RunningWorld) -> None:
    film = await running.publish()
    with pytest.raises(ProblemError, match=r"budget\.session"):
        await running.viewer.playback.buy(film.content, first_chunk=1, auto=True)
    for limit in (Money(-1), Money(1_000_000_001)):
        with pytest.raises(ProblemError, match=r"budget\.invalid"):
            await running.viewer.playback.set_budget(film.content, limit)
    assert await running.viewer.playback.set_budget(film.content, ZERO) is None
    assert running.payments() == []


async def test_a_new_budget_gets_no_refund_of_an_old_one_s_purchase(
    running: RunningWorld, hand_clock: HandClock
) -> None:
    film = await running.publish()
    running.front.answer = _silence
    await running.fronted.playback.set_budget(film.content, PRICE)
    with pytest.raises(ProblemError):
        await running.fronted.playback.buy(film.content, first_chunk=1, auto=True)
    running.front.answer = None
    await running.fronted.playback.set_budget(film.content, PRICE)
    await running.fronted.playback.buy(film.content, first_chunk=2, auto=True)
    hand_clock.advance(timedelta(seconds=200))
    await finish_open(running.front_desk)
    with pytest.raises(ProblemError, match=r"budget\.session"):
        await running.fronted.playback.buy(film.content, first_chunk=3, auto=True)
    assert [paid.first_chunk for paid in running.payments()] == [2]


async def test_an_expired_purchase_gives_money_and_budget_back(running: RunningWorld, hand_clock: HandClock) -> None:
    film = await running.publish()
    running.front.answer = _silence
    await running.fronted.playback.set_budget(film.content, PRICE)
    with pytest.raises(ProblemError, match=r"node\.unreachable"):
        await running.fronted.playback.buy(film.content, first_chunk=1, auto=True)
    assert [c.access for c in (await running.viewer.playback.open(film.content)).chunks][1] == "pending"
    wallet = await running.viewer.wallet.state()
    assert (wallet.in_flight, wallet.available) == (PRICE, VIEWER_MONEY - PRICE)
    hand_clock.advance(timedelta(seconds=200))
    running.front.answer = None
    bought = await running.fronted.playback.buy(film.content, first_chunk=1, auto=True)
    assert bought.budget is not None
    assert (bought.state, bought.budget.spent) == ("keyed", PRICE)
    assert len(running.front.signatures) == 2
    assert len(running.payments()) == 1
    await running.assert_reconciled()


async def _silence(request: httpx.Request) -> None:
    if "payment-signature" in request.headers:
        raise httpx.ConnectError("gone", request=request)


async def test_more_than_the_wallet_holds_is_not_signed(running: RunningWorld) -> None:
    film = await running.publish(price=VIEWER_MONEY + Money(1))
    with pytest.raises(ProblemError, match=r"payment\.insufficient") as refused:
        await running.fronted.playback.buy(film.content, first_chunk=1)
    assert refused.value.params["available"] == str(VIEWER_MONEY.micros)
    assert running.front.payments == []


@pytest.mark.logs(r"services\.ipfs\.store: block\.damaged")
@pytest.mark.parametrize("harm", ["flip", "cut", "missing"])
async def test_damaged_goods_are_not_paid_for(running: RunningWorld, harm: str) -> None:
    film = await running.publish()
    (path,) = block_files(running, film.film.chunks[2].cid)
    data = bytearray(path.read_bytes())
    if harm == "missing":
        path.unlink()
    else:
        data[100] ^= 1
        path.write_bytes(data if harm == "flip" else data[:-1])
    code = r"content\.missing" if harm == "missing" else r"content\.damaged"
    with pytest.raises(ProblemError, match=code):
        await running.fronted.playback.buy(film.content, first_chunk=1, chunk_count=2)
    assert running.front.payments == []
    assert (await running.fronted.playback.buy(film.content, first_chunk=1)).state == "keyed"


async def test_chunks_outside_the_film_are_not_found(running: RunningWorld) -> None:
    film = await running.publish()
    for first, count in ((-1, 1), (0, 0), (5, 2), (6, 1), (1, 2**40)):
        with pytest.raises(ProblemError, match=r"content\.not_found"):
            await running.fronted.playback.buy(film.content, first_chunk=first, chunk_count=count)
    assert running.front.payments == []


async def _left_open(profile: Path, clock: HandClock, *, is_paid: bool, state: str) -> tuple[SealedFilm, str]:
    """Buy a chunk whose answer is lost, and leave the purchase as a process does that is killed in a state."""
    async with running_world(profile, clock, chain_front=UnsteadyChain, method="chain") as running:
        film = await running.publish()
        await running.fronted.playback.open(film.content)

        async def lost(request: httpx.Request) -> None:
            if "payment-signature" in request.headers:
                if is_paid:
                    await running.front.pass_on(request)
                running.unsteady.is_down = True
                raise httpx.ReadError("cut", request=request)

        running.front.answer = lost
        with pytest.raises(ProblemError, match=r"node\.unreachable"):
            await running.fronted.playback.buy(film.content, first_chunk=1)
        with running.front_desk.database.write() as session:
            row = session.query(Purchase).one()
            assert (row.state, row.money) == ("unknown", "in_flight")
            row.state = state
            return film, str(row.payment["payload"]["signature"])


@pytest.mark.parametrize("is_paid", [False, True], ids=["unpaid", "paid"])
@pytest.mark.parametrize("state", ["signed", "sent", "unknown"])
async def test_a_restart_finishes_an_open_purchase_with_the_same_bytes(
    world_profile: Path, hand_clock: HandClock, state: str, is_paid: bool
) -> None:
    film, signature = await _left_open(world_profile, hand_clock, is_paid=is_paid, state=state)
    async with running_world(world_profile, hand_clock, method="chain") as running:
        await finish_open(running.front_desk)
        assert await running.viewer.playback.chunk(film.content, 1) == film.plain[1]
        with running.front_desk.database.read() as session:
            row = session.query(Purchase).one()
        assert (row.state, row.money) == ("keyed", "spent")
        assert row.payment["payload"]["signature"] == signature
        assert len(running.payments()) == 1
        await running.assert_reconciled()


@pytest.mark.parametrize("state", ["signed", "sent", "unknown"])
async def test_what_is_known_to_be_paid_gets_its_key_after_a_restart(
    world_profile: Path, hand_clock: HandClock, state: str
) -> None:
    """The power is cut while a paid purchase is asked for its keys again: the chain has told, the node has not."""
    async with running_world(world_profile, hand_clock, method="chain") as running:
        film = await running.publish()
        await running.fronted.playback.buy(film.content, first_chunk=1)
        with running.front_desk.database.write() as session:
            session.query(OwnedChunk).delete()
            row = session.query(Purchase).one()
            assert row.money == "spent"
            row.state = state
    async with running_world(world_profile, hand_clock, method="chain") as running:
        await finish_open(running.front_desk)
        assert await running.viewer.playback.chunk(film.content, 1) == film.plain[1]
        with running.front_desk.database.read() as session:
            assert session.query(Purchase).one().state == "keyed"
        assert len(running.payments()) == 1
        await running.assert_reconciled()


async def test_a_restart_does_not_send_what_was_refused(world_profile: Path, hand_clock: HandClock) -> None:
    film, _ = await _left_open(world_profile, hand_clock, is_paid=False, state="refused")
    async with running_world(world_profile, hand_clock, method="chain") as running:
        await finish_open(running.front_desk)
        assert running.payments() == []
        hand_clock.advance(timedelta(seconds=200))
        await finish_open(running.front_desk)
        assert (await running.viewer.wallet.state()).in_flight == ZERO
        assert (await running.viewer.playback.buy(film.content, first_chunk=1)).state == "keyed"
        await running.assert_reconciled()


async def test_a_restart_gives_back_what_ran_out(world_profile: Path, hand_clock: HandClock) -> None:
    await _left_open(world_profile, hand_clock, is_paid=False, state="sent")
    hand_clock.advance(timedelta(hours=24))
    async with running_world(world_profile, hand_clock, method="chain") as running:
        await finish_open(running.front_desk)
        assert running.payments() == []
        wallet = await running.viewer.wallet.state()
        assert (wallet.in_flight, wallet.spent, wallet.available) == (ZERO, ZERO, VIEWER_MONEY)
        await running.assert_reconciled()


async def test_the_chain_out_of_reach_refuses_before_signing_and_plays_what_is_owned(
    world_profile: Path, hand_clock: HandClock
) -> None:
    async with running_world(world_profile, hand_clock, chain_front=UnsteadyChain, method="chain") as running:
        film = await running.publish()
        await running.fronted.playback.buy(film.content, first_chunk=1)
        running.unsteady.is_down = True
        with pytest.raises(ProblemError, match=r"chain\.unreachable"):
            await running.fronted.playback.buy(film.content, first_chunk=2)
        assert len(running.front.signatures) == 1
        assert await running.fronted.playback.chunk(film.content, 1) == film.plain[1]
        wallet = await running.fronted.wallet.state()
        assert (wallet.available, wallet.spent) == (None, PRICE)
        (row,) = (await running.fronted.wallet.reconciliation()).rows
        assert (row.chain, row.agrees) == (None, False)


async def test_a_bought_film_plays_without_the_node(running: RunningWorld) -> None:
    film = await running.publish()
    await running.fronted.playback.buy(film.content, first_chunk=1)

    async def gone(request: httpx.Request) -> None:
        raise httpx.ConnectError("gone", request=request)

    running.front.answer = gone
    opened = await running.fronted.playback.open(film.content)
    assert opened.chunks[1].access == "owned"
    assert await running.fronted.playback.chunk(film.content, 1) == film.plain[1]
    assert [item.owned_chunks for item in await running.fronted.catalogue.library()] == [1]
    with pytest.raises(ProblemError, match=r"node\.unreachable"):
        await running.fronted.catalogue.browse()


async def test_locks_last_only_as_long_as_they_are_used(running: RunningWorld) -> None:
    film = await running.publish()
    await running.fronted.playback.buy(film.content, first_chunk=1)
    for number in range(50):
        with pytest.raises(ProblemError, match=r"content\.not_found"):
            await running.fronted.playback.buy(ContentId(bytes32(number.to_bytes(32, "big"))), first_chunk=0)
    assert len(running.front_desk.locks) == 0


async def test_the_position_stays_inside_the_film(running: RunningWorld) -> None:
    film = await running.publish(chunks=2)
    await running.viewer.playback.open(film.content)
    for asked, kept in ((12_345, 12_345), (-5, 0), (10**9, 20_000)):
        await running.viewer.playback.save_position(film.content, asked)
        assert (await running.viewer.playback.open(film.content)).position_ms == kept


async def test_the_creator_plays_the_own_film_for_nothing(running: RunningWorld) -> None:
    film = await running.publish()
    opened = await running.creator.playback.open(film.content)
    assert [chunk.access for chunk in opened.chunks] == ["free", *["owned"] * 5]
    assert await running.creator.playback.chunk(film.content, 5) == film.plain[5]
    assert (await running.creator.playback.buy(film.content, first_chunk=5)).amount == ZERO
    assert running.payments() == []
