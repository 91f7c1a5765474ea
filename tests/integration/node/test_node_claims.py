"""From vouchers to the creator: claims when they are due, many in one, and whatever else comes into a till."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from services.chain.calls import block_account_call
from services.chain.channel_calls import channel_call, initiate_withdraw_call, read_channel, settle_call
from services.chain.relayer import OwnKeyRelayer
from services.chain.till import till_address
from services.db.ledger import balance
from services.db.transactions import SqlTransactionBook
from services.node.channels.claims import ClaimRules, claim_creator, claim_due
from services.node.channels.watch import make_round
from services.node.till import PENDING_PLATFORM, pending
from services.units.address import Address, bytes32
from services.units.ids import named_intent
from services.units.money import ZERO, Money
from tests.fixtures.chain import VIEWER, HandClock
from tests.fixtures.node_caller import at_the_door
from tests.fixtures.node_payer import ChannelPayer, channel_payer
from tests.fixtures.world import PRICE, RunningWorld

MONEY = Money(1_000_000)
DEPOSIT = Money(60_000)


def give(running: RunningWorld, *, to: Address = VIEWER.address, gas_wei: int = 0) -> None:
    running.chain.fund(to, usdc=MONEY, gas_wei=gas_wei)


def keys(answer: httpx.Response) -> dict[int, str]:
    assert answer.status_code == 200, answer.text
    return {key["index"]: key["key"] for key in answer.json()["keys"]}


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def on_chain(running: RunningWorld, payer: ChannelPayer) -> tuple[Money, Money]:
    found = read_channel(running.world.chain.ask(channel_call(payer.id)))
    return found.balance, found.total_claimed


def books(running: RunningWorld, *accounts: str) -> list[Money]:
    with running.world.node.database.read() as session:
        return [balance(session, account) for account in accounts]


def creator(running: RunningWorld) -> Address:
    return running.desk("creator").keyring.owner()


async def test_claims_come_at_the_end_of_a_session_hourly_and_above_a_threshold(
    running: RunningWorld, hand_clock: HandClock
) -> None:
    film = await running.publish(chunks=40)
    give(running)
    node = running.world.node
    async with at_the_door(running.world, VIEWER) as (viewer,):
        payer = await channel_payer(viewer, film.content)
        await payer.open(Money(400_000), chunk=1)
        assert claim_due(node) == 0
        hand_clock.advance(timedelta(minutes=5))
        assert claim_due(node) == 1
        assert on_chain(running, payer)[1] == payer.total
        for chunk in range(2, 18):
            # Never five minutes without a purchase: the hour counts.
            hand_clock.advance(timedelta(minutes=4))
            if chunk % 10 == 0:
                # A session holds an hour, too.
                await viewer.sign_in()
            assert (await payer.buy(chunk)).status_code == 200
            assert claim_due(node) == (1 if chunk == 17 else 0), chunk
        await payer.buy(20)
        assert claim_due(node, rules=ClaimRules(most=Money(10_001))) == 0
        assert claim_due(node, rules=ClaimRules(most=Money(10_000))) == 1


async def test_an_announced_withdrawal_is_claimed_at_once(running: RunningWorld) -> None:
    film = await running.publish()
    give(running, gas_wei=10**18)
    node = running.world.node
    async with at_the_door(running.world, VIEWER) as (viewer,):
        payer = await channel_payer(viewer, film.content)
        await payer.open(DEPOSIT, chunk=1)
        own = OwnKeyRelayer(node.chain, VIEWER.key, SqlTransactionBook(node.database))
        call = initiate_withdraw_call(payer.config, Money(50_000))
        assert own.wait(own.submit(named_intent("leave"), call), 60).is_ok
        assert keys(await payer.buy(2)), "not looked yet"
        make_round(node)
        assert on_chain(running, payer)[1] == Money(20_000)
        assert code(await payer.buy(3)) == (402, "channel.refused")


async def test_many_channels_are_one_claim(running: RunningWorld) -> None:
    film = await running.publish()
    give(running)
    node = running.world.node
    payers = []
    async with at_the_door(running.world, VIEWER, signed_in=False) as (viewer,):
        for number in range(1, 6):
            payer = await channel_payer(viewer, film.content, salt=bytes32(bytes(31) + bytes([number])))
            assert keys(await payer.open(Money(10_000), chunk=number))
            payers.append(payer)
        before = node.chain.head().number
        claim_creator(node, creator(running))
    assert node.chain.head().number == before + 1
    assert [on_chain(running, payer)[1] for payer in payers] == [PRICE] * 5


@pytest.mark.logs("claiming one by one|cannot be claimed")
async def test_a_blocked_till_does_not_keep_others_from_their_money(running: RunningWorld) -> None:
    """Claims are all or nothing on the chain: one that cannot be settled is claimed apart, and waits there."""
    film = await running.publish()
    give(running)
    node, chain = running.world.node, running.world.chain
    async with at_the_door(running.world, VIEWER) as (viewer,):
        payer = await channel_payer(viewer, film.content)
        await payer.open(DEPOSIT, chunk=1)
    till = till_address(chain.escrow, creator(running))
    running.chain.as_issuer(block_account_call(chain.token, till, is_blocked=True))
    claim_creator(node, creator(running))
    assert on_chain(running, payer)[1] == PRICE
    assert chain.token_balance(till) == ZERO
    running.chain.as_issuer(block_account_call(chain.token, till, is_blocked=False))
    running.world.node.relayer.submit(named_intent("settle"), settle_call(till, chain.token))
    assert chain.token_balance(till) == PRICE


async def test_a_tip_in_the_till_becomes_the_creators(running: RunningWorld) -> None:
    film = await running.publish()
    give(running)
    node, owner = running.world.node, creator(running)
    async with at_the_door(running.world, VIEWER) as (viewer,):
        payer = await channel_payer(viewer, film.content)
        await payer.open(DEPOSIT, chunk=1)
    running.chain.fund(till_address(node.chain.escrow, owner), usdc=Money(500_000), gas_wei=0)
    make_round(node)
    assert node.chain.creator_gross(owner) == ZERO
    make_round(node, for_tips=True)
    assert node.chain.creator_gross(owner) == Money(500_000)
    assert books(running, "outside", f"creator:{owner}", pending(owner)) == [
        Money(-500_000), Money(450_000), Money(9_000),
    ]  # fmt: skip
    await running.desk("creator").node.send_proven("POST", "/creators/collect")
    assert books(running, "outside", f"creator:{owner}", pending(owner), PENDING_PLATFORM) == [
        Money(-500_000), Money(459_000), ZERO, ZERO,
    ]  # fmt: skip
    running.verify_books()
