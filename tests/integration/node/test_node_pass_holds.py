"""What holds a pass' money: velocity, a shared device, sixty days; each with its reason and a way on."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from services.db.ledger import balance, balance_of_prefix
from services.node.cases.tables import SharingCase
from services.node.passes.rounds import plan
from services.node.passes.tables import PassMonth, PassRound, PassShare, Withheld
from services.node.tables import Channel
from services.sharing.payout_rules import LARGE_FIRST, ROUNDS_A_DAY, hold_reasons
from services.units.address import Address, address, bytes32
from services.units.money import ZERO, Money, total
from tests.fixtures.chain import HandClock
from tests.fixtures.world import RunningWorld
from tests.fixtures.world_passes import (
    HOLDERS,
    buy_pass,
    close,
    ok,
    one_pass_is_a_present,
    pass_door,
    past_the_month,
    to_the_first,
    verify_creator,
    watch,
)

FEE = Money(7_000_000)


def owed(running: RunningWorld, owner: Address, number: int) -> None:
    """Make a reserve's rest due, as leaving does."""
    with running.world.node.database.write() as session:
        session.add(
            PassShare(
                owner=owner, month=f"2026-01/left{number}", earned=ZERO, watchers=0, paid=Money(1000), reserve=ZERO,
                state="due",
            )
        )  # fmt: skip


async def test_an_owner_asks_to_be_paid_at_once_only_so_often_a_day(
    running: RunningWorld, hand_clock: HandClock
) -> None:
    async with pass_door(running) as (operator, creator):
        node, owner = operator.world.node, creator.who.address
        await verify_creator(operator, creator)
        for number in range(ROUNDS_A_DAY):
            owed(running, owner, number)
            assert len(plan(node, owner)) == 1
        owed(running, owner, ROUNDS_A_DAY)
        refused = await creator.http.post("/pass/payouts")
        assert (refused.status_code, refused.json()["code"]) == (429, "request.too_many")
        with node.database.read() as session:
            assert len(list(session.scalars(select(PassRound)))) == ROUNDS_A_DAY
        # The node's own round takes it along; a day later the owner may ask again.
        hand_clock.advance(timedelta(days=1, seconds=1))
        assert len(plan(node, owner)) == 1


async def test_a_sudden_month_waits_for_a_person_and_then_goes_out(
    running: RunningWorld, hand_clock: HandClock
) -> None:
    assert hold_reasons(LARGE_FIRST + Money(1), []) == ("large_first",)
    to_the_first(hand_clock)
    film = await running.publish(chunks=30)
    async with pass_door(running, *HOLDERS[:2]) as (operator, creator, *holders):
        node, owner = operator.world.node, creator.who.address
        await verify_creator(operator, creator)
        # Two fees of this are above $100, and more than five times a month of a cent.
        await ok(operator.do("PUT", "/pass", {"name": "Pass", "price": "99000000"}))
        for past in ("2026-01", "2026-02"):
            with node.database.write() as session:
                row = {"watchers": 1, "paid": Money(10_000), "reserve": ZERO, "state": "paid"}
                session.add(PassShare(owner=owner, month=past, earned=Money(10_000), **row))
        for holder in holders:
            running.chain.fund(holder.who.address, usdc=Money(100_000_000), gas_wei=0)
            await buy_pass(holder)
            await watch(holder, film, 1, 2)
        month = past_the_month(hand_clock)
        for caller in (operator, creator):
            await caller.sign_in()
        await close(operator, month)
        (case,) = await ok(creator.http.get("/cases/mine"))
        assert (case["kind"], case["reasons"]) == ("payout", ["sudden_growth"])
        assert plan(node) == []
        await ok(creator.http.post(f"/cases/{case['id']}/appeal", json={"text": "A festival."}))
        await ok(operator.do("POST", f"/cases/{case['id']}/decision", {"decision": "lifted", "text": "So it was."}))
        assert len(plan(node)) == 1


async def test_a_device_that_viewer_and_creator_share_opens_a_case_for_both(
    running: RunningWorld, hand_clock: HandClock
) -> None:
    to_the_first(hand_clock)
    film = await running.publish(chunks=30)
    async with pass_door(running, *HOLDERS[:2]) as (operator, creator, holder, other):
        node = operator.world.node
        device = address("0x" + "d0" * 20)
        with node.database.write() as session:
            for number, payer in enumerate((creator.who.address, holder.who.address)):
                session.add(
                    Channel(
                        id=bytes32(bytes([number + 1]) * 32), payer=payer, payer_authorizer=device,
                        creator=creator.who.address, receiver=creator.who.address, receiver_authorizer=device,
                        token=node.chain.token, withdraw_delay=900, salt=bytes32(bytes(32)), balance=ZERO,
                        claimed=ZERO, charged=ZERO, signature=None, refund_nonce=0, withdraw_requested_at=0,
                        used_at=hand_clock.now(), unclaimed_since=None,
                    )
                )  # fmt: skip
        for one in (holder, other):
            await buy_pass(one)
            await watch(one, film, 1, 2, 3)
        month = past_the_month(hand_clock)
        for caller in (operator, creator, holder):
            await caller.sign_in()
        closed = await close(operator, month)
        assert int(closed["withheld"]) > 0
        told = ((holder, "watching", ["own_creator"]), (creator, "payout", ["self_dealing"]))
        for caller, kind, reasons in told:
            (case,) = await ok(caller.http.get("/cases/mine"))
            assert (case["kind"], case["reasons"]) == (kind, reasons)
            said = await ok(caller.http.post(f"/cases/{case['id']}/appeal", json={"text": "We share a flat."}))
            assert said["state"] == "appealed"


async def test_what_nobody_decides_about_goes_to_all_after_sixty_days(
    running: RunningWorld, hand_clock: HandClock
) -> None:
    to_the_first(hand_clock)
    film = await running.publish(chunks=30)
    async with pass_door(running, *HOLDERS[:2]) as (operator, creator, honest, bought):
        node = operator.world.node
        await one_pass_is_a_present(running, creator, honest, bought, film)
        for passed in range(4):
            month = past_the_month(hand_clock)
            await operator.sign_in()
            await close(operator, month)
            await honest.sign_in()
            await buy_pass(honest)
            await watch(honest, film, 1, 2)
            with node.database.read() as session:
                (case,) = session.scalars(select(SharingCase).where(SharingCase.kind == "watching").limit(1))
                is_late = hand_clock.now() >= case.opened_at + timedelta(days=60)
                rows = list(session.scalars(select(Withheld).where(Withheld.account == bought.who.address)))
                assert (rows[0].carried_into is not None) == is_late, passed
                waits = balance(session, "withheld")
                assert waits == total([row.amount for row in rows if row.carried_into is None])
        with node.database.read() as session:
            assert waits == ZERO
            shares = total(list(session.scalars(select(PassShare.earned))))
            late = session.get_one(PassMonth, rows[0].carried_into or "")
            # As common money, under nobody's name.
            assert "common," in late.inputs["fees.csv"]
            assert shares + balance_of_prefix(session, "pool") == FEE * 6
    running.verify_books()
