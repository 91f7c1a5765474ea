"""Withdrawals: checked first, signed and on disk, sent once, followed to their end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from services.chain.calls import Call, withdraw_creator_call
from services.chain.errors import ChainUnreachable
from services.chain.gateway import ChainGateway, CreatorWithdrawn
from services.chain.replacement import STUCK_AFTER
from services.chain.transaction import sign_transaction
from services.db.transactions import SqlTransactionBook
from services.desk.payouts import withdrawal
from services.desk.tables import Withdrawal
from services.units.ids import IntentId, withdrawal_intent
from services.units.money import ZERO, Money
from services.wire.earnings import PayoutsOut
from services.wire.problems import ProblemError
from tests.fixtures.chain import HandClock
from tests.fixtures.mempool import GWEI, Mempool
from tests.fixtures.unsteady_chain import UnsteadyChain
from tests.fixtures.world import PRICE, RunningWorld, running_world

SHARE = Money(PRICE.micros * 9 // 10)


@pytest.fixture
def running(running_on_chain: RunningWorld) -> RunningWorld:
    """What is sold is in the Escrow at once."""
    return running_on_chain


async def until(ask: Callable[[], Awaitable[PayoutsOut]], state: str) -> PayoutsOut:
    """Ask again until the newest withdrawal is in a state."""
    async with asyncio.timeout(60):
        while True:
            found = await ask()
            if found.history and found.history[0].state == state:
                return found
            await asyncio.sleep(0)


def withdrawals(running: RunningWorld) -> list[CreatorWithdrawn]:
    gateway = running.world.chain
    events = gateway.escrow_events(0, gateway.head().number)
    return [event for event in events if isinstance(event, CreatorWithdrawn)]


async def test_a_withdrawal_takes_all_and_a_second_one_sends_nothing(running: RunningWorld) -> None:
    film = await running.publish()
    await running.viewer.playback.buy(film.content, first_chunk=1)
    checked = await running.creator.payouts.precheck()
    assert (checked.amount, checked.you_get, checked.problem) == (SHARE, SHARE, None)
    assert checked.fee > ZERO
    started = await running.creator.payouts.withdraw()
    assert (started.state, started.amount) == ("sent", SHARE)
    done = await until(running.creator.payouts.state, "confirmed")
    assert (done.available, done.in_flight, done.withdrawn) == (ZERO, ZERO, SHARE)
    with pytest.raises(ProblemError, match=r"withdrawal\.nothing"):
        await running.creator.payouts.withdraw()
    assert [event.amount for event in withdrawals(running)] == [SHARE]
    assert running.world.chain.token_balance(running.desk("creator").keyring.owner()) == SHARE
    await running.assert_reconciled()


async def test_ten_clicks_are_one_withdrawal(running: RunningWorld) -> None:
    film = await running.publish()
    await running.viewer.playback.buy(film.content, first_chunk=1)
    answers = await asyncio.gather(*(running.creator.payouts.withdraw() for _ in range(10)), return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, ProblemError)]
    assert len(refused) == 9
    assert {problem.code for problem in refused} <= {"withdrawal.nothing", "withdrawal.in_progress"}
    await until(running.creator.payouts.state, "confirmed")
    assert len(withdrawals(running)) == 1


async def test_without_gas_money_nothing_is_signed(running: RunningWorld) -> None:
    film = await running.publish()
    await running.viewer.playback.buy(film.content, first_chunk=1)
    _spend_gas(running)
    checked = await running.creator.payouts.precheck()
    assert checked.problem is not None
    assert checked.problem.code == "withdrawal.no_gas"
    with pytest.raises(ProblemError, match=r"withdrawal\.no_gas"):
        await running.creator.payouts.withdraw()
    assert (await running.creator.payouts.state()).history == ()


def _spend_gas(running: RunningWorld) -> None:
    desk, chain = running.desk("creator"), running.world.chain
    owner, fees = desk.keyring.owner(), chain.fees()
    cost = 21_000 * fees.max_fee_per_gas
    call = Call(running.world.node.relayer.sender, b"", chain.gas_balance(owner) - cost)
    signed = sign_transaction(
        call, key=desk.keyring.key(), nonce=chain.nonce(owner), gas=21_000, fees=fees, chain_id=chain.chain_id
    )
    chain.broadcast(signed.raw)
    receipt = chain.receipt(signed.hash)
    assert receipt is not None
    assert receipt.is_ok


async def test_what_was_earned_meanwhile_goes_along_and_is_shown(
    world_profile: Path, hand_clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(withdrawal, "_AGAIN_S", 0.01)
    async with running_world(world_profile, hand_clock, chain_front=UnsteadyChain, method="chain") as running:
        chain = running.unsteady
        film = await running.publish()
        await running.viewer.playback.buy(film.content, first_chunk=1)
        chain.held = running.desk("creator").keyring.owner()
        await running.creator.payouts.withdraw()
        await running.viewer.playback.buy(film.content, first_chunk=2)
        chain.held = None
        done = await until(running.creator.payouts.state, "confirmed")
        assert done.history[0].amount == SHARE + SHARE == done.withdrawn
        await running.assert_reconciled()


async def test_an_unknown_withdrawal_is_found_later_and_not_sent_twice(
    world_profile: Path, hand_clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(withdrawal, "_AGAIN_S", 0.01)
    async with running_world(world_profile, hand_clock, chain_front=UnsteadyChain, method="chain") as running:
        film = await running.publish()
        await running.viewer.playback.buy(film.content, first_chunk=1)
        running.unsteady.lose_answers = True
        await running.creator.payouts.withdraw()
        shown = await until(running.creator.payouts.state, "unknown")
        assert shown.in_flight == SHARE
        with pytest.raises(ChainUnreachable):
            running.unsteady.receipt(running.unsteady.sent[0])
        running.unsteady.lose_answers = False
        done = await until(running.creator.payouts.state, "confirmed")
        assert len(done.history) == len(withdrawals(running)) == 1
        await running.assert_reconciled()


async def test_a_stuck_withdrawal_offers_more_and_is_one_withdrawal(
    world_profile: Path, hand_clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(withdrawal, "_AGAIN_S", 0.01)
    monkeypatch.setattr(withdrawal, "_WAIT_S", 0.3)
    pools: list[Mempool] = []

    def front(gateway: ChainGateway) -> Mempool:
        pools.append(Mempool(gateway))
        return pools[0]

    async with running_world(world_profile, hand_clock, chain_front=front, method="chain") as running:
        film = await running.publish()
        await running.viewer.playback.buy(film.content, first_chunk=1)
        pools[0].is_mining = False
        await running.creator.payouts.withdraw()
        pools[0].price_wei, pools[0].is_mining = 50 * GWEI, True
        waiting = await until(running.creator.payouts.state, "unknown")
        hand_clock.advance(STUCK_AFTER)
        done = await until(running.creator.payouts.state, "confirmed")
        assert len(done.history) == len(withdrawals(running)) == 1
        first, replaced = waiting.history[0].transaction, done.history[0].transaction
        assert first != replaced
        assert replaced == withdrawals(running)[0].tx
        await running.assert_reconciled()


@pytest.mark.parametrize("is_signed", [False, True])
async def test_a_restart_ends_an_open_withdrawal(world_profile: Path, hand_clock: HandClock, is_signed: bool) -> None:
    async with running_world(world_profile, hand_clock, method="chain") as running:
        film = await running.publish()
        await running.viewer.playback.buy(film.content, first_chunk=1)
        _leave_open(running, is_signed=is_signed)
    async with running_world(world_profile, hand_clock, method="chain") as running:
        done = await until(running.creator.payouts.state, "confirmed" if is_signed else "failed")
        assert len(withdrawals(running)) == int(is_signed)
        assert done.available == (ZERO if is_signed else SHARE)
        await running.assert_reconciled()
        if not is_signed:
            await running.creator.payouts.withdraw()
            await until(running.creator.payouts.state, "confirmed")


def _leave_open(running: RunningWorld, *, is_signed: bool) -> None:
    """Write what a process leaves that is killed before, or right after, it signed."""
    desk, chain = running.desk("creator"), running.world.chain
    owner = desk.keyring.owner()
    intent = withdrawal_intent(creator=owner, ordinal=1)
    row = Withdrawal(
        id=intent, ordinal=1, amount=SHARE, state="signed", transaction=None, fee=None, error=None, at=desk.clock.now()
    )
    with desk.database.write() as session:
        session.add(row)
    if is_signed:
        SqlTransactionBook(desk.database).add(
            IntentId(intent),
            sender=owner,
            least_nonce=chain.nonce(owner),
            sign=lambda nonce: sign_transaction(
                withdraw_creator_call(chain.escrow),
                key=desk.keyring.key(),
                nonce=nonce,
                gas=120_000,
                fees=chain.fees(),
                chain_id=chain.chain_id,
            ),
        )
