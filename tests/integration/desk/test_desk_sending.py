"""Sending money out: what is checked, what is confirmed, and that an order moves money once whatever fails."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from services.chain.message import checksum
from services.chain.relayer import OwnKeyRelayer
from services.db.transactions import SqlTransactionBook
from services.desk.wallet import outside, sending
from services.host.own import ME
from services.units.address import Address, address
from services.units.money import ZERO, Money, total
from services.wire.problems import ProblemError
from services.wire.sending import SendCheckOut, SendingOut
from tests.fixtures.chain import HandClock
from tests.fixtures.unsteady_chain import UnsteadyChain
from tests.fixtures.world import VIEWER_MONEY, RunningWorld, running_world

PAYEE = address("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed")
SUM = Money(2_500_000)


def balance(running: RunningWorld, owner: Address) -> Money:
    return running.world.chain.token_balance(owner)


async def code(work: Any) -> str:
    with pytest.raises(ProblemError) as caught:
        await work
    return caught.value.code


async def order(running: RunningWorld, checked: SendCheckOut) -> SendingOut:
    return await running.viewer.wallet.send(
        ordinal=checked.ordinal, payee=address(checked.payee), amount=checked.amount, passphrase=""
    )


async def until(running: RunningWorld, state: str) -> SendingOut:
    """Ask again until the newest sending is in a state."""
    async with asyncio.timeout(60):
        while True:
            found = await running.viewer.wallet.sendings()
            if found and found[0].state == state:
                return found[0]
            await asyncio.sleep(0)


async def test_what_is_checked_is_what_is_sent_and_every_number_follows(running: RunningWorld) -> None:
    wallet = running.viewer.wallet
    checked = await wallet.check_sending(payee=checksum(PAYEE), amount=SUM)
    assert (checked.ordinal, checked.payee, checked.amount) == (1, checksum(PAYEE), SUM)
    assert (checked.available, checked.left) == (VIEWER_MONEY, VIEWER_MONEY - SUM)
    assert checked.fee > ZERO
    assert checked.cautions == ("new",)
    # Demo wallets ask for nothing, and gas is money of its own on this chain.
    assert (checked.needs_passphrase, checked.fee_from_balance) == (False, False)
    assert (await wallet.balance()).lines == ()
    sent = await order(running, checked)
    assert (sent.state, sent.amount) == ("sent", SUM)
    done = await until(running, "confirmed")
    assert done.transaction is not None
    assert done.fee is not None
    assert ZERO < done.fee <= checked.fee
    assert balance(running, PAYEE) == SUM
    after, lines = await wallet.state(), (await wallet.balance()).lines
    assert (after.available, after.in_flight) == (VIEWER_MONEY - SUM, ZERO)
    assert [(line.kind, line.amount) for line in lines] == [("sending.signed", -SUM)]
    assert (await wallet.balance()).from_outside == VIEWER_MONEY
    running.verify_books()
    again = await wallet.check_sending(payee=PAYEE, amount=SUM)
    # Written small there is nothing to check, and by now it is somebody known.
    assert (again.ordinal, again.cautions) == (2, ("unchecked",))


async def test_addresses_that_cannot_be_meant_are_refused(running: RunningWorld) -> None:
    desk, wallet = running.desk("viewer"), running.viewer.wallet
    wrong = checksum(PAYEE).replace("A", "a", 1)
    reasons = {
        wrong: "send.checksum",
        PAYEE[:-1]: "send.address",
        "the dentist": "send.address",
        "0x" + "00" * 20: "send.address",
        checksum(desk.keyring.owner()): "send.own",
        desk.chain.token: "send.swallowed",
        desk.chain.escrow: "send.swallowed",
    }
    for typed, reason in reasons.items():
        assert await code(wallet.check_sending(payee=typed, amount=SUM)) == reason, typed
    # A creator's till is a program; the caution says so, nothing forbids it.
    channels = "0x4020074e9df2ce1dee5a9c1b5c3f541d02a10003"
    assert "contract" in (await wallet.check_sending(payee=channels, amount=SUM)).cautions


async def test_no_more_than_is_there_can_be_sent(running: RunningWorld) -> None:
    wallet = running.viewer.wallet
    for amount in (ZERO, -SUM):
        assert await code(wallet.check_sending(payee=PAYEE, amount=amount)) == "send.amount"
    assert await code(wallet.check_sending(payee=PAYEE, amount=VIEWER_MONEY + Money(1))) == "payment.insufficient"
    all_of_it = await wallet.check_sending(payee=PAYEE, amount=VIEWER_MONEY)
    assert all_of_it.left == ZERO
    film = await running.publish()
    await running.viewer.playback.buy(film.content, first_chunk=1)
    # What was checked no longer holds: part of it went into a channel.
    assert await code(order(running, all_of_it)) == "payment.insufficient"
    assert await wallet.sendings() == ()
    assert balance(running, PAYEE) == ZERO


async def test_the_same_order_again_is_the_same_payment_and_another_one_under_its_number_is_none(
    running: RunningWorld,
) -> None:
    checked = await running.viewer.wallet.check_sending(payee=PAYEE, amount=SUM)
    answers = await asyncio.gather(*(order(running, checked) for _ in range(5)))
    assert {answer.ordinal for answer in answers} == {1}
    await until(running, "confirmed")
    assert (await order(running, checked)).state == "confirmed"
    assert balance(running, PAYEE) == SUM
    other = checked.model_copy(update={"amount": SUM + SUM})
    assert await code(order(running, other)) == "payment.terms_changed"
    skipped = checked.model_copy(update={"ordinal": 7})
    assert await code(order(running, skipped)) == "payment.terms_changed"
    assert balance(running, PAYEE) == SUM


async def test_a_lost_answer_stays_unknown_and_in_flight_until_it_is_looked_up(
    world_profile: Path, hand_clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "_AGAIN_S", 0.01)
    monkeypatch.setattr(sending, "_WAIT_S", 0.2)
    async with running_world(world_profile, hand_clock, chain_front=UnsteadyChain) as running:
        checked = await running.viewer.wallet.check_sending(payee=PAYEE, amount=SUM)
        running.unsteady.lose_answers = True
        await order(running, checked)
        await until(running, "unknown")
        state = await running.viewer.wallet.state()
        assert (state.in_flight, state.spent) == (SUM, ZERO)
        assert (await order(running, checked)).state == "unknown"
        running.unsteady.lose_answers = False
        await until(running, "confirmed")
        assert balance(running, PAYEE) == SUM
        assert len(set(running.unsteady.sent)) == 1
        assert (await running.viewer.wallet.state()).in_flight == ZERO


@pytest.mark.logs("unexpected error")
async def test_after_a_kill_before_the_signature_the_money_is_back_and_after_it_the_bytes_go_again(
    world_profile: Path, hand_clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "_AGAIN_S", 0.01)

    def killed(*_: object) -> None:
        raise RuntimeError("killed")

    for at, (name, ends) in enumerate((("submit", "failed"), ("broadcast", "confirmed")), start=1):
        async with running_world(world_profile, hand_clock, chain_front=UnsteadyChain) as running:
            checked = await running.viewer.wallet.check_sending(payee=PAYEE, amount=SUM)
            desk = running.desk("viewer")
            with monkeypatch.context() as patch:
                patch.setattr(sending, "_follow", _nothing)
                if name == "submit":
                    patch.setattr(OwnKeyRelayer, "submit", killed)
                else:
                    patch.setattr(type(running.unsteady), "broadcast", killed)
                with pytest.raises(ProblemError, match="internal"):
                    await order(running, checked)
            found = SqlTransactionBook(desk.database).find(sending.intent_of(desk, PAYEE, SUM, at))
            assert (found is None) == (name == "submit")
        async with running_world(world_profile, hand_clock, chain_front=UnsteadyChain) as running:
            done = await until(running, ends)
            assert done.ordinal == at
            assert (await running.viewer.wallet.state()).in_flight == ZERO
            assert balance(running, PAYEE) == (ZERO if ends == "failed" else SUM)
            moved = total([line.amount for line in (await running.viewer.wallet.balance()).lines])
            assert moved == (ZERO if ends == "failed" else -SUM)
            running.verify_books()


async def _nothing(*_: object) -> None:
    """Stands for a process that is gone."""


async def test_where_one_balance_is_money_and_gas_the_fee_is_part_of_the_check_and_has_a_line(
    running: RunningWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "_fee_from_balance", lambda _desk: True)
    wallet = running.viewer.wallet
    checked = await wallet.check_sending(payee=PAYEE, amount=SUM)
    assert checked.left == VIEWER_MONEY - SUM - checked.fee
    assert await code(wallet.check_sending(payee=PAYEE, amount=VIEWER_MONEY)) == "payment.insufficient"
    await order(running, checked)
    done = await until(running, "confirmed")
    lines = {line.kind: line.amount for line in (await wallet.balance()).lines}
    assert lines == {"sending.signed": -SUM, "sending.fee": -(done.fee or ZERO)}


async def test_a_wallet_with_a_passphrase_asks_for_it(profile: Path, hand_clock: HandClock) -> None:
    async with running_world(profile, hand_clock, people=(ME,)) as running:
        wallet = running.client.desk("main").wallet
        owner = (await wallet.create("correct horse battery")).address
        assert owner is not None
        running.chain.fund(owner, usdc=SUM, gas_wei=10**18)
        checked = await wallet.check_sending(payee=PAYEE, amount=SUM)
        assert checked.needs_passphrase
        for given in ("", "wrong horse battery"):
            refused = wallet.send(ordinal=1, payee=PAYEE, amount=SUM, passphrase=given)
            assert await code(refused) == "wallet.wrong_passphrase"
        assert await wallet.sendings() == ()
        await wallet.send(ordinal=1, payee=PAYEE, amount=SUM, passphrase="correct horse battery")
        async with asyncio.timeout(60):
            while (await wallet.sendings())[0].state != "confirmed":
                await asyncio.sleep(0)
        assert balance(running, PAYEE) == SUM


async def test_money_from_outside_gets_a_line_once_it_stands_and_all_lines_make_the_balance(
    running: RunningWorld, hand_clock: HandClock
) -> None:
    desk, wallet = running.front_desk, running.fronted.wallet

    def look() -> bool:
        seen = outside.note(desk)
        hand_clock.advance(outside.SURE_AFTER)
        return seen

    assert [look(), look(), look()] == [False, True, False]
    film = await running.publish()
    await running.fronted.playback.buy(film.content, first_chunk=1)
    await running.settled()
    # A deposit has lines of its own.
    assert [look(), look()] == [False, False]
    running.chain.fund(desk.keyring.owner(), usdc=SUM, gas_wei=0)
    assert look() is False
    running.chain.fund(desk.keyring.owner(), usdc=Money(1), gas_wei=0)
    # What changes between two looks is not yet sure.
    assert [look(), look(), look()] == [False, True, False]
    state, lines = await wallet.state(), (await wallet.balance()).lines
    came = [line.amount for line in lines if line.kind == "outside.in"]
    assert came == [SUM + Money(1), VIEWER_MONEY]
    assert total([line.amount for line in lines]) == state.available
    assert outside.has_come(desk)
