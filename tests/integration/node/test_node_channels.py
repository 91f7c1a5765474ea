"""Selling by channels: a deposit and a voucher a chunk, each taken once, and nothing for nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from sqlalchemy import event

from services.chain.channel_calls import channel_call, read_channel
from services.chain.till import till_address
from services.db.ledger import balance
from services.node.sales.booking import sync
from services.node.tables import Channel, Charge
from services.node.till import PENDING_PLATFORM, pending
from services.units.address import Address, bytes32
from services.units.money import ZERO, Money
from services.wire.x402 import TOTAL_MISMATCH, PaymentRequired, VoucherPayload, decode
from tests.fixtures.chain import STRANGER, VIEWER
from tests.fixtures.full_disk import FullDisk
from tests.fixtures.node_caller import at_the_door
from tests.fixtures.node_payer import ChannelPayer, channel_payer, corrected, settled
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


async def test_a_film_is_a_deposit_and_a_voucher_a_chunk(running: RunningWorld) -> None:
    film = await running.publish()
    give(running)
    async with at_the_door(running.world, VIEWER, signed_in=False) as (viewer,):
        payer = await channel_payer(viewer, film.content)
        opened = await payer.open(DEPOSIT, chunk=1)
        assert keys(opened) == {1: film.keys[1]}
        said = settled(opened)
        assert (said.success, said.payer, said.amount) == (True, VIEWER.address, str(DEPOSIT.micros))
        assert running.world.chain.receipt(bytes32(said.transaction)) is not None
        blocks = running.world.chain.head().number
        for chunk in (2, 3):
            answer = await payer.buy(chunk)
            assert keys(answer) == {chunk: film.keys[chunk]}
            said = settled(answer)
            assert said.transaction == ""
            assert said.extra is not None
            assert said.extra.charged_amount == str(PRICE.micros)
            assert said.extra.channel_state is not None
            assert said.extra.channel_state.charged_cumulative_amount == str(payer.total.micros)
        assert keys(await payer.buy(4, count=2)) == {4: film.keys[4], 5: film.keys[5]}
        assert running.world.chain.head().number == blocks
    assert on_chain(running, payer) == (DEPOSIT, ZERO)
    sync(running.world.node)
    total = Money(5 * PRICE.micros)
    assert books(running, f"payer:{VIEWER.address}", pending(creator(running)), PENDING_PLATFORM) == [
        -total, Money(45_000), Money(5_000),
    ]  # fmt: skip
    running.verify_books()


async def test_claims_and_the_till_bring_it_to_the_creator(running: RunningWorld) -> None:
    film = await running.publish()
    give(running)
    node = running.world.node
    async with at_the_door(running.world, VIEWER) as (viewer,):
        payer = await channel_payer(viewer, film.content)
        await payer.open(DEPOSIT, chunk=1)
        await payer.buy(2)
        answer = await running.desk("creator").node.send_proven("POST", "/creators/collect")
    assert answer.json()["channels"] == 1
    assert on_chain(running, payer) == (DEPOSIT, Money(20_000))
    owner = creator(running)
    assert node.chain.creator_balance(owner) == Money(18_000)
    assert node.chain.platform_balance() == Money(2_000)
    assert books(running, f"creator:{owner}", "platform", pending(owner), PENDING_PLATFORM) == [
        Money(18_000), Money(2_000), ZERO, ZERO,
    ]  # fmt: skip
    assert (await running.desk("creator").node.send_proven("POST", "/creators/collect")).json()["channels"] == 0
    running.verify_books()


async def test_shares_meet_to_the_unit_whatever_the_order(running: RunningWorld) -> None:
    """Odd prices, Escrow payments between vouchers, and two collections: nothing is left pending."""
    film = await running.publish(price=Money(7), chunks=8)
    give(running)
    async with at_the_door(running.world, VIEWER) as (viewer,):
        payer = await channel_payer(viewer, film.content)
        await payer.open(Money(100), chunk=1)
        await viewer.buy(film.content, first=2)
        await payer.buy(3)
        await running.desk("creator").node.send_proven("POST", "/creators/collect")
        await payer.buy(4)
        await viewer.buy(film.content, first=5, count=2)
        await payer.buy(7)
        await running.desk("creator").node.send_proven("POST", "/creators/collect")
    owner = creator(running)
    chain = running.world.chain
    assert books(running, pending(owner), PENDING_PLATFORM) == [ZERO, ZERO]
    assert books(running, f"creator:{owner}", "platform") == [
        chain.creator_balance(owner), chain.platform_balance(),
    ]  # fmt: skip
    assert chain.creator_gross(owner) == Money(49)


async def test_the_last_voucher_again_charges_nothing(running: RunningWorld) -> None:
    film = await running.publish()
    give(running)
    async with at_the_door(running.world, VIEWER) as (viewer,):
        payer = await channel_payer(viewer, film.content)
        first = payer.payment(payer.deposit_payload(DEPOSIT, PRICE))
        answers = [await payer.send(first, chunk=1) for _ in range(3)]
        assert [keys(answer) for answer in answers] == [{1: film.keys[1]}] * 3
        assert [answer.json()["amount"] for answer in answers] == [str(PRICE.micros), "0", "0"]
        again = payer.payment(VoucherPayload(channel_config=payer.fields(), voucher=payer.voucher(PRICE)))
        assert keys(await payer.send(again, chunk=1)) == {1: film.keys[1]}
        assert code(await payer.send(again, chunk=2)) == (402, "channel.total")
    assert on_chain(running, payer) == (DEPOSIT, ZERO)
    with running.world.node.database.read() as session:
        assert session.query(Charge).count() == 1


async def test_a_claimed_voucher_gives_nobody_a_key(running: RunningWorld) -> None:
    """What is on the chain is public: it opens nothing for who is not signed in as the payer."""
    film = await running.publish()
    give(running)
    async with at_the_door(running.world, VIEWER, signed_in=False) as (viewer,):
        payer = await channel_payer(viewer, film.content)
        deposit = payer.payment(payer.deposit_payload(DEPOSIT, PRICE))
        assert keys(await payer.send(deposit, chunk=1))
        await running.desk("creator").node.send_proven("POST", "/creators/collect")
        assert code(await payer.send(deposit, chunk=1)) == (409, "content.owned")
        public = payer.payment(VoucherPayload(channel_config=payer.fields(), voucher=payer.voucher(PRICE)))
        assert code(await payer.send(public, chunk=1)) == (409, "content.owned")
        stream = await viewer.http.post(f"/content/{film.content}/stream", json={"chunk": 1})
        assert stream.status_code == 402
        await viewer.sign_in()
        assert keys(await payer.send(public, chunk=1)) == {1: film.keys[1]}


async def test_a_wrong_total_is_answered_with_what_the_node_holds(running: RunningWorld) -> None:
    film = await running.publish()
    give(running)
    async with at_the_door(running.world, VIEWER) as (viewer,):
        payer = await channel_payer(viewer, film.content)
        await payer.open(DEPOSIT, chunk=1)
        for total in (0, 1, 9_999, 10_000, 19_999, 20_001, 30_000):
            voucher = payer.voucher(Money(total))
            payload = VoucherPayload(channel_config=payer.fields(), voucher=voucher)
            answer = await payer.send(payer.payment(payload), chunk=2)
            assert code(answer) == (402, "channel.total"), total
            assert "PAYMENT-RESPONSE" not in answer.headers
            required = decode(PaymentRequired, answer.headers["PAYMENT-REQUIRED"])
            assert required.error == TOTAL_MISMATCH
            extra = corrected(answer).extra
            assert extra.channel_state is not None
            assert extra.channel_state.charged_cumulative_amount == str(PRICE.micros)
            assert extra.voucher_state is not None
            assert extra.voucher_state.signed_max_claimable == str(PRICE.micros)
            assert extra.voucher_state.signature == payer.voucher(PRICE).signature
        assert keys(await payer.buy(2)) == {2: film.keys[2]}


async def test_altered_vouchers_and_channels_are_refused(running: RunningWorld) -> None:
    film = await running.publish()
    give(running)
    async with at_the_door(running.world, VIEWER) as (viewer,):
        payer = await channel_payer(viewer, film.content)
        await payer.open(DEPOSIT, chunk=1)
        good, fields = payer.voucher(Money(20_000)), payer.fields()
        high_s = good.signature[:66] + "f" * 64 + good.signature[130:]
        other = ChannelPayer(viewer, film.content, payer.session, payer.offer, salt=bytes32(b"\x01" * 32))
        altered: dict[str, dict[str, Any]] = {
            "another key": {"voucher": payer.voucher(Money(20_000), key=STRANGER.key)},
            "the wallet's key": {"voucher": payer.voucher(Money(20_000), key=VIEWER.key)},
            "high s": {"voucher": good.model_copy(update={"signature": high_s})},
            "another total": {"voucher": good.model_copy(update={"max_claimable_amount": "20001"})},
            "another channel's voucher": {"voucher": other.voucher(Money(20_000))},
            "another salt": {"channel_config": other.fields()},
            "another receiver": {"channel_config": fields.model_copy(update={"receiver": STRANGER.address})},
            "another authorizer": {
                "channel_config": fields.model_copy(update={"receiver_authorizer": STRANGER.address})
            },
            "another token": {"channel_config": fields.model_copy(update={"token": STRANGER.address})},
            "a short delay": {"channel_config": fields.model_copy(update={"withdraw_delay": 900})},
            "no delay": {"channel_config": fields.model_copy(update={"withdraw_delay": 0})},
            "another payer": {"channel_config": fields.model_copy(update={"payer": STRANGER.address})},
        }
        for name, changes in altered.items():
            answer = await payer.buy(2, **changes)
            assert answer.status_code == 402, (name, answer.text)
            assert answer.json()["code"] in ("channel.refused", "channel.total", "payment.refused"), name
        assert keys(await payer.buy(2)) == {2: film.keys[2]}


async def test_a_channel_without_money_buys_nothing(running: RunningWorld) -> None:
    film = await running.publish()
    give(running)
    async with at_the_door(running.world, VIEWER, STRANGER) as (viewer, poor):
        payer = await channel_payer(viewer, film.content)
        assert code(await payer.buy(1)) == (404, "channel.not_found")
        assert keys(await payer.open(Money(15_000), chunk=1))
        short = await payer.buy(2)
        assert code(short) == (402, "channel.balance")
        assert corrected(short).extra.channel_state is not None
        assert keys(await payer.open(Money(15_000), chunk=2))
        assert on_chain(running, payer) == (Money(30_000), ZERO)
        penniless = await channel_payer(poor, film.content)
        assert code(await penniless.open(DEPOSIT, chunk=1)) == (402, "payment.insufficient")
        too_little = payer.deposit_payload(Money(1), Money(30_000 + PRICE.micros))
        assert code(await payer.send(payer.payment(too_little), chunk=4)) == (402, "channel.total")


async def test_sixty_four_chunks_on_one_total_are_one_sale(running: RunningWorld) -> None:
    film = await running.publish(chunks=66)
    give(running)
    async with at_the_door(running.world, VIEWER) as (viewer,):
        payer = await channel_payer(viewer, film.content)
        await payer.open(DEPOSIT, chunk=1)
        voucher = payer.voucher(payer.total + PRICE)
        payment = payer.payment(VoucherPayload(channel_config=payer.fields(), voucher=voucher))
        answers = await asyncio.gather(*(payer.send(payment, chunk=chunk) for chunk in range(2, 66)))
    won = [answer for answer in answers if answer.status_code == 200]
    assert len(won) == 1
    assert {code(answer)[1] for answer in answers if answer.status_code == 402} <= {"channel.busy", "channel.total"}
    assert len(answers) - len(won) == sum(answer.status_code == 402 for answer in answers) == 63
    with running.world.node.database.read() as session:
        assert session.get_one(Channel, payer.id).charged == Money(20_000)
        assert session.query(Charge).count() == 2


async def test_sixty_four_times_the_same_voucher_is_one_charge(running: RunningWorld) -> None:
    film = await running.publish()
    give(running)
    async with at_the_door(running.world, VIEWER) as (viewer,):
        payer = await channel_payer(viewer, film.content)
        await payer.open(DEPOSIT, chunk=1)
        payload = VoucherPayload(channel_config=payer.fields(), voucher=payer.voucher(payer.total + PRICE))
        payment = payer.payment(payload)
        answers = await asyncio.gather(*(payer.send(payment, chunk=2) for _ in range(64)))
    assert {answer.status_code for answer in answers} <= {200, 402}
    assert all(keys(answer) == {2: film.keys[2]} for answer in answers if answer.status_code == 200)
    assert all(code(answer)[1] == "channel.busy" for answer in answers if answer.status_code == 402)
    with running.world.node.database.read() as session:
        assert session.query(Charge).count() == 2


async def test_what_is_left_comes_back(running: RunningWorld) -> None:
    film = await running.publish()
    give(running)
    chain = running.world.chain
    async with at_the_door(running.world, VIEWER, signed_in=False) as (viewer,):
        payer = await channel_payer(viewer, film.content)
        await payer.open(DEPOSIT, chunk=1)
        await payer.buy(2)
        assert code(await payer.refund(total=Money(10_000))) == (402, "channel.total")
        assert code(await payer.refund(total=Money(30_000))) == (402, "channel.total")
        answer = await payer.refund()
        said = settled(answer)
        assert (said.amount, said.success) == ("40000", True)
        assert chain.token_balance(VIEWER.address) == MONEY - Money(20_000)
        assert on_chain(running, payer) == (Money(20_000), Money(20_000))
        # One transaction claims, settles and refunds.
        assert chain.token_balance(till_address(chain.escrow, creator(running))) == Money(20_000)
        again = await payer.refund()
        assert settled(again).amount == "0"
        # The channel is kept: money can be put in again, and the total goes on.
        assert keys(await payer.open(Money(10_000), chunk=3)) == {3: film.keys[3]}
        assert on_chain(running, payer) == (Money(30_000), Money(20_000))


async def test_part_of_what_is_left_comes_back(running: RunningWorld) -> None:
    film = await running.publish()
    give(running)
    async with at_the_door(running.world, VIEWER) as (viewer,):
        payer = await channel_payer(viewer, film.content)
        await payer.open(DEPOSIT, chunk=1)
        assert settled(await payer.refund(amount=Money(20_000))).amount == "20000"
        assert settled(await payer.refund(amount=Money(900_000))).amount == "30000"
        assert on_chain(running, payer) == (Money(10_000), Money(10_000))


async def test_a_node_whose_disk_is_full_takes_no_voucher(running: RunningWorld) -> None:
    """No key leaves before its voucher is on disk; with room again the same bytes are one charge."""
    film = await running.publish()
    give(running)
    disk = FullDisk()
    event.listen(running.world.node.database.engine, "commit", disk)
    async with at_the_door(running.world, VIEWER) as (viewer,):
        payer = await channel_payer(viewer, film.content)
        first = payer.payment(payer.deposit_payload(DEPOSIT, PRICE))
        for room in range(4):
            disk.commits = room
            answer = await payer.send(first, chunk=1)
            if answer.status_code == httpx.codes.OK:
                break
            assert code(answer) == (507, "disk.full")
            assert "keys" not in answer.json()
        disk.commits = None
        assert keys(await payer.send(first, chunk=1)) == {1: film.keys[1]}
        payer.total = PRICE
        disk.commits = 0
        assert code(await payer.buy(2)) == (507, "disk.full")
        disk.commits = None
        assert keys(await payer.buy(2)) == {2: film.keys[2]}
    assert running.world.chain.token_balance(VIEWER.address) == MONEY - DEPOSIT
    with running.world.node.database.read() as session:
        assert session.query(Charge).count() == 2
        assert session.get_one(Channel, payer.id).charged == Money(20_000)
